"""Judges names in files of unknown kinds, by the words before them in their line."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import compares
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from agentsflare_kimi.lint.evidence.scalars import Judged, Wording

__all__ = ["judge_loosely"]

# A key, its type, a sign, and the opening of a value, as most languages write them:
# `model := "`, `Dim model As String = "`, `"model": "`, `model: *"`, `"model"; "`, `model "`.
_GIVEN: Final = lazy(
    r"""(?P<key>[A-Za-z_][\w.-]*)[*"'`\])}>]{0,3}
        (?:\s*:\s*[A-Za-z][\w<>\[\].]*|\s+[Aa]s\s+[A-Za-z][\w.]*)?
        (?:\s*(?P<sign>[=!]==?[#?]?|=~|[/~]=|<>|:=|[=-]>|<-|[=,;(?]|::?
            |(?<=\s)(?:to|eq|ne|is|VALUE)\b)\s*|(?P<blank>\s+))
        (?:[A-Za-z`][\w.]*[\s(]+|["']?(?:value|default|content)["']?\s*[:=]\s*)?
        (?P<quote>(?:<<|[@$\#*])?\\?(?:""|["'`])|)\Z""",
    re.VERBOSE,
)
_COMPARES: Final = frozenset({"eq", "ne", "is", "<>", "=~", "/=", "~="})
_CONDITION: Final = lazy(
    r"(?i:\b(?:if|elseif|elsif|elif|unless|while|until|case|where|and|or|when|on|having|not|select)"
    r"[\s(]+[\w.:]*\Z)"
)
# What follows a value: a quote, to which nothing is joined; or no further word.
_QUOTE_ENDS: Final = lazy(r"\\?[\"'`](?![ \t]*[+^&])")
_ENDS: Final = lazy(r"[ \t]*(?:[\])},;:|.%/>\\]|$)", re.MULTILINE)
_WORD: Final = lazy(r"[A-Za-z_][\w.-]*+")
_SPACED: Final = lazy(r"[ \t]*(?:[-+@$]?\w[\w.:]*[ \t(]+)?[-+$\w.:]+[ \t]+[\"'`]?\Z")


def judge_loosely(words: Wording, line: int, start: int, end: int) -> Judged | None:
    """Classify a name that a key may precede.

    Args:
        words: The name's line.
        line: Where the line begins.
        start: Where the name begins.
        end: Where it ends.

    Returns:
        The verdict, which never makes a fix safe; None if no key of a model precedes the name.
    """
    near = words.clause_before(start)
    given = next(filter(_is_about_a_model, _given_in(near)), None)
    if given is None:
        return None
    key, sign = given["key"], given["sign"] or ""
    if sign in _COMPARES or sign[:2] in {"==", "!="}:
        return "comparison", key, ("query",)
    if sign == "=" and _CONDITION.search(near, 0, given.start("key")):
        return "comparison", key, ("query",)
    if sign in {",", "("} and compares(words.callee_around(start)):
        return "comparison", key, ("query",)
    text = words.text
    ends = _QUOTE_ENDS if given["quote"] else _ENDS
    if not ends.match(text, end):
        return None
    is_setting = given["blank"] is None or _SPACED.fullmatch(text, line, start)
    return ("request", key, ("unsent-text",)) if is_setting else None


def _given_in(near: str) -> Iterator[re.Match[str]]:
    """Yield every way to read what precedes a name as a key and a sign."""
    found = (_GIVEN.match(near, word.start()) for word in _WORD.finditer(near))
    return filter(None, found)


def _is_about_a_model(given: re.Match[str]) -> bool:
    return is_model_key(given["key"].rpartition(".")[2])
