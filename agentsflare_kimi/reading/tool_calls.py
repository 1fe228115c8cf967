"""Assembles tool calls from fragments in many chunks, interleaved or without an index.

Gateways differ in which fields they repeat or leave out: the index, the id, the name.
Source: facts/kimi.md section 5.3 and the reports named in tests/reading/test_tool_calls.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.reading.arguments import Arguments, is_json_object, same_json
from agentsflare_kimi.reading.lenient import as_integer, as_text, fields, is_mapping, plain

__all__ = ["NO_ARGUMENTS", "ToolCalls", "arguments_text"]

# For a call without arguments, because the API refuses an empty string.
NO_ARGUMENTS: Final = "{}"
_BODIES: Final = ("function", "custom")
_FRAGMENTED: Final = frozenset({"arguments", "input"})


class ToolCalls:
    """The tool calls of one choice, as received so far.

    Attributes:
        has_list: Whether any chunk had a list of tool calls, an empty one included.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.has_list: bool = False
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, fragments: Sequence[object]) -> None:
        """Add the fragments of one chunk."""
        self.has_list = True
        for position, received in enumerate(fragments):
            fragment = fields(received)
            if fragment:
                self._find(fragment, position if len(fragments) > 1 else None).add(fragment)

    def as_list(self, *, is_cut: bool = True) -> list[dict[str, object]]:
        """Return the calls in the form that a message has.

        Args:
            is_cut: Whether the last call may be incomplete: the answer has not ended, or
                reached its token limit.
        """
        calls = sorted(self._calls, key=lambda call: call.place)
        return [call.as_dict(is_cut=is_cut) for call in calls]

    def as_they_came(self, *, is_cut: bool = True) -> list[dict[str, object]]:
        """Return the calls in the order in which they started, so that later ones only append.

        Args:
            is_cut: As for `as_list`.
        """
        return [call.as_dict(is_cut=is_cut) for call in self._calls]

    def _find(self, fragment: dict[str, object], position: int | None) -> _Call:
        """Return the call that a fragment belongs to: by index, else by id, else by position."""
        index, identity = _index(fragment), as_text(fragment.get("id"))
        if index is None:
            known = self._by_id(identity) if identity else self._by_position(position)
            known = known or (self._unnamed(fragment) if identity else None)
            return self._start() if known is None or known.is_followed_by(fragment) else known
        known = self._by_index.get(index) or self._renumbered(fragment)
        if known is None or known.is_followed_by(fragment):
            known = self._start(index)
        self._by_index[index] = known
        return known

    def _renumbered(self, fragment: dict[str, object]) -> _Call | None:
        """Return the call with the same id, if the index only counts fragments or repeats."""
        identity = as_text(fragment.get("id"))
        known = self._by_id(identity) if identity else None
        return known if known and (not _name(fragment) or known.is_repeated_by(fragment)) else None

    def _by_id(self, identity: str) -> _Call | None:
        return next((call for call in self._calls if call.identity == identity), None)

    def _by_position(self, position: int | None) -> _Call | None:
        if position is None:
            return self._calls[-1] if self._calls else None
        return self._calls[position] if position < len(self._calls) else None

    def _unnamed(self, fragment: dict[str, object]) -> _Call | None:
        """Return the last call if a fragment with a new id continues it.

        An id may come after the name, or a new one may come with every fragment; a different
        call has a name of its own.
        """
        last = self._calls[-1] if self._calls else None
        goes_on = last is not None and (not _name(fragment) or last.identity is None)
        return last if goes_on else None

    def _start(self, place: int | None = None) -> _Call:
        call = _Call(len(self._calls) if place is None else place)
        self._calls.append(call)
        return call


