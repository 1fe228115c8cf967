"""Finds parameters set beside a model's name: as entries, fields, in builders or tables."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import sampling_parameter
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_number, string_value
from agentsflare_kimi.lint.sources.tree import Part, Tree, is_word
from agentsflare_kimi.lint.sources.types import sign_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

__all__ = ["Setting", "Settings", "number_ahead", "setting_of"]

# A number, possibly wrapped: `openai.Float(0.3)`, `Some(0.3)`, `0.3f`, `0.3_f32`.
_NUMBER: Final = lazy(
    r"\s*(?:&?[A-Za-z_][\w.:]*!?\(\s*)?(?P<number>[-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?)"
    r"(?:_?f(?:32|64)|[fFdDmMlL])?\s*\)*[ \t]*(?=[,;)}\]\r\n#]|\Z)"
)
_TABLE: Final = lazy(r"^[ \t]*\[", re.MULTILINE)


class Setting(NamedTuple):
    """One parameter and its value.

    Attributes:
        name: The name, as spelt there.
        parameter: The name, as the API spells it.
        value: Its value; `COMPUTED` if that is not a literal.
        start: Where it begins.
        end: Where its value ends, or its name if the value is unknown.
    """

    name: str
    parameter: str
    value: object
    start: int
    end: int


class Settings:
    """The parameters set in a text; each stretch of the text is searched once."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._known: dict[tuple[int, int], Sequence[Setting]] = {}
        self._tables: list[int] | None = None

    def beside(self, offset: int) -> Sequence[Setting]:
        """Find the parameters beside the name at *offset* that a model may fix.

        Args:
            offset: The start of the string that names the model.

        Returns:
            Those in the same brackets or builder chain, those outside calls that only wrap, and
            in TOML those of the same table.
        """
        tree = self._tree
        found: dict[str, Setting] = {}
        part = tree.part_at(offset)
        if part.opener < 0 and tree.language.is_data:
            return self._of_table(part.start)
        while True:
            for setting in (*self._chained(part), *self._between(part.opener)):
                found.setdefault(setting.parameter, setting)
            is_alone = part.opener >= 0 and len(tree.parts_of(part.opener)) == 1
            if part.opener < 0 or tree.source.text[part.opener] != "(" or not is_alone:
                return list(found.values())
            part = tree.part_at(part.opener)

    def _between(self, opener: int) -> Sequence[Setting]:
        if opener < 0:
            return ()
        key = opener, -1
        if key not in self._known:
            tree = self._tree
            if tree.is_list(opener):
                parts = tree.parts_of(opener)
                self._known[key] = [s for part in parts for s in self._entry(part)]
            else:
                closer = tree.source.closers[opener]
                self._known[key] = list(self._lines(opener + 1, closer, opener))
        return self._known[key]

    def _entry(self, part: Part) -> Iterator[Setting]:
        tokens = self._tree.tokens(part)
        place = sign_of(self._tree, part)
        if place and place + 1 < len(tokens):
            text = self._tree.source.text
            name = text[tokens[place - 1].start : tokens[place - 1].end].strip("\"'`$:")
            yield from self._setting(name, tokens[0].start, tokens[place + 1].start)

    def _chained(self, part: Part) -> Sequence[Setting]:
        key = part.start, part.end
        if key not in self._known:
            tokens = self._tree.tokens(part)
            self._known[key] = [
                setting
                for token, following in pairwise(tokens)
                if following.text == "(" and is_word(token.text)
                for setting in self._setting(token.text, token.start, following.start + 1)
            ]
        return self._known[key]

    def _of_table(self, offset: int) -> Sequence[Setting]:
        masked = self._tree.source.masked
        if self._tables is None:
            self._tables = [match.start() for match in _TABLE.finditer(masked)]
        at = bisect_right(self._tables, offset)
        start = self._tables[at - 1] if at else 0
        end = self._tables[at] if at < len(self._tables) else len(masked)
        if (start, end) not in self._known:
            self._known[start, end] = list(self._lines(start, end, -1))
        return self._known[start, end]

    def _lines(self, start: int, end: int, opener: int) -> Iterator[Setting]:
        for name, begin, value_start in self._tree.settings_in(start, end, opener):
            yield from self._setting(name, begin, value_start)

    def _setting(self, name: str, start: int, value_start: int) -> Iterator[Setting]:
        parameter = sampling_parameter(name)
        if not parameter:
            return
        source = self._tree.source
        value: object = COMPUTED
        end = value_start
        region = source.region_from(value_start)
        if number := number_ahead(source.masked, value_start):
            value, end = number
        elif region and region.kind == "string":
            value, end = string_value(source, region), region.end
        yield Setting(name, parameter, value, start, end)


def setting_of(text: str, key: str, start: int, value_start: int) -> Setting | None:
    """Read a parameter that a settings file sets; None if the key is for something else."""
    parameter = sampling_parameter(key.rpartition(".")[2])
    if not parameter:
        return None
    # In settings, `n` may count anything.
    number = number_ahead(text, value_start) if parameter != "n" else None
    value, end = number or (COMPUTED, value_start)
    return Setting(key, parameter, value, start, end)


def number_ahead(text: str, start: int) -> tuple[float, int] | None:
    """Read a number in any language's notation.

    Args:
        text: Source text.
        start: Where the number should begin.

    Returns:
        The number and its end; None if there is something else.
    """
    match = _NUMBER.match(text, start)
    return (read_number(match["number"]), match.end("number")) if match else None
