"""Reads a request that a program in another language keeps in a variable before sending it.

`params := openai.ChatCompletionNewParams{...}`, `params.Temperature = openai.Float(0.3)` and
`Completions.New(ctx, params)`; PHP's arrays, Ruby's hashes and other maps; C#'s anonymous objects;
Java's builders and maps: `builder.temperature(0.3)`, `body.put("temperature", 0.3)`.
"""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body, Form, Group
from agentsflare_kimi.lint.requests.literals import COMPUTED
from agentsflare_kimi.lint.requests.sdk_bodies import (
    entries_of,
    links_after,
    may_have,
    snake,
    value_of,
)
from agentsflare_kimi.lint.sources.regions import Entry
from agentsflare_kimi.lint.sources.targets import code_before, end_of_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from agentsflare_kimi.lint.languages.base import AssembledForm, RequestForm
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["read_sdk_assembled"]


# `p.Temperature = `, `$p["temperature"] = `, `p[:temperature] = `, `p.put("temperature", `.
_SET: Final = lazy(
    r"(?:\.(?P<field>\w+)|\[\s*(?:(?P<quoted>\x01+)|:(?P<symbol>\w+))\s*\])\s*=(?![=>])\s*"
    r"|\.(?:put|add|set|insert|addProperty|TryAdd|Add)(?P<call>\()\s*(?P<key>\x01+)\s*,\s*"
)
_MODEL_SET: Final = lazy(r"[ \t]*(?P<name>\$?\w+)(?=\.Model\s*=|\[|\.\w+\s*\()")
# All uses of a variable are read for each of them that sets a model, which is quadratic.
_MOST: Final = 60
_ENDS: Final = lazy(
    r"\s*(?:[,)\]};\n]|\Z)|\s*\.\s*(?:to_json|toJson|to_string|toString|ToJsonString|ToString|clone|build)\b"
)
_BRACKET: Final = lazy(r"[({\[]")
_CALL: Final = lazy(r"\s*\(")
_BUILT: Final = lazy(r"\s*\.\s*build\s*\(")


def read_sdk_assembled(
    tree: Tree, span: tuple[int, int], model: str, places_of: Callable[[str], Sequence[int]]
) -> Body | None:
    """Read the request whose model is at *span*, if a variable holds it.

    Args:
        tree: A program.
        span: Start and end of the value of the model.
        model: The model's name.
        places_of: Lists the places that use a name.

    Returns:
        The request; None unless every use of the variable can be read.
    """
    for words in tree.language.assembled:
        # The text must have what the request needs if it is written at once, too.
        form = next((f for f in tree.language.requests if f.form == words.form), None)
        if form and may_have(tree.source, form):
            body = _read(_Reader(tree, words, form), span, model, places_of)
            if body:
                return body
    return None


def _read(
    reader: _Reader, span: tuple[int, int], model: str, places_of: Callable[[str], Sequence[int]]
) -> Body | None:
    name = reader.named_at(span[0])
    if not name or not reader.read(name, places_of):
        return None
    groups = reader.groups
    holder = next((g for g in groups if _has(g, span)), None)
    keys = {entry.key for group in groups for entry in group.entries}
    if holder is None or "messages" not in keys or {"*", "", "extra_body"} & keys:
        return None
    source = reader.tree.source
    values = {e.key: value_of(source, e) for group in groups for e in group.entries}
    return Body(
        source=source,
        language=reader.tree.language.name,
        main=holder,
        extra=None,
        form=_form_of(reader.words, holder),
        values={**values, "messages": COMPUTED, "model": model},
        is_complete=True,
        more=tuple(group for group in groups if group is not holder),
        carrier=name,
        sent_at=reader.sent_at,
    )


def _form_of(words: AssembledForm, holder: Group) -> Form:
    is_set = holder.opener < 0 and words.form == "object"
    return "assigned-object" if is_set else cast("Form", words.form)


def _has(group: Group, span: tuple[int, int]) -> bool:
    entry = group.find("model")
    return entry is not None and entry.value_start <= span[0] and span[1] <= entry.end


