"""Reads a request that a program in another language keeps in a variable before sending it.

`params := openai.ChatCompletionNewParams{...}`, `params.Temperature = openai.Float(0.3)` and
`Completions.New(ctx, params)`; likewise PHP's arrays, Ruby's hashes, and C#'s anonymous objects.
"""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body, Form, Group
from agentsflare_kimi.lint.requests.sdk_bodies import may_have, snake, value_of
from agentsflare_kimi.lint.sources.literals import COMPUTED, read_entries
from agentsflare_kimi.lint.sources.regions import Entry
from agentsflare_kimi.lint.sources.targets import code_before, end_of_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from agentsflare_kimi.lint.languages.base import AssembledForm
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["read_sdk_assembled"]


# `p.Temperature = `, `$p["temperature"] = `, `p[:temperature] = `, `p["temperature"] = `.
_SET: Final = lazy(
    r"(?:\.(?P<field>\w+)|\[\s*(?:(?P<quoted>\x01+)|:(?P<symbol>\w+))\s*\])\s*=(?![=>])\s*"
)
_MODEL_SET: Final = lazy(r"[ \t]*(?P<name>\$?\w+)(?=\.Model\s*=|\[)")
# All uses of a variable are read for each of them that sets a model, which is quadratic.
_MOST: Final = 60
_ENDS: Final = lazy(r"\s*[,)]")


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
    words = tree.language.assembled
    # The text must have what the request needs if it is written at once, too.
    form = next((f for f in tree.language.requests if words and f.form == words.form), None)
    if words is None or form is None or not may_have(tree.source, form):
        return None
    reader = _Reader(tree, words)
    main = reader.written_around(span[0])
    name = reader.name or reader.set_at(span[0])
    if not name or not reader.read(name, places_of):
        return None
    groups = [*filter(None, [main]), *filter(None, [reader.sets()])]
    holder = next((g for g in groups if _has(g, span)), None)
    keys = {entry.key for group in groups for entry in group.entries}
    if holder is None or "messages" not in keys or {"*", "", "extra_body"} & keys:
        return None
    values = {e.key: value_of(tree.source, e) for group in groups for e in group.entries}
    return Body(
        source=tree.source,
        language=tree.language.name,
        main=holder,
        extra=None,
        form=_form_of(words, holder),
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
    def __init__(self, tree: Tree, words: AssembledForm) -> None:
        self._tree = tree
        self._source = tree.source
        self._words = words
        self._set: list[Entry] = []
        self.name = ""
        # The end of the variable in the call that sends it.
        self.sent_at = -1

    def written_around(self, offset: int) -> Group | None:
        """Read the literal around a place, which a variable is set to."""
        opener = self._source.enclosing(offset)
        while opener is not None and self._source.text[opener] == "(":
            opener = self._source.enclosing(opener)
        if opener is None:
            return None
        bound = re.search(self._words.bound, code_before(self._tree, opener))
        entries = read_entries(self._source, opener)
        if bound is None or entries is None:
            return None
        self.name = bound["name"]
        named = [entry._replace(key=snake(entry.key)) for entry in entries]
        return Group(opener, self._source.closers[opener], named)

    def set_at(self, offset: int) -> str:
        """Return the variable whose model is set in the line around a place."""
        line_start = self._source.masked.rfind("\n", 0, offset) + 1
        match = _MODEL_SET.match(self._source.masked, line_start)
        return match["name"] if match else ""

    def sets(self) -> Group | None:
        """Return the statements that set a field."""
        return Group(-1, -1, self._set) if self._set else None

    def read(self, name: str, places_of: Callable[[str], Sequence[int]]) -> bool:
        """Read every use of a variable; False if one cannot be read."""
        bindings = 0
        if len(places_of(name)) > _MOST:
            return False
        for place in places_of(name):
            end = place + len(name)
            if self._is_bound(place, end):
                bindings += 1
            elif not self._use(place, end):
                return False
        return bindings == 1 and self.sent_at >= 0

    def _is_bound(self, place: int, end: int) -> bool:
        masked = self._source.masked
        if (declared := self._words.declared) and re.compile(declared).match(masked, end):
            return code_before(self._tree, place).rstrip().endswith("var")
        ahead = re.compile(r"[^\n{\[]*[{\[]").match(masked, end)
        if ahead is None:
            return False
        found = re.compile(self._words.bound).search(masked, place, ahead.end() - 1)
        return found is not None and found.start() == place

    def _use(self, place: int, end: int) -> bool:
        masked = self._source.masked
        if match := _SET.match(masked, end):
            text = self._source.text
            key = (
                match["field"] or match["symbol"] or text[slice(*match.span("quoted"))].strip("\"'")
            )
            self._set.append(
                Entry(snake(key), place, end_of_value(self._tree, match.end()), match.end())
            )
            return True
        is_sent = re.search(self._words.sent, code_before(self._tree, place))
        if not (is_sent and _ENDS.match(masked, end)) or self.sent_at >= 0:
            return False
        self.sent_at = end
        return True
