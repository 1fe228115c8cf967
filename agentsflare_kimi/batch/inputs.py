"""Reads the rows of a batch from a file: completes bodies, assigns ids, finds mistakes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast
from uuid import UUID

from agentsflare_kimi.batch.line_errors import LineError
from agentsflare_kimi.batch.reading_files import find_format
from agentsflare_kimi.batch.rows import BadRow, Row
from agentsflare_kimi.batch.templates import Template
from agentsflare_kimi.errors import BatchError
from agentsflare_kimi.models.migration import plan_migration
from agentsflare_kimi.settings import KimiSettings

__all__ = ["InputFile", "RowOptions", "refuse_bad_rows"]

_CHAT: Final = "/v1/chat/completions"
_IDS: Final = ("custom_id", "id")
_SYSTEM_ROLES: Final = frozenset({"system", "developer"})
_MOST_SHOWN: Final = 10
_READ_ONCE: Final = (
    "not a regular file; a batch reads its rows more than once, so write them to a file first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """Options that apply to every row.

    Attributes:
        settings: The settings that decide which models are accepted.
        model: The model for every row; None for the row's own.
        system: A system message for rows that have none.
        template: The prompt to fill a row's columns into.
        max_completion_tokens: The token limit of completions, for rows without one.
    """

    settings: KimiSettings = field(default_factory=KimiSettings)
    model: str | None = None
    system: str | None = None
    template: Template | None = None
    max_completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class InputFile:
    """The rows of a file; can be iterated more than once.

    Args:
        path: OpenAI's batch format or other JSON lines (`.jsonl`), `.csv`, `.tsv`, `.parquet`,
            or one prompt a line (`.txt`).
        options: Options that apply to every row.
        input_format: The format, if the file's name does not tell it.
        limit: The most rows to read.

    Raises:
        BatchError: The format is unknown, the file can be read only once, or it changes between
            two passes.
        OSError: The file cannot be read.
    """

    path: Path
    options: RowOptions = field(default_factory=RowOptions)
    input_format: str | None = None
    limit: int | None = None
    _state: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def __iter__(self) -> Iterator[Row | BadRow]:
        """Yield each row, or a `BadRow` with what is wrong."""
        self._refuse_change()
        read = find_format(self.path, self.input_format)
        seen: dict[str, int] = {}
        for count, (number, value) in enumerate(read(self.path)):
            if count == self.limit:
                return
            try:
                row = _make(number, value, self.options)
                _refuse_twice(row, seen)
            except LineError as error:
                custom_id = _unused_id(number, seen)
                seen[custom_id] = number
                yield BadRow(custom_id=custom_id, reason=str(error), line=number)
                continue
            seen[row.custom_id] = number
            yield row

    def rows(self) -> Iterator[Row]:
        """Yield the valid rows."""
        return (row for row in self if isinstance(row, Row))

    def _refuse_change(self) -> None:
        if str(self.path) == "-":
            raise BatchError(f"stdin is {_READ_ONCE}")
        status = os.stat(self.path)  # noqa: PTH116  # the same as Path.stat, and named alike
        if stat.S_ISDIR(status.st_mode):
            raise BatchError(f"{self.path} is a directory; name a file with rows")
        if not stat.S_ISREG(status.st_mode):
            raise BatchError(f"{self.path} is {_READ_ONCE}")
        state = status.st_mtime_ns, status.st_size
        if not self._state:
            self._state.append(state)
        elif self._state[0] != state:
            raise BatchError(f"{self.path}: the file has changed since the batch began")


def refuse_bad_rows(path: Path, bad: Sequence[BadRow]) -> None:
    """Refuse a file with bad rows, and name the first of them.

    Raises:
        BatchError: There are any.
    """
    if not bad:
        return
    lines: dict[str, list[int]] = {}
    for row in bad:
        lines.setdefault(row.reason.removesuffix("."), []).append(row.line)
    shown = [f"{_said(numbers)}: {reason}" for reason, numbers in lines.items()]
    rest = sum(map(len, list(lines.values())[_MOST_SHOWN:]))
    more = f"; and {rest:,} more" if rest else ""
    raise BatchError(
        f"{path}: {'; '.join(shown[:_MOST_SHOWN])}{more}. Nothing was asked; "
        "--skip-bad-lines makes them error records"
    )


def _said(lines: Sequence[int]) -> str:
    more = f" and {len(lines) - 1:,} more" if len(lines) > 1 else ""
    return f"line {lines[0]}{more}"


def _refuse_twice(row: Row, seen: Mapping[str, int]) -> None:
    if row.custom_id in seen:
        raise LineError(f"custom_id {row.custom_id!r} is also that of line {seen[row.custom_id]}")


def _unused_id(number: int, seen: Mapping[str, int]) -> str:
    name = f"line-{number}"
    while name in seen:
        name += "-bad"
    return name


def _make(number: int, value: Mapping[str, object] | str | LineError, options: RowOptions) -> Row:
    if isinstance(value, LineError):
        raise value
    fields = {"prompt": value} if isinstance(value, str) else value
    body = _body(fields, options)
    if body.get("stream"):
        raise LineError("`stream` cannot be used in a batch")
    body["model"] = options.model or body.get("model") or options.settings.model
    _refuse_model(body["model"], options.settings)
    budgets = body.keys() & {"max_tokens", "max_completion_tokens"}
    if options.max_completion_tokens is not None and not budgets:
        body["max_completion_tokens"] = options.max_completion_tokens
    if options.system is not None:
        body["messages"] = _with_system(body.get("messages"), options.system)
    return Row(custom_id=_id(fields, number), body=body, line=number)


def _refuse_model(model: object, settings: KimiSettings) -> None:
    if not isinstance(model, str):
        raise LineError("`model` is not text")
    for notice in plan_migration({"model": model}, settings=settings).notices:
        if notice.is_refusal:
            raise LineError(notice.message)


def _body(fields: Mapping[str, object], options: RowOptions) -> dict[str, object]:
    if options.template is not None:
        return _ask(_not_blank("the prompt that the template makes", options.template.fill(fields)))
    if "body" in fields:
        return _openai_body(fields)
    if "messages" in fields:
        _refuse_messages("messages", fields["messages"])
        return {name: value for name, value in fields.items() if name not in _IDS}
    if "prompt" in fields:
        return _ask(_not_blank("`prompt`", fields["prompt"]))
    raise LineError(
        "neither `body`, `messages` nor `prompt`; --template makes a prompt of its columns: "
        + ", ".join(fields)
    )


def _openai_body(fields: Mapping[str, object]) -> dict[str, object]:
    body, url, method = fields["body"], fields.get("url", _CHAT), fields.get("method", "POST")
    if not isinstance(body, dict):
        raise LineError("`body` is not an object")
    if url not in (_CHAT, _CHAT.removeprefix("/v1")) or method != "POST":
        raise LineError(f"only POST {_CHAT} can be asked, not {method} {url}")
    request = dict(cast("dict[str, object]", body))
    _refuse_messages("body.messages", request.get("messages"))
    return request


def _refuse_messages(name: str, messages: object) -> None:
    if not isinstance(messages, list):
        raise LineError(f"`{name}` is not a list")
    if not messages:
        raise LineError(f"`{name}` is empty")


def _not_blank(name: str, prompt: object) -> str:
    if prompt is None or (isinstance(prompt, str) and not prompt.strip()):
        raise LineError(f"{name} is empty")
    if not isinstance(prompt, str):
        raise LineError(f"{name} is not text; --template makes text of it")
    return prompt


def _ask(prompt: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": prompt}]}


def _with_system(messages: object, system: str) -> list[object]:
    present = cast("list[object]", messages) if isinstance(messages, list) else []
    for message in present:
        if isinstance(message, dict):
            role = cast("dict[str, object]", message).get("role")
            if role in _SYSTEM_ROLES:
                return present
    return [{"role": "system", "content": system}, *present]


def _id(fields: Mapping[str, object], number: int) -> str:
    for name in _IDS:
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | UUID):
            kind = type(value).__name__
            raise LineError(f"`{name}` is a {kind}; it has to be text or a whole number")
        if str(value).strip():
            return str(value)
    if "body" in fields:
        raise LineError("no `custom_id`")
    return f"line-{number}"
