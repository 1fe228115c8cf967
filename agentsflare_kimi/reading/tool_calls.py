"""Puts tool calls together whose fragments come in many chunks, interleaved or unnumbered."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Final

from agentsflare_kimi.reading.lenient import as_integer, as_text, fields, plain

__all__ = ["ToolCalls"]

_BODIES: Final = frozenset({"function", "custom"})
_FRAGMENTED: Final = frozenset({"arguments", "input"})


class ToolCalls:
    """The tool calls of one choice, as far as they came.

    Attributes:
        is_told: Whether any chunk had a list of them, an empty one included.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.is_told = False
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}

    def add(self, fragments: Sequence[object]) -> None:
        """Take in the fragments of one chunk."""
        self.is_told = True
        for position, fragment in enumerate(fragments):
            told = fields(fragment)
            if told:
                self._find(told, position if len(fragments) > 1 else None).add(told)

    def as_list(self) -> list[dict[str, object]]:
        """Return the calls as they are in a message."""
        return [call.as_dict() for call in sorted(self._calls, key=lambda call: call.place)]

    def _find(self, told: dict[str, object], position: int | None) -> _Call:
        """Return the call that a fragment belongs to: by index, else by id, else by position."""
        index, identity = as_integer(told.get("index")), as_text(told.get("id"))
        if index is not None:
            known = self._by_index.get(index)
            if known is None or known.is_replaced_by(told):
                known = self._by_index[index] = self._start(index)
            return known
        if identity:
            return next((c for c in self._calls if c.identity == identity), None) or self._start()
        if position is not None and position < len(self._calls):
            return self._calls[position]
        is_continued = bool(self._calls) and position is None and not _name(told)
        return self._calls[-1] if is_continued else self._start()

    def _start(self, place: int | None = None) -> _Call:
        call = _Call(len(self._calls) if place is None else place)
        self._calls.append(call)
        return call


class _Call:
    """One tool call, as far as it came."""

    def __init__(self, place: int) -> None:
        self.place = place
        self._told: dict[str, object] = {}
        self._bodies: dict[str, dict[str, object]] = {}

    @property
    def identity(self) -> str | None:
        """Its id, once it is known."""
        return as_text(self._told.get("id"))

    def is_replaced_by(self, told: dict[str, object]) -> bool:
        """Whether a fragment with the same index opens another call.

        Some gateways give all parallel calls index 0; others a new id to every fragment, but
        then without a name.
        """
        identity = as_text(told.get("id"))
        return bool(identity and self.identity and identity != self.identity and _name(told))

    def add(self, told: dict[str, object]) -> None:
        identity = as_text(told.get("id"))
        is_repeat = identity is not None and identity == self.identity
        for name, value in told.items():
            if name in _BODIES:
                self._add_body(self._bodies.setdefault(name, {}), fields(value), is_repeat)
            elif value is not None and name != "index" and not self._told.get(name):
                self._told[name] = plain(value)

    def as_dict(self) -> dict[str, object]:
        bodies = {
            name: {
                key: value.getvalue() if isinstance(value, StringIO) else value
                for key, value in body.items()
            }
            for name, body in self._bodies.items()
            if body
        }
        return {"type": next(iter(bodies), "function"), **self._told, **bodies}

    @staticmethod
    def _add_body(body: dict[str, object], told: dict[str, object], is_repeat: bool) -> None:  # noqa: FBT001  # private
        for name, value in told.items():
            known = body.get(name)
            if name in _FRAGMENTED and isinstance(value, str):
                text = known if isinstance(known, StringIO) else StringIO()
                text.write(value)
                body[name] = text
            elif name == "name" and isinstance(value, str) and isinstance(known, str):
                # The name may come in fragments, or whole in every chunk beside the same id.
                body[name] = known if is_repeat and value == known else known + value
            elif value is not None:
                body[name] = plain(value)


def _name(told: dict[str, object]) -> str | None:
    names = (as_text(fields(told.get(body)).get("name")) for body in _BODIES)
    return next((name for name in names if name), None)
