"""A rare pattern is searched for only where one of its words is, so every match must hold one."""

import importlib
import pkgutil
import re._constants as kinds
import re._parser as parser
from itertools import product

import pytest

from agentsflare_kimi.lint import evidence
from agentsflare_kimi.lint.patterns import Rare, lazy, small

# Stands for a character that a pattern leaves open.
OPEN = "\0"
FEW = 4


def rare_patterns():
    for module in pkgutil.iter_modules(evidence.__path__):
        loaded = importlib.import_module(f"{evidence.__name__}.{module.name}")
        for name, value in vars(loaded).items():
            several = value if isinstance(value, tuple) else (value,)
            for number, rare in enumerate(several):
                if isinstance(rare, Rare):
                    yield pytest.param(rare, id=f"{module.name}.{name}.{number}")


def shapes(parsed):
    """List what a pattern may match; a repetition stands for its fewest and one more."""
    return {"".join(parts) for parts in product(*(shapes_of(*item) for item in parsed))}


def shapes_of(kind, value):
    if kind is kinds.IN:
        listed = {chr(each) for op, each in value if op is kinds.LITERAL}
        return listed if len(listed) == len(value) <= FEW else {OPEN}
    if kind is kinds.BRANCH:
        return set().union(*map(shapes, value[1]))
    if kind is kinds.SUBPATTERN:
        return shapes(value[-1])
    if kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT}:
        least, most, repeated = value
        fewest = shapes(repeated) if least else {""}
        return fewest | shapes(repeated) if most > least else fewest
    if kind in {kinds.AT, kinds.ASSERT, kinds.ASSERT_NOT}:
        return {""}
    return {chr(value) if kind is kinds.LITERAL else OPEN}


@pytest.mark.parametrize("rare", [*rare_patterns()])
def test_every_match_holds_a_word(rare):
    found = shapes(parser.parse(rare.pattern.pattern))
    assert found
    assert {shape for shape in found if not any(word in shape for word in rare.words)} == set()


def test_a_missing_word_would_be_seen():
    assert shapes(parser.parse(r"\bone_?(?:two|three)\s*[:=]")) == {
        f"{one}{blank}{sign}"
        for one in ("onetwo", "one_two", "onethree", "one_three")
        for blank in ("", OPEN)
        for sign in ":="
    }


def test_is_compiled_for_a_text_with_a_word_only(monkeypatch):
    compiled = []
    monkeypatch.setattr("re.compile", lambda *args: compiled.append(args) or parser)
    rare = Rare("word other", r"\bword\b")
    assert not rare.is_in("nothing of it")
    assert compiled == []


def test_finds_a_match():
    rare = Rare("word other", r"\bword\b")
    assert rare.is_in("a word")
    assert not rare.is_in("words, and another")
    assert lazy("a+").fullmatch("aaa")


def test_small_letters_stay_where_they_are():
    assert small("Temperature") == "temperature"
    assert small("\u0130 N") == "i n"