class _Call:
    """One tool call, as received so far."""

    def __init__(self, place: int) -> None:
        self.place = place
        self._known: dict[str, object] = {}
        self._bodies: dict[str, dict[str, object]] = {}

    @property
    def identity(self) -> str | None:
        """Its id, once it is known."""
        return as_text(self._known.get("id"))

    @property
    def _name(self) -> str | None:
        return next((name for body in self._bodies.values() if (name := _text(body))), None)

    def is_followed_by(self, fragment: dict[str, object]) -> bool:
        """Whether a fragment that seems to continue this call starts another one.

        Some gateways give all parallel calls the index 0, or neither index nor id; others give
        every fragment of one call a new id, but then no name.
        """
        identity, name, own = as_text(fragment.get("id")), _name(fragment), self._name
        is_other_id = bool(identity and self.identity and identity != self.identity)
        if not name:
            return is_other_id and self._is_restarted_by(fragment)
        if identity and identity == self.identity:
            return False
        if own and not name.startswith(own):
            # A name may come in parts, but not after arguments.
            return is_other_id or _index(fragment) is None or bool(self._arguments)
        if is_other_id:
            return "custom" in fragment or not self._arguments or self._arguments.is_whole()
        return self._is_restarted_by(fragment)

    def is_repeated_by(self, fragment: dict[str, object]) -> bool:
        """Whether a fragment repeats this whole call."""
        is_whole = _name(fragment) == self._name and self._arguments.is_whole()
        return is_whole and same_json(self._arguments.text(is_cut=False), _arguments(fragment))

    def _is_restarted_by(self, fragment: dict[str, object]) -> bool:
        """Whether this call is complete, and a fragment starts different arguments."""
        given = _arguments(fragment)
        if not given.lstrip().startswith("{") or not self._arguments.is_whole():
            return False
        own = self._arguments.text(is_cut=False)
        if own == NO_ARGUMENTS:  # some gateways send this first, whatever the arguments are
            return False
        return not (same_json(own, given) if is_json_object(given) else own.startswith(given))

    def add(self, fragment: dict[str, object]) -> None:
        for name, value in fragment.items():
            if name in _BODIES:
                self._add_body(self._bodies.setdefault(name, {}), fields(value))
            elif value is not None and name != "index" and not self._known.get(name):
                self._known[name] = plain(value)

    def as_dict(self, *, is_cut: bool) -> dict[str, object]:
        bodies: dict[str, dict[str, object]] = {}
        for name, body in self._bodies.items():
            if body:
                bodies[name] = {
                    key: value.text(is_cut=is_cut) if isinstance(value, Arguments) else value
                    for key, value in body.items()
                }
        if "function" in bodies:
            bodies["function"].setdefault("arguments", "" if is_cut else NO_ARGUMENTS)
        return {"type": next(iter(bodies), "function"), **self._known, **bodies}

    @property
    def _arguments(self) -> Arguments:
        found = (value for body in self._bodies.values() for value in body.values())
        return next((value for value in found if isinstance(value, Arguments)), Arguments())

    @staticmethod
    def _add_body(body: dict[str, object], fragment: dict[str, object]) -> None:
        for name, value in fragment.items():
            if name in _FRAGMENTED:
                _add_arguments(body, name, value)
            elif name == "name" and isinstance(value, str):
                body[name] = _named(as_text(body.get(name)) or "", value)
            elif value is not None:
                body[name] = plain(value)


def arguments_text(value: object) -> str:
    """Return the arguments of a call as the API takes them: JSON in a string, at least `{}`.

    Args:
        value: What a gateway sent: a string, null, or an object instead of a JSON string.
    """
    if is_mapping(value):
        return json.dumps(plain(value), ensure_ascii=False)
    return value if isinstance(value, str) and value.strip() else NO_ARGUMENTS


def _add_arguments(body: dict[str, object], name: str, value: object) -> None:
    known = body.get(name)
    arguments = known if isinstance(known, Arguments) else Arguments()
    if isinstance(value, str):
        arguments.add(value)
    elif is_mapping(value):
        arguments.add(arguments_text(value))
    else:
        return
    body[name] = arguments


def _named(known: str, part: str) -> str:
    """Add *part* to a name, unless the fragment repeats the whole name."""
    return part if part.startswith(known) else known + part


def _name(fragment: dict[str, object]) -> str | None:
    return next((name for body in _BODIES if (name := _text(fields(fragment.get(body))))), None)


def _text(body: dict[str, object]) -> str | None:
    return as_text(body.get("name"))


def _arguments(fragment: dict[str, object]) -> str:
    values = (fields(fragment.get(body)).get(name) for body in _BODIES for name in _FRAGMENTED)
    texts = (arguments_text(value) if is_mapping(value) else value for value in values)
    return next((text for text in texts if isinstance(text, str)), "")


def _index(fragment: dict[str, object]) -> int | None:
    index = fragment.get("index")
    if isinstance(index, str) and index.isascii() and index.isdecimal() and len(index) < 10:  # noqa: PLR2004
        return int(index)
    return as_integer(index)
