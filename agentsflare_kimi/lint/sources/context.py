"""What a string is there for, told from the tokens around it, in languages with brackets."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.comparisons import is_compared, is_pattern
from agentsflare_kimi.lint.sources.documents import Position
from agentsflare_kimi.lint.sources.keys import is_api_key, is_model_key
from agentsflare_kimi.lint.sources.regions import STRING, Region, Source
from agentsflare_kimi.lint.sources.tokens import (
    ASSIGNS,
    CHOOSES,
    Token,
    before_pair,
    is_word,
    statement_before,
    string_text,
    tokens_between,
    without_line_ends,
)
from agentsflare_kimi.lint.sources.types import is_ternary, is_type
from agentsflare_kimi.lint.sources.wrappers import as_arguments, unwrapped

__all__ = ["Place", "describe"]

_WINDOW: Final = 320
_AHEAD: Final = 80
_LEFT_TOKENS: Final = 60

_GLUES: Final = frozenset({"+", "..", "%", "+="})
_BEFORE_GROUP: Final = CHOOSES | {"=", ":", ":="}
_NOT_CALLS: Final = frozenset({"return", "in", "yield", "and", "or", "not", "if", "elif", "while"})
# Languages that assign several values at once, have elements, and have strings as types.
_MANY_AT_ONCE: Final = frozenset({"python", "ruby", "go", "dashes", "hash"})
_WITH_ELEMENTS: Final = frozenset({"javascript", "tsx"})
_TYPED: Final = frozenset({"typescript", "tsx"})
_TYPES: Final = frozenset({"type", "interface", "typealias"})
_DEFAULTS: Final = frozenset({"default", "defaultValue", "default_value", "fallback", "value"})
_MODEL_FLAG: Final = re.compile(r"--?[\w-]*model(?:[-_](?:name|id))?\Z|-m\Z")


class Place(NamedTuple):
    """What a string is there for, and the key that it is given to."""

    position: Position
    key: str = ""


class _Around(NamedTuple):
    """The tokens of a string's statement before it, the nearest last, and those after it."""

    source: Source
    before: list[Token]
    after: list[Token]

    def last(self, back: int = 1) -> str:
        return self.before[-back].text if len(self.before) >= back else ""

    def next(self) -> str:
        return self.after[0].text if self.after else ""


def describe(source: Source, region: Region, language: str) -> Place:
    """Tell what the string *region* is there for.

    Args:
        source: The text.
        region: One of its strings, which holds nothing but a name.
        language: The text's language.

    Returns:
        Its position, and the key, variable or setter that it is given to.
    """
    around = _Around(
        source,
        statement_before(source, region.start),
        without_line_ends(tokens_between(source, region.end, region.end + _AHEAD)),
    )
    for judge in (_glued, _compared, _as_key, _among_several):
        if place := judge(around, region, language):
            return place
    around = around._replace(before=as_arguments(around.before))
    place = _given(around, region, language)
    if place.position != "request":
        before = unwrapped(around.before, around.next())
        outer = _given(around._replace(before=before), region, language)
        # `api_key = Secret("...")` is a key, and so is `client = build().apiKey("...")`.
        is_named = is_api_key(place.key) and not is_api_key(outer.key)
        place = place if is_named and outer.position != "request" else outer
    is_typed = place.position == "request" and language in _TYPED
    if is_typed and is_type(source, region.start, region.end):
        return place._replace(position="value")
    return place


def _glued(around: _Around, _region: Region, language: str) -> Place | None:
    if around.last() in _GLUES or around.next() in _GLUES:
        return Place("glued")
    if language == "php" and "." in {around.last(), around.next()}:
        return Place("glued")
    if language in {"python", "ruby", "c-like"}:
        touches = around.last()[:1] == STRING or around.next()[:1] == STRING
        return Place("glued") if touches else None
    return None


def _compared(around: _Around, region: Region, _language: str) -> Place | None:
    if is_pattern(around.source, region):
        return Place("code")
    is_it = is_compared(around.source, region, around.before, around.after)
    return Place("comparison") if is_it else None


def _as_key(around: _Around, _region: Region, language: str) -> Place | None:
    last, following = around.last(), around.next()
    if last == "[" and following == "]" and (is_word(around.last(2)) or around.last(2) in ")]"):
        is_key = bool(around.last(2)) and around.last(2) not in {"return", "in", "yield"}
        return Place("key") if is_key else None
    if following == "=" and language in {"toml", "terraform"}:
        return Place("key")
    opens = last in {"{", ",", "[", "("} or not last
    return Place("key") if opens and following in {":", "=>"} else None


def _given(around: _Around, region: Region, language: str) -> Place:
    last = around.last()
    if around.next() == "|" or (last == "|" and _is_type(around)):
        return Place("value")
    if last == "(":
        callee = around.last(2) if is_word(around.last(2)) else ""
        return Place("request" if is_model_key(callee) else "value", callee)
    if last == ",":
        return _after_comma(around)
    if last in CHOOSES or (last == ":" and is_ternary(around.before)):
        names = _left_side(around)
        key = next(filter(is_model_key, names), "")
        return Place("request" if key else "value", key or next(iter(names), ""))
    is_pair = last == "to" and around.last(2)[:1] == STRING
    if last in ASSIGNS or is_pair:
        return _assigned(around, region, language)
    return Place("value")


