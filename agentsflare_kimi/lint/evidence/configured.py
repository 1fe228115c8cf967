"""Shows that a setting names the model to ask: by its own name, and all keys around and beside it.

A key that is not known to belong in a program's configuration or in a request is a doubt.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.showing import SHOWING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Final

__all__ = ["Surroundings", "is_plain_name", "names_the_model"]

_NAMERS: Final = SHOWING["namers"].words | {"model"}
_AROUND: Final = SHOWING["setting-words"].words
_FIELDS: Final = SHOWING["request-fields"].words
_BESIDE: Final = SHOWING["setting-fields"].words | (_FIELDS - {"messages", "input", "prompt"})
_CREDENTIALS: Final = frozenset(
    {"apikey", "apibase", "baseurl", "baseuri", "apikeyenv", "endpoint"}
)
# A line of the Batch API's input, which holds a request as its body.
_BATCHED: Final = frozenset({"customid", "method", "url", "body"})


# Keys that hold variables of the environment.
_ENVIRONMENTS: Final = frozenset({"env", "environment", "variables"})
_TESTED: Final = frozenset({"test", "tests", "e2e", "eval", "evals", "bench", "benchmark"})
# `AGENTSFLARE_BASE_URL` beside `AGENTSFLARE_MODEL`.
_OWNERS: Final = ("agentsflare", "moonshot", "kimi", "openai", "llm")


class Surroundings(NamedTuple):
    """What is around a model's name in a file of settings.

    Attributes:
        key: The key that it belongs to.
        around: The keys around that one, from the nearest outwards.
        beside: The keys beside it, squeezed.
        is_listed: Whether it is in an item of a list.
        outer: The keys beside the mapping that holds it, squeezed.
    """

    key: str
    around: Sequence[str] = ()
    beside: Collection[str] = frozenset()
    is_listed: bool = False
    outer: Collection[str] = frozenset()


def names_the_model(place: Surroundings) -> bool:
    """Tell whether a name is the model that a program, or a written request, asks."""
    if "messages" in place.beside:
        is_whole = not place.around or (place.around == ["body"] and {*place.outer} <= _BATCHED)
        return is_whole and not place.is_listed and {*place.beside} <= _FIELDS
    if place.key.isupper() and place.around and place.around[0].lower() in _ENVIRONMENTS:
        # Of a job or a container, whatever that is called: a test is about this very name.
        return is_plain_name(place.key) and _TESTED.isdisjoint(map(str.lower, place.around))
    if place.is_listed and _CREDENTIALS.isdisjoint(place.beside):
        return False
    is_around = all(_AROUND.issuperset(_letters(name)) for name in place.around)
    is_plain = is_around and is_plain_name(place.key)
    return is_plain and _BESIDE.issuperset(map(_without_owner, place.beside))


def _without_owner(key: str) -> str:
    owner = next(filter(key.startswith, _OWNERS), "")
    return key.removeprefix(owner) or key


def is_plain_name(name: str) -> bool:
    """Tell whether a setting's name only says whose model it holds: `KIMI_MODEL`."""
    return _NAMERS.issuperset(_letters(name))


def _letters(name: str) -> list[str]:
    return [word for word in words_of(name) if not word.isdigit()]
