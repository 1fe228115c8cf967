"""What the library tells programs, as the command line tells it."""

import doctest
import re

import pytest

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.cli import own_words
from agentsflare_kimi.cli.own_words import in_own_words
from agentsflare_kimi.models import notice_texts
from agentsflare_kimi.reading import received
from agentsflare_kimi.reading.diagnosis_forms import list_forms


def test_the_examples_hold():
    assert doctest.testmod(own_words).failed == 0


@pytest.mark.parametrize(
    "name", sorted(KimiSettings.model_fields.keys() - {"api_key", "model", "http_backend"})
)
def test_every_setting_is_a_variable(name):
    assert in_own_words(f"Look at `{name}`.") == f"Look at AGENTSFLARE_{name.upper()}."
    twice = f"set AGENTSFLARE_{name.upper()} (argument `{name}`)"
    assert in_own_words(twice) == f"set AGENTSFLARE_{name.upper()}"


def test_no_message_speaks_of_attributes_of_errors():
    texts = [received._INCOMPLETE, *notice_texts._SETTINGS.values()]
    texts += [text for form in list_forms() for text in (form.summary, form.advice)]

    told = [in_own_words(text) for text in texts]
    assert [text for text in told if re.search(r"`\.\w+`|argument `", text)] == []


def test_other_words_stay():
    text = "Put one in; `stop` (argument) of `client.chat.completions`"
    assert in_own_words(text) == text
