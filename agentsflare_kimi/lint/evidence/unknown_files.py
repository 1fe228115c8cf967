"""Judges names in files of unknown kinds, by the words before them in their line."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import compares, falls_back, queries
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
_CALLED: Final = lazy(r"([A-Za-z_][\w.]*)\(\s*[\"'`]?\Z")
# What follows a value: a quote, to which nothing is joined; or no further word.
_QUOTE_ENDS: Final = lazy(r"\\?[\"'`](?![ \t]*[+^&])")
_ENDS: Final = lazy(r"[ \t]*(?:[\])},;:|.%/>\\]|$)", re.MULTILINE)
_TARGET: Final = lazy(
    r"[ \t]*(?:[A-Za-z]+[ \t]+){0,3}(?P<key>[\w.$@-]+)[ \t]*(?::[^=\n]*)?(?:=|:=|<-)[ \t]*"
    r"[^\n=\[{]*[\"'`]\Z"
)
_LAST: Final = lazy(r"[\"'`][)\]};,. \t]*$", re.MULTILINE)
_QUOTES: Final = frozenset("\"'`")
_SIGNS: Final = frozenset("=:>\"'([,|")
_BULLETS: Final = frozenset({"-", "*", "+"})
_AFTER: Final = lazy(r"[ \t]*(?:[\"'<)\],;]|$)", re.MULTILINE)
# Another model's name beside one: `gpt-4o glm-4`.
_ID_BEFORE: Final = lazy(r"(?:\A|[\"'\s=:])[a-z]\w*-(?=[\w.-]*\d)[\w.-]+[\"',;|]?[ \t]+\Z")
_ID_AFTER: Final = lazy(r"[\"',;|]?[ \t]+[a-z]\w*-(?=[\w.-]*\d)[\w.-]+[\"']?[ \t]*$", re.MULTILINE)
_WORD: Final = lazy(r"[A-Za-z_][\w.-]*+")
_SPACED: Final = lazy(r"[ \t]*(?:[-+@$]?\w[\w.:]*[ \t(]+)?[-+$\w.:]+[ \t]+[\"'`]?\Z")


def judge_loosely(words: Wording, line: int, start: int, end: int) -> Judged:
    """Classify a name: whatever looks like a value is taken for one.

    Args:
        words: The name's line.
        line: Where the line begins.
        start: Where the name begins.
        end: Where it ends.

    Returns:
        The verdict, which never makes a fix safe.
    """
    judged = _after_a_key(words, line, start, end) or words.judge(start, end)
    if judged[0] == "request":
        return "request", judged[1], ("unsent-text",)
    if judged[0] == "comparison":
        return judged
    return ("value" if _is_value(words, line, start, end) else "prose"), "", ()


def _is_value(words: Wording, line: int, start: int, end: int) -> bool:
    """Tell values from prose: quoted, after a sign, beside another name, or alone in their line."""
    text, before = words.text, start
    if _ID_BEFORE.search(words.clause_before(start)) or _ID_AFTER.match(text, end):
        return True
    while before > line and text[before - 1] in " \t":
        before -= 1
    is_first = before == line or text[max(line, before - 2) : before].strip() in _BULLETS
    is_value = is_first or text[before - 1 : before] in _SIGNS
    return is_value and _AFTER.match(text, end) is not None


def _after_a_key(words: Wording, line: int, start: int, end: int) -> Judged | None:  # noqa: PLR0911  # one case after the other
    """Classify a name that a key precedes; None if no key of a model does."""
    near = words.clause_before(start)
    given = next(filter(_is_about_a_model, _given_in(near)), None)
    if given is None:
        return _target_of(words, line, start, end)
    key, sign = given["key"], given["sign"] or ""
    if sign in _COMPARES or sign[:2] in {"==", "!="}:
        return "comparison", key, ("query",)
    if sign == "=" and _CONDITION.search(near, 0, given.start("key")):
        return "comparison", key, ("query",)
    called = _CALLED.search(near)
    is_sought = called and queries(called[1])
    if is_sought or (sign in {",", "("} and compares(words.callee_around(start))):
        return "comparison", key, ("query",)
    text = words.text
    ends = _QUOTE_ENDS if given["quote"] else _ENDS
    if not ends.match(text, end):
        return None
    is_setting = given["blank"] is None or _SPACED.fullmatch(text, line, start)
    if not is_setting:
        return _target_of(words, line, start, end)
    return "request", key, ("unsent-text",)


def _target_of(words: Wording, line: int, start: int, end: int) -> Judged | None:
    """Classify a name at the end of a statement that sets a model: `let model = x ?? "name"`."""
    text, callee = words.text, words.callee_around(start)
    if callee and not (falls_back(callee) or is_model_key(callee)):
        return None
    # Only the last name of a line is looked at, so that no line is read for each of its names.
    is_last = text[start - 1 : start] in _QUOTES and _LAST.match(text, end)
    target = _TARGET.match(text, line, start) if is_last else None
    if target is None or not is_model_key(target["key"].rpartition(".")[2]):
        return None
    return "request", target["key"], ("unsent-text",)


def _given_in(near: str) -> Iterator[re.Match[str]]:
    """Yield every way to read what precedes a name as a key and a sign."""
    found = (_GIVEN.match(near, word.start()) for word in _WORD.finditer(near))
    return filter(None, found)


def _is_about_a_model(given: re.Match[str]) -> bool:
    return is_model_key(given["key"].rpartition(".")[2])