def _among_several(around: _Around, region: Region, language: str) -> Place | None:
    target = _target(around, region) if language in _MANY_AT_ONCE else ""
    is_request = is_model_key(target)
    return Place("request" if is_request else "value", target) if target else None


def _target(around: _Around, region: Region) -> str:
    """Name what the string is given to among several: `a, model = 1, "..."`; empty if one."""
    opener = around.source.enclosing(region.start)
    texts = [token.text for token in around.before]
    sign = next((index for index, text in enumerate(texts) if text in {"=", ":="}), 0)
    targets = " ".join(texts[:sign]).split(",")
    is_inside = opener is not None and around.source.text[opener] != "{"
    if is_inside or len(targets) == 1 or not all(_is_target(target) for target in targets):
        return ""
    nth = texts[sign:].count(",")
    return targets[nth].split()[-1] if nth < len(targets) else ""


def _is_target(text: str) -> bool:
    words = text.split()
    return (
        bool(words)
        and all(is_word(word) or word == "." for word in words)
        and ("lambda" not in words)
    )


def _after_comma(around: _Around) -> Place:
    previous = around.before[-2] if len(around.before) > 1 else None
    if previous is None or previous.text[0] != STRING:
        return Place("value")
    key = string_text(around.source, previous)
    is_request = bool(_MODEL_FLAG.match(key)) or (is_model_key(key) and _in_call(around))
    return Place("request" if is_request else "value", key)


def _in_call(around: _Around) -> bool:
    """Whether the string is an argument, and not an item of a list or a tuple."""
    tokens = around.before[:]
    while tokens and tokens[-1].text not in {"(", "[", "{"}:
        tokens = before_pair(tokens) if tokens[-1].text in {")", "]", "}"} else tokens[:-1]
    callee = tokens[-2].text if len(tokens) > 1 and tokens[-1].text == "(" else ""
    return callee in {")", "]", ">", "!"} or (is_word(callee) and callee not in _NOT_CALLS)


def _assigned(around: _Around, region: Region, language: str) -> Place:
    is_named = around.last() in {":", "=>", "to"}
    names = _nearest_key(around) if is_named else _left_side(around)
    if names and names[-1] in _TYPES:
        return Place("value")
    # The farthest is what the statement gives it to; nearer ones may be its type.
    if key := next(filter(is_model_key, reversed(names)), ""):
        return Place("request", key)
    key = names[0] if names else ""
    # In an element, `value=` is one of its attributes: `<option value="...">`.
    is_attribute = around.last() == "=" and language in _WITH_ELEMENTS
    if key in _DEFAULTS and not is_attribute and _block_is_about_model(around, region, key):
        return Place("request", key)
    return Place("value", key)


def _nearest_key(around: _Around) -> list[str]:
    if around.last(2) == "]" and around.last(4) == "[":
        back = 3
    else:
        back = 3 if around.last(2) == "?" else 2
    if len(around.before) < back:
        return []
    token = around.before[-back]
    if token.text[0] == STRING:
        return [string_text(around.source, token)]
    return [token.text] if is_word(token.text) else []


def _left_side(around: _Around) -> list[str]:
    """Names and strings to the left within the statement, the nearest first."""
    names: list[str] = []
    depth = 0
    before = around.before
    for index in range(len(before) - 2, max(-1, len(before) - _LEFT_TOKENS), -1):
        token = before[index]
        if token.text in {")", "]"}:
            depth += 1
        elif token.text in {"(", "["} and not (not depth and _groups(before, index)):
            depth -= 1
        if depth < 0 or token.text in {";", "{", "}"} or (token.text == "," and not depth):
            break
        if token.text[0] == STRING:
            names.append(string_text(around.source, token))
        elif is_word(token.text):
            names.append(token.text)
    return names


def _groups(before: list[Token], index: int) -> bool:
    """Whether a bracket only groups: `x ?? (a ? "..." : b)`."""
    return before[index].text == "(" and bool(index) and before[index - 1].text in _BEFORE_GROUP


def _is_type(around: _Around) -> bool:
    return any(name in _TYPES for name in _left_side(around))


def _block_is_about_model(around: _Around, region: Region, key: str) -> bool:
    """Whether the call or block around a `default` speaks of a model: `variable "model" {`."""
    source = around.source
    opener = source.enclosing(region.start)
    if opener is None:
        return False
    line_start = source.text.rfind("\n", 0, opener) + 1
    speaks = tokens_between(source, max(line_start, opener - _WINDOW), region.start)
    speaks += _field_after(source, opener)
    names = [string_text(source, token) for token in speaks if token.text[0] == STRING]
    if key != "value":
        names += (token.text for token in speaks if is_word(token.text))
    return any(is_model_key(name.lstrip("-")) for name in names)


def _field_after(source: Source, opener: int) -> list[Token]:
    """The field that an attribute of Rust is about: `#[arg(default_value = "...")] model: T`."""
    closer = source.closers[opener] + 1
    tokens = without_line_ends(tokens_between(source, closer, closer + _AHEAD))
    texts = [token.text for token in tokens]
    is_attribute = texts[:1] == ["]"] and ":" in texts
    return tokens[1 : texts.index(":")] if is_attribute else []
