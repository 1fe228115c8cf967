"""What a string is there for, told from the tokens around it, in languages with brackets."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.documents import Position
from agentsflare_kimi.lint.sources.keys import is_model_key
from agentsflare_kimi.lint.sources.regions import STRING, Region, Source

__all__ = ["Place", "callee_of", "describe"]

_TOKEN: Final = re.compile(
    rf"{STRING}+|[\w$@]+|=>|:=|===|!==|==|!=|=~|<=|>=|\?\?=?|\|\|=?|&&|::|->|\?:|\?=|\.\.|\n|\S"
)
_WINDOW: Final = 320
_CALLEE_WINDOW: Final = 120
_AHEAD: Final = 80
_LEFT_TOKENS: Final = 60

_ASSIGNS: Final = frozenset({":", "=", "=>", ":=", "||=", "??=", "?="})
_CHOOSES: Final = frozenset({"||", "??", "or", "?:", "else", "?", "|"})
_COMPARES: Final = frozenset(
    {"==", "!=", "===", "!==", "=~", "is", "in", "case", "when", "eq", "ne", "not", "<>", "and"}
)
_COMPARED: Final = frozenset({"==", "!=", "===", "!==", "in", "not", "->"})
_COMPARING_CALLS: Final = frozenset(
    "toBe toEqual toStrictEqual toContain toMatch assertEqual assertEquals assertIn assertNotEqual "  # noqa: SIM905  # words read best as words
    "AreEqual Equal NotEqual equal equals Equals strictEqual deepEqual equalsIgnoreCase startsWith "
    "startswith endswith endsWith HasPrefix HasSuffix StartsWith includes contains Contains "
    "contains_key containsKey has indexOf EqualFold assert_eq assert_ne eq ne isEqualTo match "
    "removeprefix replace in_array strcmp".split()
)
_GLUES: Final = frozenset({"+", "..", "%", "+="})
_TYPES: Final = frozenset({"type", "interface", "typealias"})
_DEFAULTS: Final = frozenset({"default", "defaultValue", "default_value", "fallback", "value"})
_MODEL_FLAG: Final = re.compile(r"--?[\w-]*model(?:[-_](?:name|id))?\Z|-m\Z")


class Place(NamedTuple):
    """What a string is there for, and the key that it is given to."""

    position: Position
    key: str = ""


class _Token(NamedTuple):
    text: str
    start: int


class _Around(NamedTuple):
    """The tokens before a string, the nearest last, and after it; line ends are tokens."""

    source: Source
    before: list[_Token]
    after: list[_Token]

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
        _without_line_ends(_tokens(source, max(0, region.start - _WINDOW), region.start)),
        _without_line_ends(_tokens(source, region.end, region.end + _AHEAD)),
    )
    for judge in (_glued, _compared, _as_key):
        if place := judge(around, region, language):
            return place
    return _given(_unwrapped(around), region)


def callee_of(source: Source, opener: int) -> str:
    """Name the call whose arguments begin at *opener*, dotted; empty where it is none."""
    tokens = _tokens(source, max(0, opener - _CALLEE_WINDOW), opener)
    names: list[str] = []
    while tokens and (_is_word(tokens[-1].text) or tokens[-1].text in {".", "::", "\n", "?"}):
        if tokens[-1].text == "\n" and not (names and names[-1] in {".", "?"}):
            break
        names.append(tokens.pop().text)
    return "".join(name for name in reversed(names) if name not in {"\n", "?"})


def _tokens(source: Source, start: int, end: int) -> list[_Token]:
    return [_Token(match[0], match.start()) for match in _TOKEN.finditer(source.masked, start, end)]


def _without_line_ends(tokens: list[_Token]) -> list[_Token]:
    return [token for token in tokens if token.text != "\n"]


def _is_word(token: str) -> bool:
    return token[:1].isalpha() or token[:1] in {"_", "$", "@"}


def _string_text(source: Source, token: _Token) -> str:
    region = source.region_at(token.start)
    return source.text[region.inner_start : region.inner_end] if region else ""


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
    if around.last() in _COMPARES or around.next() in _COMPARED:
        return Place("comparison")
    if around.next() == "." and len(around.after) > 1 and around.after[1].text in _COMPARING_CALLS:
        return Place("comparison")
    opener = around.source.enclosing(region.start)
    if opener is None:
        return None
    if callee_of(around.source, opener).rpartition(".")[2] in _COMPARING_CALLS:
        return Place("comparison")
    if around.source.text[opener] == "{":
        return None
    return Place("comparison") if _list_is_compared(around.source, opener) else None


def _list_is_compared(source: Source, opener: int) -> bool:
    before = _without_line_ends(_tokens(source, max(0, opener - _AHEAD), opener))
    closer = source.closers[opener]
    after = [token.text for token in _tokens(source, closer + 1, closer + _AHEAD)[:2]]
    is_searched = after[:1] == ["."] and after[-1] in _COMPARING_CALLS
    return is_searched or bool(before and before[-1].text in {"in", "case", "when"})


def _as_key(around: _Around, _region: Region, language: str) -> Place | None:
    last, following = around.last(), around.next()
    if last == "[" and following == "]" and (_is_word(around.last(2)) or around.last(2) in ")]"):
        is_key = bool(around.last(2)) and around.last(2) not in {"return", "in", "yield"}
        return Place("key") if is_key else None
    if following == "=" and language in {"toml", "terraform"}:
        return Place("key")
    opens = last in {"{", ",", "[", "("} or not last
    return Place("key") if opens and following in {":", "=>"} else None


def _unwrapped(around: _Around) -> _Around:
    """Take away what only wraps the string: a parenthesis, `openai.F(...)`, `String::from(...)`."""
    before = around.before
    if around.last() != "(" or is_model_key(around.last(2)):
        return around
    rest = before[:-1]
    while rest and (_is_word(rest[-1].text) or rest[-1].text in {".", "::", "&", "!", ")"}):
        rest = _before_pair(rest) if rest[-1].text == ")" else rest[:-1]
    is_given = bool(rest) and rest[-1].text in _ASSIGNS | _CHOOSES
    return around._replace(before=rest) if is_given else around


def _before_pair(tokens: list[_Token]) -> list[_Token]:
    depth = 0
    for index in range(len(tokens) - 1, -1, -1):
        depth += (tokens[index].text == ")") - (tokens[index].text == "(")
        if not depth:
            return tokens[:index]
    return []


def _given(around: _Around, region: Region) -> Place:
    last = around.last()
    if around.next() == "|" or (last == "|" and _is_type(around)):
        return Place("value")
    if last == "(":
        callee = around.last(2) if _is_word(around.last(2)) else ""
        return Place("request" if is_model_key(callee) else "value", callee)
    if last == ",":
        return _after_comma(around, region)
    if last in _CHOOSES or (last == ":" and _is_ternary(around)):
        names = _left_side(around)
        key = next(filter(is_model_key, names), "")
        return Place("request" if key else "value", key or next(iter(names), ""))
    if last in _ASSIGNS:
        return _assigned(around, region)
    return Place("value")


def _after_comma(around: _Around, region: Region) -> Place:
    previous = around.before[-2] if len(around.before) > 1 else None
    if previous is None or previous.text[0] != STRING:
        return Place("value")
    key = _string_text(around.source, previous)
    is_request = bool(_MODEL_FLAG.match(key)) or (
        is_model_key(key) and _in_call(around.source, region)
    )
    return Place("request" if is_request else "value", key)


def _in_call(source: Source, region: Region) -> bool:
    opener = source.enclosing(region.start)
    return opener is not None and source.text[opener] == "("


def _assigned(around: _Around, region: Region) -> Place:
    names = _nearest_key(around) if around.last() in {":", "=>"} else _left_side(around)
    if names and names[-1] in _TYPES:
        return Place("value")
    if key := next(filter(is_model_key, names), ""):
        return Place("request", key)
    key = names[0] if names else ""
    if key in _DEFAULTS and _block_is_about_model(around, region):
        return Place("request", key)
    return Place("value", key)


def _nearest_key(around: _Around) -> list[str]:
    back = 3 if around.last(2) == "?" else 2
    if len(around.before) < back:
        return []
    token = around.before[-back]
    if token.text[0] == STRING:
        return [_string_text(around.source, token)]
    return [token.text] if _is_word(token.text) else []


def _left_side(around: _Around) -> list[str]:
    """Names and strings to the left within the statement, the nearest first."""
    names: list[str] = []
    depth = 0
    line_end = around.before[-1].start
    for token in reversed(around.before[-_LEFT_TOKENS:-1]):
        is_next_line = "\n" in around.source.masked[token.start : line_end]
        if token.text in ")]":
            depth += 1
        elif token.text in "([":
            depth -= 1
        ends = token.text in {";", "{", "}"} or (token.text == "," and not depth)
        if depth < 0 or ends or (is_next_line and not depth and names):
            break
        if token.text[0] == STRING:
            names.append(_string_text(around.source, token))
        elif _is_word(token.text):
            names.append(token.text)
        line_end = token.start
    return names


def _is_ternary(around: _Around) -> bool:
    for token in reversed(around.before[-_LEFT_TOKENS:-1]):
        if token.text in {",", "{", "(", ";", "["}:
            return False
        if token.text == "?":
            return around.before[-2] != token
    return False


def _is_type(around: _Around) -> bool:
    return any(name in _TYPES for name in _left_side(around))


def _block_is_about_model(around: _Around, region: Region) -> bool:
    """Whether the call or block around a `default` speaks of a model: `variable "model" {`."""
    source = around.source
    opener = source.enclosing(region.start)
    if opener is None:
        return False
    line_start = source.text.rfind("\n", 0, opener) + 1
    speaks = _tokens(source, max(line_start, opener - _WINDOW), region.start)
    strings = (_string_text(source, token) for token in speaks if token.text[0] == STRING)
    words = (token.text for token in speaks if _is_word(token.text))
    return any(is_model_key(text.lstrip("-")) for text in (*strings, *words))
