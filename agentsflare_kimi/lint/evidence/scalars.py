"""Classifies scalars in settings files by their keys and what is around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.beside import Beside, settled, squeeze
from agentsflare_kimi.lint.evidence.callees import ABOUT_MODEL, compares, queries
from agentsflare_kimi.lint.evidence.configured import (
    Surroundings,
    is_plain_name,
    names_the_model,
)
from agentsflare_kimi.lint.evidence.table import shown
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsflare_kimi.lint.sources.documents import Position

__all__ = ["NEAR", "Scalar", "is_list", "judge_scalar", "judge_within"]

# A flag or setting before a name in a value: `--model name`, `MODEL=name`, `"model": name`.
_FLAG: Final = lazy(r"(?P<key>--?[\w-]*model(?:[-_](?:name|id))?|-m)[\"']?(?:[ \t,]+|=)[\"']?\Z")
_PAIR: Final = lazy(
    r"(?P<key>[A-Za-z_][\w.-]*)\\?[\"']?%?\s*(?P<sign>!=|===?|=~|<>|=)\s*\\?[\"']?\Z"
)
# An entry of an object: `"model": "name"`; an argument of a call: `contains(model, 'name')`.
_ENTRY: Final = lazy(r"(?P<key>[A-Za-z_][\w.-]*)\\?[\"']?\s*:\s*\\?[\"']\Z")
_CALL: Final = lazy(r"(?P<name>[A-Za-z_]\w*)\([^()]*\\?[\"']\Z")
_DEFAULT: Final = lazy(r"\bdefault[ (]+[\"'`]?\Z|\bdefault\([^()]*,\s*[\"']?\Z|\|\|\s*[\"']\Z")
# A condition in SQL and the like, before the name: `WHERE model = 'name'`, `IN ('name', ...)`.
_CONDITION: Final = lazy(r"(?i:\b(?:where|and|or|when|on|having|not|select)[\s(]+[\w.]*\Z)")
_AMONG: Final = lazy(r"(?i:\bin\s*\((?:[^()]*,)?\s*\\?[\"']\Z)")
# Signs of prose: the end of a sentence, inline code.
_SENTENCE: Final = lazy(r"[.,!?:;]\s|`|\b[A-Z][a-z]+ [a-z]+ [a-z]+ ")
_SIGNS: Final = lazy(r"[A-Za-z_][\w.]*")
_END: Final = lazy(r"[\"'`]?(?:[\s;&,)\\\]}|]|\Z)")
_ITEM: Final = lazy(r"\s*+[\w./:@+*=()?-]++\s*+")
_NUMBERED: Final = lazy(r"(?=[^\d]*+\d)[\w./:@+-]++")
_COMMAS: Final = lazy(r"[,;|]")
NEAR: Final = 200


class Scalar(NamedTuple):
    """A scalar in a settings file.

    Attributes:
        key: Its key; empty for an item of a list.
        beside: The keys beside it.
        around: The keys around it, from the nearest outwards.
        named: The values of a `name`, `key` or `env` beside it.
        is_listed: Whether it is in an item of a list.
        is_line: Whether it is a line by itself, which has nothing to do with those beside it.
    """

    key: str
    beside: Beside | None = None
    around: Sequence[str] = ()
    named: Sequence[str] = ()
    is_listed: bool = False
    is_line: bool = False


def judge_scalar(scalar: Scalar) -> tuple[Position, str, tuple[str, ...]]:
    """Classify a scalar that is a model's name and nothing else.

    Args:
        scalar: The scalar and its surroundings.

    Returns:
        Its position, its key, and the evidence.
    """
    key = _speaker(scalar)
    if not key:
        return "value", scalar.key, () if scalar.key else ("listed",)
    evidence = scalar.beside.evidence_on(scalar.key) if scalar.beside else []
    if any(queries(name, is_key=True) for name in scalar.around):
        evidence.append("query")
    beside = scalar.beside.keys if scalar.beside and not scalar.is_line else frozenset[str]()
    *inner, own = scalar.key.split(".")
    around = [name for name in (*inner[::-1], *scalar.around) if name]
    place = Surroundings(own, around, beside, scalar.is_listed)
    if {"chat-body", "credentials"} & set(evidence):
        evidence = shown(evidence, is_shown=names_the_model(place))
    elif names_the_model(place):
        evidence.append("setting")
    position, found = settled("request", evidence)
    return position, key, found


def _speaker(scalar: Scalar) -> str:
    """Return the name that shows that the scalar is a model; empty for none."""
    key = scalar.key
    if is_model_key(key.lstrip("-")) or key == "-m":
        return key
    if key and (squeeze(key) in ABOUT_MODEL):
        for name in (*scalar.named, *scalar.around[:1]):
            if is_model_key(name.lstrip("-")):
                return name
    return ""


def judge_within(  # noqa: C901, PLR0911  # one case after the other
    before: str, after: str
) -> tuple[Position, str, tuple[str, ...]]:
    """Classify a model's name that is only a part of a scalar.

    Args:
        before: The scalar's text before the name.
        after: The scalar's text after the name.

    Returns:
        Its position, its key, and the evidence.
    """
    near = before[-NEAR:]
    is_whole = bool(_END.match(after))
    if (flag := _FLAG.search(near)) and is_whole:
        return "request", flag["key"], ()
    if (pair := _PAIR.search(near)) and is_whole:
        earlier = near[: pair.start()]
        is_condition = earlier.rstrip().endswith(("{", ",")) or _CONDITION.search(earlier)
        if earlier.endswith(("?", "&")):
            # A query of a URL: `.../usage?model=name`.
            return "value", pair["key"], ("query",)
        if pair["sign"] != "=" or is_condition:
            return "comparison", pair["key"], ("query",)
        key = pair["key"]
        if earlier.endswith("(") or "`" in earlier:
            return "prose", key, ()
        is_variable = not earlier.strip(" \t-\"'") and key.isupper() and is_plain_name(key)
        evidence = ("setting",) if is_variable else ()
        return ("request", key, evidence) if is_model_key(key) else ("value", key, ())
    if (entry := _ENTRY.search(near)) and after[:1] in {'"', "'", "\\"}:
        return "value", entry["key"], ("unsent-text",)
    if (call := _CALL.search(near)) and compares(call["name"]):
        return "comparison", "", ("query",)
    if _AMONG.search(near):
        return "comparison", "", ("query",)
    if _DEFAULT.search(near):
        opening = near.rfind("{{")
        words = _SIGNS.findall(near[opening:] + after[: NEAR // 2])
        key = next((word for word in words if is_model_key(word.rpartition(".")[2])), "")
        if key and opening >= 0:
            # A template's default: `{{ model | default("name") }}`.
            return "request", key, ("unsent-text",)
        return "value", key, ("listed",)
    return "prose", "", ()


def is_list(text: str) -> bool:
    """Tell whether a string is a list of names: `gpt-4o,kimi-k2.6`, `in:a,b|c`, `gpt-4 glm-4`."""
    items = _COMMAS.split(text.strip().rstrip(",;|"))
    if len(items) > 1:
        return all(_ITEM.fullmatch(item) for item in items)
    words = text.split()
    return len(words) > 1 and all(_NUMBERED.fullmatch(word) for word in words)
