"""Classifies keys, variables and setters by name."""

from __future__ import annotations

from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "MODEL_FLAG",
    "describes_model",
    "is_api_key",
    "is_base_url",
    "is_model_key",
    "sampling_parameter",
]

MODEL_FLAG: Final = r"--?[\w-]*model(?:[-_](?:name|id))?"
"""A command's option that selects a model, as a pattern: `--model`, `--chat-model-name`."""

_WORD: Final = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MODEL: Final = frozenset({"model", "llm"})
_MODEL_SUFFIXES: Final = frozenset({"name", "id", "default", "slug", "version", "identifier"})
_LOOKUPS: Final = frozenset(
    "get is has find list remove delete drop deprecate deprecated retired old legacy unsupported "  # noqa: SIM905  # words read best as words
    "supports test assert skip data view base orm train load from source previous former rename "
    "register unregister add migrate replace exclude include allow block disable hide".split()
)
# Not an API URL or an endpoint: that may be the complete URL, path included.
_BASE_URL: Final = lazy(r"(?<!data)base(?:url|uri)|(?:api|url|uri)base$")
_API_KEY: Final = lazy(
    r"api(?:key|token)(?:credential)?$|^accesstoken$|authtoken$|bearer$|secretkey$|authorization$"
)
# Fields that describe a model, and never appear in a request.
_DESCRIBES: Final = lazy(
    r"pric(?:e|es|ing)$|cost$|costper|^(?:input|output)cost|modalit|^modeltypes?$|^istools$"
    r"|^release(?:d|date)|^knowledge(?:cutoff)?$|^ownedby$|^family$|^openweights$|^supports|^deprecat"
    r"|^context(?:window|limit)$|^window$|^(?:max)?inputtokens?limit$|^(?:display)?label$"
    r"|^displayname$|^capabilit|^shutdown|^retire|^replace|^sunset|^wireid$|^lifecycle|^status$"
    r"|^successors?$|^endoflife|^maxcontext"
)
_SETTERS: Final = frozenset({("set",), ("with",)})
_SAMPLING: Final = {
    "temperature": "temperature",
    "topp": "top_p",
    "n": "n",
    "presencepenalty": "presence_penalty",
    "frequencypenalty": "frequency_penalty",
    "toolchoice": "tool_choice",
    "logprobs": "logprobs",
}


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


def _squeezed(name: str) -> str:
    return "".join(_words(name))


def is_model_key(name: str) -> bool:
    """Tell whether *name* selects a model (`model`, `modelId`, `KIMI_MODEL`, `setModel`)."""
    words = _words(name)
    if words[-3:] == ("name", "or", "path"):
        words = words[:-2]
    if len(words) > 1 and words[-1] in _MODEL_SUFFIXES:
        words = words[:-1]
    return bool(words) and words[-1] in _MODEL and not _LOOKUPS.intersection(words)


@lru_cache(maxsize=4096)
def describes_model(name: str) -> bool:
    """Tell whether *name* is a field of a model's entry in a catalogue."""
    return name != "model" and bool(_DESCRIBES.search(_squeezed(name)))


def is_base_url(name: str) -> bool:
    """Tell whether *name* holds a client's base URL."""
    return bool(_BASE_URL.search(_squeezed(name)))


def is_api_key(name: str) -> bool:
    """Tell whether *name* holds a client's API key."""
    return bool(_API_KEY.search(_squeezed(name)))


def sampling_parameter(name: str) -> str:
    """Return the sampling parameter that *name* spells in any style; empty for others."""
    words = _words(name)
    return _SAMPLING.get("".join(words[words[:1] in _SETTERS :]), "")
