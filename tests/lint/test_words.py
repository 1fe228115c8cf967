"""The names that tell what a call, a key or a program does with a model's name."""

from itertools import product

import pytest

from agentsflare_kimi.lint.evidence.callees import compares
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.evidence.whole_text import reasons_in
from agentsflare_kimi.lint.evidence.words import WORDS

# What shows that a request is sent, and what speaks against it.
FOR = ("sending", "posting", "commands")
AGAINST = ("comparing", "seeking", "takes-down", "mocks", "not-posting", "recorders")


@pytest.mark.parametrize("name", [*WORDS, *SHOWING])
def test_each_set_says_what_it_is_and_is_not_empty(name):
    words = (WORDS | SHOWING)[name]
    assert words.what
    assert words.words
    assert words.what[0].islower()


@pytest.mark.parametrize(("one", "other"), list(product(FOR, AGAINST)))
def test_no_name_speaks_for_a_request_and_against_it(one, other):
    table = WORDS | SHOWING
    assert table[one].words.isdisjoint(table[other].words)


def test_a_call_stands_in_one_list_of_comparing_calls():
    assert WORDS["comparing"].words.isdisjoint(WORDS["seeking"].words)


@pytest.mark.parametrize("call", sorted(WORDS["seeking"].words))
def test_what_looks_for_a_part_of_a_name_compares_a_whole_one_and_stops_a_fix(call):
    assert compares(call)
    assert reasons_in(f'model.{call}("-turbo-preview")') == ("part-looked-for",)


def test_a_verb_of_asking_is_no_verb_of_another_kind():
    other = WORDS["queries"].words | WORDS["takes-down"].words | WORDS["comparing"].words
    assert SHOWING["asking"].words.isdisjoint(other)
