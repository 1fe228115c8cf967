"""Judges a name that is only a part of a string: an item, a default, the value of an option."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Protocol
from agentsflare_kimi.lint.evidence.scalars import wording
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.evidence.scalars import Wording
    from agentsflare_kimi.lint.sources.documents import Position
    from agentsflare_kimi.lint.sources.regions import Region

__all__ = ["judge_part"]

# A field's tag in Go: `env:"MODEL" envDefault:"name"`.
_TAG_NAME: Final = lazy(r'\b(?:env|envconfig|json|yaml|mapstructure):"([\w.-]+)')
_TAG_DEFAULT: Final = lazy(r'\b(?:envDefault|default):"\Z')
_CLOSES: Final = lazy(r"\\*(?P<quote>[\"'])")
# `<option value="name">`
_ATTRIBUTE: Final = lazy(r"\b(?:value|content|data-[\w-]+)=\\?[\"']\Z")
# Signs of patterns that stand for any text: `LIKE 'name%'`.
_ANY: Final = lazy(r"[%*_ ]*")
_OBJECT: Final = lazy(r"\s*+[{\[]")
_WORD_LISTS: Final = frozenset({"%w", "%W", "%i", "%I", "qw"})
_CLOSING: Final = frozenset("\"'`\\")


class _Holder(Protocol):
    text: str


def judge_part(holder: _Holder, region: Region, start: int, end: int) -> tuple[Position, str]:
    """Classify a part of a string.

    Args:
        holder: The document.
        region: The string.
        start: Where the name begins.
        end: Where it ends.

    Returns:
        Its position, and its key.
    """
    text = holder.text
    words = wording(holder, region.inner_start, region.inner_end)
    if text[region.start : region.start + 2] in _WORD_LISTS or words.is_list:
        return "value", ""
    before, after = (region.inner_start, start), (end, region.inner_end)
    if _ANY.fullmatch(text, *before) and _ANY.fullmatch(text, *after):
        return "comparison", ""
    if text[end : end + 1] == '"' and _TAG_DEFAULT.search(words.clause_before(start)):
        named = _TAG_NAME.search(text, region.inner_start, region.inner_end)
        key = named[1] if named else ""
        return ("request" if is_model_key(key) else "value"), key
    return _judge_words(words, region, start, end)


def _judge_words(words: Wording, region: Region, start: int, end: int) -> tuple[Position, str]:
    text, before = words.text, words.clause_before(start)
    position, key, evidence = words.judge(start, end)
    is_json = _OBJECT.match(text, region.inner_start, region.inner_end) is not None
    if is_json and evidence == ("unsent-text",) and position == "value":
        # Not a whole request, which would be read as one.
        return "prose", ""
    if position == "prose" and _ATTRIBUTE.search(before) and text[end : end + 1] in _CLOSING:
        return "value", ""
    if evidence == ("unsent-text",) or key.startswith("-") or not words.is_said(start):
        return position, key
    if position == "request" or (position == "value" and key):
        closing = _CLOSES.match(text, end)
        is_quoted = closing is not None and closing["quote"] == before[-1:]
        return ("value", key) if is_quoted else ("prose", "")
    return (position, key) if position == "comparison" else ("prose", "")
