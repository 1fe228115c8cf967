"""Classifies scalars in settings, and names that are only a part of a string or a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple, Protocol
from agentsflare_kimi.lint.evidence.beside import Beside, settled, squeeze
from agentsflare_kimi.lint.evidence.callees import ABOUT_MODEL, compares, queries
from agentsflare_kimi.lint.evidence.configured import (
    Surroundings,
    is_plain_name,
    names_the_model,
)
from agentsflare_kimi.lint.evidence.defaults import CHOOSING, SEVERAL
from agentsflare_kimi.lint.evidence.table import shown
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import MODEL_FLAG, is_model_key
from agentsflare_kimi.lint.sources.documents import word_before

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.documents import Position

__all__ = ["Judged", "Scalar", "Wording", "is_flag", "judge_scalar", "wording"]

Judged = tuple["Position", str, tuple[str, ...]]
"""A position, a key, and keys of `EVIDENCE`."""

# A flag or setting before a name in a value: `--model name`, `MODEL=name`, `"model": name`.
_FLAG: Final = lazy(rf"(?P<key>{MODEL_FLAG}|-m)[\"']?(?:[ \t,]+|=)[\"']?\Z")
_PAIR: Final = lazy(
    r"(?P<key>[A-Za-z_][\w.-]*)%?\\?[\"']?%?\s*(?P<sign>!=|===?|=~|<>|=)\s*\\?[\"']?\Z"
)
_DEFAULT: Final = lazy(r"\bdefault[ (]+[\"'`]?\Z|\|\|\s*[\"']\Z")
# A condition in SQL and the like, before the key: `WHERE model = 'name'`.
_CONDITION: Final = lazy(r"(?i:\b(?:where|and|or|when|on|having|not|select)[\s(]+[\w.]*\Z)")
# An entry of an object: `"model": "name"`.
_ENTRY: Final = lazy(r"(?P<key>[A-Za-z_][\w.-]*)\\?[\"']?\s*:\s*\\?[\"']\Z")
_EDGE: Final = lazy(r"[ \t\-\"']*+")
_CODE_SPAN: Final = lazy(r"`")
_WORD: Final = lazy(r"[\w.-]+")
_TERM: Final = lazy(r"[A-Za-z_][\w.]*")
_BRACKET: Final = lazy(r"[()]")
_TEMPLATE: Final = lazy(r"\{\{.*?(?:\}\}|$)", re.MULTILINE)
_AFTER_COMMA: Final = lazy(r"[(,]\s*\\?[\"']?\Z")
# Words go on after a name: `model='name' took 3 s`, but not `model=name stream=true`.
_GOES_ON: Final = lazy(
    r"[\"'`]?[ \t]++(?!(?:as|if|or|and|in|is|else|then|unless|satisfies)\b)"
    r"[A-Za-z][\w-]*+(?![ \t]*[:=.(])"
)
_END: Final = lazy(r"[\"'`]?(?:[\s;&,)\\\]}|]|\Z)|[\"'`]:")
_CLOSE: Final = frozenset("\"'\\")
_ITEM: Final = lazy(r"\s*+[\w./:@+*=()?-]++\s*+")
_NUMBERED: Final = lazy(r"(?=[^\d]*+\d)[\w./:@+-]++")
_COMMAS: Final = lazy(r"[,;|]")
# A condition, its key, and a flag's or a key's own word: `where`, `model`, `=`.
_CLAUSE: Final = 3
# The keys of a variable in a list: `- name: OPENAI_MODEL`, `value: name`.
_VARIABLE: Final = frozenset({"name", "value"})


class Scalar(NamedTuple):
    """A scalar in a settings file.

    Attributes:
        key: Its key; empty for an item of a list.
        beside: The keys beside it.
        around: The keys around it, from the nearest outwards.
        named: The values of a `name`, `key` or `env` beside it.
        is_listed: Whether it is in an item of a list.
        is_line: Whether it is a line of its own, unrelated to its neighbours.
    """

    key: str
    beside: Beside | None = None
    around: Sequence[str] = ()
    named: Sequence[str] = ()
    is_listed: bool = False
    is_line: bool = False


def judge_scalar(scalar: Scalar) -> Judged:
    """Classify a scalar that is a model's name and nothing else."""
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
    if key in scalar.named and key.isupper() and beside == _VARIABLE and around[:1] == ["env"]:
        # A variable of a container's environment is a setting by itself.
        place = Surroundings(key)
    if {"chat-body", "credentials"} & set(evidence):
        evidence = shown(evidence, is_shown=names_the_model(place))
    elif names_the_model(place):
        evidence.append("setting")
    position, found = settled("request", evidence)
    return position, key, found


