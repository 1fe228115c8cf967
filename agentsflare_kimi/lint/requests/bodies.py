"""A chat-completions request written out in source code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple, cast
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_entries, read_literal
from agentsflare_kimi.lint.requests.spreads import is_merge
from agentsflare_kimi.lint.sources.regions import Entry, Region, Source
from agentsflare_kimi.lint.sources.targets import callee_at
from agentsflare_kimi.lint.sources.tree import Tree

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "Body",
    "Form",
    "Group",
    "bracket_around",
    "callee_of",
    "group_at",
    "is_response",
    "merges",
    "names_model",
    "read_body",
]

# This decides where to add a field that the SDK has no argument for.
Form = Literal[
    "keywords", "spread", "assigned", "object", "assigned-object", "typed", "chain", "argument",
    "options", "other",
]  # fmt: skip

# Keys that only responses have; and keys that together, but not alone, show a response.
_ANSWER_KEYS: Final = frozenset({"object", "system_fingerprint"})
_ANSWER_PARTS: Final = frozenset({"choices", "usage", "id", "created"})
_SDK_METHODS: Final = frozenset({"create", "parse", "stream"})
# Framework classes that put their arguments, `extra_body` included, into every request.
_CONSTRUCTORS: Final = frozenset({"ChatOpenAI"})
# Their entries become part of the request: `**{...}`, LangChain's `model_kwargs={...}`.
_ADDED: Final = ("*", "model_kwargs")
_TO_JSON: Final = frozenset({"json", "dumps", "stringify", "dump"})
_CREATE: Final = lazy(r"\bcompletions\.(?:create|parse|stream)\Z")
# TypeScript's additions to a value, and closing parentheses.
_WRAPPED: Final = lazy(r"[\s)]*(?:(?:as|satisfies)\s+[\w.]+)?[\s)]*")


class Group(NamedTuple):
    """The entries between two brackets."""

    opener: int
    closer: int
    entries: Sequence[Entry]

    def find(self, key: str) -> Entry | None:
        """Find the entry with *key*."""
        return next((entry for entry in self.entries if entry.key == key), None)


class Body(NamedTuple):
    """A request in source code.

    Attributes:
        source: The text.
        language: Its language.
        main: The call's arguments, or the object's entries.
        extra: The entries of `extra_body`, if it is a literal.
        form: `keywords` for a call of the Python SDK (or a constructor that feeds one), `spread`
            for a dict that becomes its keywords, `assigned` for keys set on such a dict,
            `assigned-object` for keys set on what is sent as it is,
            `object` for a JSON-like body, `typed` for an object whose type lacks Kimi's fields,
            `chain` for a builder's calls, `argument` for a struct in a call that also takes
            options, `options` for keywords that include options, `other` for what may become
            part of a request, such as the arguments of a framework.
        values: The fields that the API gets; `COMPUTED` for those that are not literals.
        is_complete: Whether all of the request is written out here.
        more: The groups that add to the request in other places.
        carrier: The name of the variable that its keys are set on.
        sent_at: Where that variable stands in the call that sends it; -1 if not known.
    """

    source: Source
    language: str
    main: Group
    extra: Group | None
    form: Form
    values: Mapping[str, object]
    is_complete: bool
    more: tuple[Group, ...] = ()
    carrier: str = ""
    sent_at: int = -1

    @property
    def is_bound(self) -> bool:
        """Whether it is assigned to a variable, and so may change before it is sent."""
        if self.more or self.main.opener < 0:
            return True
        if self.form == "chain":
            # `toBuilder` makes a changed copy of a built request.
            return ".toBuilder" in self.source.text
        if load(self.language).is_data or self.source.text[self.main.opener] == "(":
            return False
        around = self.source.enclosing(self.main.opener)
        return around is None or self.source.text[around] != "("

    def entry_of(self, key: str) -> Entry | None:
        """Find the entry that sets *key*."""
        own = self.group_of(key).find(key)
        return own or next(filter(None, map(self.main.find, _ADDED)), None)

    def group_of(self, key: str) -> Group:
        """Find the group that holds *key*, or should."""
        if self.extra and self.extra.find(key):
            return self.extra
        return next((group for group in (self.main, *self.more) if group.find(key)), self.main)


def read_body(tree: Tree, span: tuple[int, int], model: str) -> Body | None:
    """Read the request whose model is at *span*.

    Args:
        tree: The text.
        span: Start and end of the value of `model`: a string, or the name of a constant.
        model: The model's name.

    Returns:
        The request, as far as it is written out here; None if there is none.
    """
    source = tree.source
    main = group_at(source, bracket_around(tree, span[0]))
    if main is None or not names_model(source, main, span) or _is_pattern(tree, main):
        return None
    form = _form(tree, main, _callee_around(tree, span[0]))
    extra_entry = main.find("extra_body") if form == "keywords" else None
    extra = group_at(source, extra_entry.value_start) if extra_entry else None
    values = _values(source, main)
    if extra:
        values |= _values(source, extra)
        del values["extra_body"]
    values["model"] = model
    is_part = merges(tree, main.opener)
    is_complete = form != "other" and not is_part and not {"*", "extra_body"} & values.keys()
    return Body(source, tree.language.name, main, extra, form, values, is_complete)


def _is_pattern(tree: Tree, group: Group) -> bool:
    """Tell whether braces take an object apart: `function ask({ messages, model = "..." })`."""
    if tree.language.is_data or tree.language.body not in {"object", "typed"}:
        return False
    model = group.find("model")
    return model is not None and "=" in tree.source.masked[model.start : model.value_start]


def bracket_around(tree: Tree, offset: int) -> int | None:
    """Find the opening bracket around *offset*, skipping parentheses that only group."""
    opener = tree.source.enclosing(offset)
    while opener is not None and tree.source.text[opener] == "(" and not callee_of(tree, opener):
        opener = tree.source.enclosing(opener)
    return opener


def callee_of(tree: Tree, opener: int) -> str:
    """Return the dotted name of the call whose arguments begin at *opener*; empty for none."""
    tokens = tree.tokens(tree.part_at(opener))
    return callee_at(tokens, tree.index_of(tokens, opener))


def merges(tree: Tree, opener: int) -> bool:
    """Tell whether a call merges the object at *opener* with others, or another into it."""
    if tree.source.text[opener] == "(":
        return False
    around = tree.source.enclosing(opener)
    tokens = tree.tokens(tree.part_at(opener))
    index = tree.index_of(tokens, opener)
    is_base = index + 2 < len(tokens) and is_merge(tokens[index + 2].text)
    is_joined = index + 1 < len(tokens) and tokens[index + 1].text in {"+", "|"}
    return is_base or is_joined or (around is not None and is_merge(callee_of(tree, around)))


def is_response(source: Source, region: Region) -> bool:
    """Tell whether the string *region* is the `model` of a recorded response."""
    group = group_at(source, source.enclosing(region.start))
    keys = {entry.key for entry in group.entries} if group else set[str]()
    if "messages" in keys:
        return False
    is_whole = len(keys & _ANSWER_PARTS) > 1 and bool(keys & {"choices", "usage"})
    return is_whole or bool(keys & _ANSWER_KEYS)


def group_at(source: Source, opener: int | None) -> Group | None:
    """Read the entries of the brackets at *opener*; None if there are none."""
    if opener is None or opener not in source.closers or source.text[opener] not in "({":
        return None
    entries = read_entries(source, opener)
    return None if entries is None else Group(opener, source.closers[opener], entries)


def _callee_around(tree: Tree, offset: int) -> str:
    source = tree.source
    opener = bracket_around(tree, offset)
    if opener is None:
        return ""
    # `create({...})`: the brace is inside the call's parenthesis.
    around = source.enclosing(opener) if source.text[opener] == "{" else None
    is_argument = around is not None and not source.masked[around + 1 : opener].strip()
    return callee_of(tree, around if around is not None and is_argument else opener)


def names_model(source: Source, group: Group, span: tuple[int, int]) -> bool:
    """Tell whether *span* is the whole value of the model in a group."""
    model = group.find("model") or group.find("model_name")
    if model is None or not model.value_start <= span[0] < span[1] <= model.end:
        return False
    before, after = source.masked[model.value_start : span[0]], source.masked[span[1] : model.end]
    return not before.strip("( \t\r\n") and bool(not after or _WRAPPED.fullmatch(after))


def _values(source: Source, group: Group) -> dict[str, object]:
    values: dict[str, object] = {}
    for entry in group.entries:
        value = read_literal(source, entry.value_start, entry.end)
        if entry.key in _ADDED and isinstance(value, dict):
            values |= cast("dict[str, object]", value)
        else:
            values[entry.key] = COMPUTED if entry.key == "*" else value
    return values


def _form(tree: Tree, group: Group, callee: str) -> Form:
    source, body = tree.source, tree.language.body
    is_keywords = body == "keywords"
    method = callee.rpartition(".")[2]
    is_constructor = method in _CONSTRUCTORS and group.find("model")
    if is_keywords and (is_constructor or _is_partial(source, group, callee)):
        return "keywords"
    if not (body and group.find("messages") and group.find("model")):
        return "other"
    is_sdk = method in _SDK_METHODS and "completions" in callee
    if source.text[group.opener] == "(":
        return "keywords" if is_keywords and is_sdk else "other"
    if tree.language.is_data or method in _TO_JSON:
        return "object"
    if is_keywords:
        return "object" if _is_sent_as_json(tree, group) else "other"
    return cast("Form", body) if is_sdk or not callee else "other"


def _is_partial(source: Source, group: Group, callee: str) -> bool:
    """Tell whether a call keeps keywords for the SDK: `partial(completions.create, model=...)`."""
    if callee.rpartition(".")[2] not in {"partial", "partialmethod"} or not group.entries:
        return False
    first = group.entries[0]
    return bool(_CREATE.search(source.masked, first.start, first.end))


def _is_sent_as_json(tree: Tree, group: Group) -> bool:
    """Tell whether a dict is sent as it is: `json={...}`, or a variable that is."""
    masked = tree.source.masked
    before = masked[tree.part_at(group.opener).start : group.opener].rstrip()
    if re.search(r"\bjson\s*=\Z", before):
        return True
    variable = re.search(r"\b([A-Za-z_]\w*)(?:\s*:[^=\n]*)?\s*=\Z", before)
    name = re.escape(variable[1]) if variable else r"(?!)"
    is_spread = re.search(rf"\*\*\s*{name}\b", masked)
    is_sent = re.search(rf"\bjson\s*=\s*{name}\b|\bdumps\(\s*{name}\b", masked)
    return bool(is_sent) and not is_spread
