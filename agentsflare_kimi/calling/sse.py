"""Reads server-sent events as gateways send them; odd but legal framing gives the same events.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
and facts/reliability.md section 3 ("stream").
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final, cast

from agentsflare_kimi.calling.failures import embedded_failure, unreadable
from agentsflare_kimi.reading.lenient import field
from agentsflare_kimi.reading.wire_errors import states_error

__all__ = ["Event", "EventDecoder"]

_BOM: Final = b"\xef\xbb\xbf"
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
# Any name is a legal field, and unknown ones are ignored; `<html>` or `{"error"` is not a name.
_FIELD: Final = re.compile(rb"[\w.-]*(?::|\Z)")
_MAX_FOREIGN: Final = 65_536
_ERROR: Final = "error"


@dataclass(slots=True, kw_only=True)
class Event:
    """One event, in the shape that the SDK's streams expect."""

    data: str = ""
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def json(self) -> object:
        """Parse the data as JSON; None if there is none.

        Raises:
            UnreadableResponseError: The data is not JSON.
            openai.APIError: The data is an error, or has one beside its content.
        """
        if not self.data or self.data.isspace():
            return None
        try:
            value: object = json.loads(self.data)
        except (ValueError, RecursionError) as error:
            raise unreadable("an event of the stream is not JSON", self.data) from error
        if self.event == _ERROR:
            failure = embedded_failure(value, is_failure=True)
        elif error := field(value, _ERROR):
            if not states_error(error):
                # The SDK takes even an empty one for an error.
                return {**cast("dict[str, object]", value), _ERROR: None}
            failure = embedded_failure(value, chunk=value if field(value, "choices") else None)
        else:
            return value
        if failure is not None:
            raise failure
        return value


class _Lines:
    """Splits bytes at CR, LF and CRLF, however they are chunked, without copying its buffer."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._after_cr = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if chunk.endswith(b"\r"):
            self._after_cr = True
        pieces = _LINE_END.split(chunk) if b"\r" in chunk else chunk.split(b"\n")
        self._held += pieces[0]
        if len(pieces) == 1:
            return []
        lines = [self._begin(bytes(self._held)), *pieces[1:-1]]
        self._held = bytearray(pieces[-1])
        return lines

    def rest(self) -> bytes:
        return self._begin(bytes(self._held))

    def _begin(self, line: bytes) -> bytes:
        if not self._at_start:
            return line
        self._at_start = False
        return line.removeprefix(_BOM)


class EventDecoder:
    """Turns the bytes of one response into events.

    Attributes:
        is_done: Whether `[DONE]` came.
        latest: The last event yielded.
    """

    def __init__(self) -> None:
        """Begin at the start of a response."""
        self.is_done: bool = False
        self.latest: Event = Event()
        self._lines = _Lines()
        self._data: list[bytes] = []
        self._fields: dict[bytes, str] = {}
        self._foreign = bytearray()
        self._ignored = bytearray()
        self._has_event = False

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[Event]:
        """Yield the events in *iterator*.

        Raises:
            UnreadableResponseError: There is something between the events that is not an event.
        """
        for chunk in iterator:
            yield from self.feed(chunk)
            if self.is_done:  # some gateways keep the connection open
                return
        yield from self.finish()

    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[Event]:
        """Yield the events in *iterator*.

        Raises:
            UnreadableResponseError: There is something between the events that is not an event.
        """
        async for chunk in iterator:
            for event in self.feed(chunk):
                yield event
            if self.is_done:
                return
        for event in self.finish():
            yield event

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that *chunk* completes; iteration consumes the chunk.

        Raises:
            UnreadableResponseError: There is something between the events that is not an event.
        """
        for line in self._lines.feed(chunk):
            if line:
                self._read(line)
            elif self._foreign:
                self._refuse_foreign()
            elif self._data or self._fields:
                yield self._event()

    def finish(self) -> Iterator[Event]:
        """Yield the event that the end of the response completes.

        Raises:
            UnreadableResponseError: The rest is not an event.
        """
        rest = self._lines.rest()
        if rest:
            self._read(rest)
        if self._foreign:
            self._refuse_foreign()
        # Without a blank line after it, the event may be cut; keep it if it is complete.
        if self._data and _is_whole(b"\n".join(self._data)):
            yield self._event()
        if not self._has_event and self._ignored:
            self._foreign = self._ignored
            self._refuse_foreign()

    def _read(self, line: bytes) -> None:
        if not _FIELD.match(line):
            _keep(self._foreign, line)
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name in {b"event", b"id", b"retry"}:
            self._fields[name] = value.decode(errors="replace")
        elif name and not self._has_event:
            _keep(self._ignored, line)

    def _event(self) -> Event:
        raw, fields = b"\n".join(self._data), self._fields
        self._data, self._fields, self._has_event = [], {}, True
        try:
            data = raw.decode()
        except UnicodeDecodeError as error:
            text = raw.decode(errors="replace")
            raise unreadable("an event of the stream is not UTF-8", text) from error
        if data.lstrip().startswith("[DONE]"):
            self.is_done = True
            data = data.lstrip()
        if not fields:
            self.latest = Event(data=data)
            return self.latest
        retry = fields.get(b"retry", "")
        self.latest = Event(
            data=data,
            event=fields.get(b"event") or None,
            id=fields.get(b"id"),
            retry=int(retry) if retry.isascii() and retry.isdecimal() and len(retry) < 10 else None,  # noqa: PLR2004  # milliseconds of a day
        )
        return self.latest

    def _refuse_foreign(self) -> None:
        text = self._foreign.decode(errors="replace").strip()
        try:
            failure = embedded_failure(json.loads(text), is_failure=True)
        except (ValueError, RecursionError):
            failure = None
        raise failure or unreadable("the stream is not made of events", text)


def _keep(kept: bytearray, line: bytes) -> None:
    if len(kept) < _MAX_FOREIGN:
        kept += line + b"\n"


def _is_whole(data: bytes) -> bool:
    if data.strip().startswith(b"[DONE]"):
        return True
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
