"""The tree of errors, and that each of them survives the way between processes."""

import copy
import multiprocessing
import pickle

import openai
import pytest

from agentsflare_kimi import errors

BASES = {
    "UnreadableResponseError": openai.APIError,
    "IncompleteStreamError": openai.APIError,
    "UnparsedAnswerError": (openai.APIError, ValueError),
    "BalanceExhaustedError": openai.RateLimitError,
    "KimiError": openai.OpenAIError,
    "ConfigurationError": errors.KimiError,
    "MissingApiKeyError": errors.ConfigurationError,
    "UnsafeBaseUrlError": errors.ConfigurationError,
    "LoneSurrogateError": (errors.KimiError, ValueError),
    "ModelError": (errors.KimiError, ValueError),
    "UnknownModelError": errors.ModelError,
    "RetiredModelError": errors.ModelError,
    "DeprecatedModelError": errors.ModelError,
    "KimiWarning": FutureWarning,
}
PLAIN = [name for name in BASES if issubclass(getattr(errors, name), errors.KimiError)]


@pytest.mark.parametrize(("name", "bases"), BASES.items())
def test_the_tree(name, bases):
    for base in bases if isinstance(bases, tuple) else (bases,):
        assert issubclass(getattr(errors, name), base)


def test_every_warning_is_of_ours():
    for name in errors.__all__:
        if name.endswith("Warning"):
            assert issubclass(getattr(errors, name), errors.KimiWarning)


MADE = [
    errors.UnreadableResponseError(
        "cut", status_code=200, content_type="text/html", excerpt="<html>", body={"a": 1}
    ),
    errors.IncompleteStreamError("cut", partial="Hello"),
    *(getattr(errors, name)("why") for name in PLAIN),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_pickle_and_copy(error):
    error.add_note("a note")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (str(twin), vars(twin), twin.args) == (str(error), vars(error), error.args)
        assert twin.__notes__ == ["a note"]


def _fail(_):
    raise errors.IncompleteStreamError("cut", partial="Hello")


def test_an_error_comes_out_of_a_pool_of_processes():
    with (
        multiprocessing.get_context("spawn").Pool(1) as pool,
        pytest.raises(errors.IncompleteStreamError) as caught,
    ):
        pool.map(_fail, [1])
    assert caught.value.partial == "Hello"


def test_what_an_unreadable_response_says():
    error = errors.UnreadableResponseError(
        "it is not JSON", status_code=200, content_type="text/html", excerpt="<html>"
    )
    assert "200" in str(error)
    assert "text/html" in str(error)
    assert "<html>" in str(error)
    assert "empty" in str(errors.UnreadableResponseError("cut", status_code=200))