class _Reader:
    def __init__(self, tree: Tree, words: AssembledForm, form: RequestForm) -> None:
        self.tree = tree
        self._source = tree.source
        self.words = words
        self._form = form
        self._set: list[Entry] = []
        self._written: list[Group] = []
        # The end of the variable in the call that sends it.
        self.sent_at = -1

    def named_at(self, offset: int) -> str:
        """Return the variable whose request names its model at a place."""
        masked, tree = self._source.masked, self.tree
        opener = self._source.enclosing(offset) if self.words.bound else None
        while opener is not None:
            if bound := re.search(self.words.bound, code_before(tree, opener)):
                return bound["name"]
            opener = self._source.enclosing(opener)
        statement = tree.statement_at(offset)
        declared = self.words.declared and re.compile(self.words.declared)
        made = declared and declared.search(masked, statement.start, offset)
        found = made or _MODEL_SET.match(masked, statement.start)
        return found["name"] if found else ""

    @property
    def groups(self) -> list[Group]:
        """The literal, and the statements that set a field."""
        sets = [Group(-1, -1, self._set)] if self._set else []
        return [*self._written, *sets]

    def read(self, name: str, places_of: Callable[[str], Sequence[int]]) -> bool:
        """Read every use of a variable; False if one cannot be read."""
        bindings = 0
        if len(places_of(name)) > _MOST:
            return False
        for place in places_of(name):
            if _CALL.match(self._source.masked, place + len(name)):
                # A function of the same name.
                continue
            if self._is_made(place) or self._is_written(place, name):
                bindings += 1
            elif not self._use(place, place + len(name)):
                return False
        return bindings == 1 and self.sent_at >= 0

    def _is_made(self, place: int) -> bool:
        """Read `var builder = Params.builder().model(...);` and `var body = new HashMap<>();`."""
        if not self.words.declared:
            return False
        match = re.compile(self.words.declared).match(self._source.masked, place)
        if match and self.words.form == "chain":
            self._written.append(links_after(self.tree, match.end()))
        return match is not None

    def _is_written(self, place: int, name: str) -> bool:
        """Read the literal that a variable is given."""
        if not self.words.bound:
            return False
        statement = self.tree.statement_at(place)
        position = place
        while bracket := _BRACKET.search(self._source.masked, position, statement.end):
            opener = bracket.start()
            bound = re.search(self.words.bound, code_before(self.tree, opener))
            if bound and bound["name"] == name:
                entries = entries_of(self.tree, opener, self._form)
                is_ours = self._source.text[opener] == self._form.bracket and entries is not None
                if is_ours and entries:
                    self._written.append(Group(opener, self._source.closers[opener], entries))
                return is_ours
            # A call may wrap the literal: `json!({...})`.
            is_call = bracket[0] == "("
            position = opener + 1 if is_call else self._source.closers.get(opener, opener) + 1
        return False

    def _use(self, place: int, end: int) -> bool:
        masked = self._source.masked
        if self.words.form == "chain":
            return self._called(place, end)
        if match := _SET.match(masked, end):
            self._set.append(self._entry(place, match))
            return True
        is_sent = re.search(self.words.sent, code_before(self.tree, place))
        if not (is_sent and _ENDS.match(masked, end)):
            return False
        if self.sent_at >= 0 and self.words.form == "argument":
            return False
        self.sent_at = end
        return True

    def _entry(self, place: int, match: re.Match[str]) -> Entry:
        text = self._source.text
        quoted = match["quoted"] and text[slice(*match.span("quoted"))]
        quoted = quoted or (match["key"] and text[slice(*match.span("key"))]) or ""
        key = match["field"] or match["symbol"] or quoted.strip("\"'")
        is_exact = self._form.form == "object"
        end = end_of_value(self.tree, match.end())
        if match["call"]:
            end = self._source.closers.get(match.start("call"), end - 1) + 1
        return Entry(key if is_exact else snake(key), place, end, match.end())

    def _called(self, place: int, end: int) -> bool:
        """Read `builder.temperature(0.3);` and `builder.build()`."""
        if built := _BUILT.match(self._source.masked, end):
            self.sent_at = built.end()
            return True
        group = links_after(self.tree, end)
        statement = self.tree.statement_at(place)
        before = self._source.masked[statement.start : place].rstrip()
        is_whole = not before or before.endswith((")", "else"))
        if not (group.entries and is_whole and group.closer == statement.end):
            return False
        if len(group.entries) == 1:
            self._set.append(group.entries[0]._replace(start=place))
        else:
            self._written.append(group)
        return True