def is_flag(text: str) -> bool:
    """Tell whether an item is a flag whose value is a model: `--model`, `-m`."""
    return bool(_FLAG.search(f"{text} "))


def _speaker(scalar: Scalar) -> str:
    """Return the name that shows that the scalar is a model; empty for none."""
    key = scalar.key
    if is_model_key(key.lstrip("-")) or key == "-m":
        return key
    if key and (squeeze(key) in ABOUT_MODEL):
        for name in (*scalar.named, *scalar.around[:1]):
            if is_model_key(name.lstrip("-")):
                return name
        if squeeze(key) in CHOOSING and scalar.around and scalar.around[0].lower() in SEVERAL:
            return scalar.around[0]
    return ""


class _Holder(Protocol):
    text: str


def wording(holder: _Holder, first: int, last: int) -> Wording:
    """Return the words of a stretch of a text.

    Args:
        holder: The document, or another object with its text. It caches the latest stretches,
            because one stretch may hold many names.
        first: Where the stretch begins.
        last: Where it ends.
    """
    kept: dict[tuple[int, int], Wording] = vars(holder).setdefault("_wordings", {})
    if (first, last) not in kept:
        # Names come in order: only the present value and its line are asked about again.
        while len(kept) > 1:
            del kept[next(iter(kept))]
        kept[first, last] = Wording(holder.text, first, last)
    return kept[first, last]


