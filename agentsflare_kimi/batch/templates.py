"""Fills the columns of a row into a prompt; the only syntax is `{name}`, a column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from string import Formatter
from typing import Final

from agentsflare_kimi.batch.line_errors import LineError
from agentsflare_kimi.errors import BatchError

__all__ = ["Template"]

_BRACES: Final = "braces of your own are written {{ and }}"


class Template:
    """A prompt with columns to fill in.

    Args:
        text: The prompt; `{{` and `}}` stand for braces.

    Raises:
        BatchError: A brace is unmatched, braces hold something other than a column, or there is
            no column at all.
    """

    def __init__(self, text: str) -> None:
        """Parse the text."""
        try:
            parts = list(Formatter().parse(text))
        except ValueError as error:
            raise BatchError(
                f"template: {error}; braces of your own are written {{{{ }}}}"
            ) from error
        for _, name, form, conversion in parts:
            if name is not None and (form or conversion or not name.strip()):
                raise BatchError(f"template: {{{name}}} is not a column; {_BRACES}")
        self._parts = [(literal, name) for literal, name, _, _ in parts]
        if not self.columns:
            raise BatchError(
                "template: it names no {column}, so that every row would be asked the same"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(dict.fromkeys(name for _, name in self._parts if name is not None))

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the prompt for one row.

        Args:
            values: Column to value.

        Raises:
            LineError: A column is missing or empty (null).
        """
        return "".join(
            literal if name is None else literal + _text(name, values)
            for literal, name in self._parts
        )


def _text(name: str, values: Mapping[str, object]) -> str:
    if name not in values:
        raise LineError(f"no column {name!r}; there are: {', '.join(values) or 'none'}")
    value = values[name]
    if value is None:
        raise LineError(f"column {name!r} is null")
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):  # such as a date from Parquet
        return str(value)