class Wording:
    """A scalar, string or line that holds more than a model's name; split into words once."""

    def __init__(self, text: str, first: int, last: int) -> None:
        """Keep the stretch of *text* from *first* to *last*."""
        self.text = self._text = text
        self._first = first
        self._last = last

    def judge(self, start: int, end: int) -> Judged:
        """Classify the model's name from *start* to *end*."""
        near = self.clause_before(start)
        offset = start - len(near)
        is_whole = bool(_END.match(self._text, end, self._last))
        if (flag := _FLAG.search(near)) and is_whole:
            return "request", flag["key"], ()
        if (pair := _PAIR.search(near)) and is_whole:
            judged = self._of_pair(near, pair["key"], pair["sign"], offset, pair.start())
            is_told = judged[0] == "request" and self.goes_on(pair["key"], end)
            return ("prose", pair["key"], ()) if is_told else judged
        if (entry := _ENTRY.search(near)) and self._text[end : min(end + 1, self._last)] in _CLOSE:
            return "value", entry["key"], ("unsent-text",)
        word = self.callee_around(start)
        is_among = word.lower() == "in" and _AFTER_COMMA.search(near)
        if near[-1:] in {"'", '"'} and (is_among or compares(word)):
            return "comparison", "", ("query",)
        if _DEFAULT.search(near) or (word.lower() == "default" and _AFTER_COMMA.search(near)):
            terms = self._terms_around(start)
            key = next((term for term in terms if is_model_key(term.rpartition(".")[2])), "")
            # A template's default: `{{ model | default("name") }}`.
            return ("request", key, ("unsent-text",)) if key else ("value", key, ("listed",))
        return "prose", "", ()

    def _of_pair(self, near: str, key: str, sign: str, offset: int, size: int) -> Judged:
        earlier = near[:size]
        if earlier.endswith(("?", "&")):
            # A query of a URL: `.../usage?model=name`.
            return "value", key, ("query",)
        is_condition = earlier.rstrip().endswith(("{", ",")) or _CONDITION.search(earlier)
        if sign != "=" or is_condition:
            return "comparison", key, ("query",)
        if earlier.endswith("(") or self._code_span < offset + size:
            return "prose", key, ()
        is_first = _EDGE.fullmatch(self._text, self._first, offset + size)
        is_variable = is_first and key.isupper() and is_plain_name(key)
        evidence = ("setting",) if is_variable else ()
        return ("request", key, evidence) if is_model_key(key) else ("value", key, ())

    def clause_before(self, start: int) -> str:
        """Return what precedes a name in its clause: a condition, a key and a sign."""
        at = bisect_left(self._words, start) - _CLAUSE
        while at > 0 and self._text[self._words[at]] == "-":
            at -= 1
        return self._text[self._words[at] if at > 0 else self._first : start]

    def goes_on(self, key: str, end: int) -> bool:
        """Tell whether words follow a name, which a program tells: `model='name' took 3 s`."""
        # `MODEL=name command` is a variable of the environment.
        return not key.isupper() and bool(_GOES_ON.match(self._text, end, self._last))

    def is_said(self, start: int) -> bool:
        """Tell whether a name follows other words."""
        while start > self._first and self._text[start - 1].isspace():
            start -= 1
        return 0 <= self._blank < start

    @cached_property
    def is_list(self) -> bool:
        """Whether it is a list of names: `gpt-4o,kimi-k2.6`, `in:a,b|c`, `gpt-4 glm-4`."""
        text = self._text[self._first : self._last].strip().strip("\"'")
        items = _COMMAS.split(text.strip().rstrip(",;|"))
        if len(items) > 1:
            return all(_ITEM.fullmatch(item) for item in items)
        words = text.split()
        return len(words) > 1 and all(_NUMBERED.fullmatch(word) for word in words)

    @cached_property
    def _words(self) -> Sequence[int]:
        return [word.start() for word in _WORD.finditer(self._text, self._first, self._last)]

    @cached_property
    def first_word(self) -> str:
        """The first word; empty if there is none."""
        return next(iter(self._text[self._first : self._last].split()), "")

    @cached_property
    def _blank(self) -> int:
        words = self._text[self._first : self._last].lstrip()
        return self._text.find(" ", self._last - len(words), self._last)

    @cached_property
    def _code_span(self) -> int:
        found = _CODE_SPAN.search(self._text, self._first, self._last)
        return found.start() if found else self._last

    @cached_property
    def _brackets(self) -> Mapping[int, str]:
        """The word before each opening parenthesis; `)` for closing ones."""
        found = _BRACKET.finditer(self._text, self._first, self._last)
        return {
            bracket.end(): self._word_before(bracket.start()) if bracket[0] == "(" else ")"
            for bracket in found
        }

    def _word_before(self, end: int) -> str:
        # Backwards, because a pattern would try every letter of every word.
        while end > self._first and self._text[end - 1].isspace():
            end -= 1
        word = word_before(self._text, end)
        return word[max(0, self._first - end + len(word)) :] or "("

    @cached_property
    def _bracket_ends(self) -> Sequence[int]:
        return [*self._brackets]

    def callee_around(self, start: int) -> str:
        """Return the word before the parenthesis that a name is in."""
        at = bisect_left(self._bracket_ends, start + 1) - 1
        return self._brackets[self._bracket_ends[at]] if at >= 0 else ""

    @cached_property
    def _templates(self) -> Sequence[tuple[int, int]]:
        return [found.span() for found in _TEMPLATE.finditer(self._text, self._first, self._last)]

    def _terms_around(self, start: int) -> Sequence[str]:
        """List the terms in the template around a name: `{{ default "name" .Values.model }}`."""
        at = bisect_left(self._templates, (start, start)) - 1
        first, last = self._templates[at] if at >= 0 else (start, start)
        return _TERM.findall(self._text, first, last) if start < last else ()
