"""Accumulates what the chunks of a stream hold for one choice."""

from __future__ import annotations

from io import StringIO
from typing import Final, cast

from agentsflare_kimi.reading.content import REASONING_FIELDS, reasoning_of
from agentsflare_kimi.reading.filter_categories import RESULT_KEYS, merge_wire
from agentsflare_kimi.reading.filter_values import BLOCKED_FINISH
from agentsflare_kimi.reading.lenient import (
    as_list,
    as_mapping,
    fields,
    is_list,
    is_mapping,
    plain,
    same,
    text_parts,
    whole_text,
)
from agentsflare_kimi.reading.tool_calls import ToolCalls

__all__ = ["ChoiceAccumulator"]

_TEXT_FIELDS: Final = frozenset({"content", "refusal", *REASONING_FIELDS})
_STOP: Final = "stop"
# Finish reasons of answers that may have been cut inside a tool call.
_CUT: Final = frozenset({None, "length", BLOCKED_FINISH, "error"})


class ChoiceAccumulator:
    """One choice of a stream, as received so far."""

    def __init__(self, index: int) -> None:
        """Start empty.

        Args:
            index: The choice's index.
        """
        self.index = index
        self.finish_reason: str | None = None
        self._texts: dict[str, StringIO] = {}
        self._tool_calls = ToolCalls()
        self._message: dict[str, object] = {"role": "assistant"}
        self._logprobs: dict[str, list[object]] | None = None
        self._last_results: dict[str, object] = {}
        self._rest: dict[str, object] = {}

    @property
    def content(self) -> str | None:
        """The text; None if no chunk had any."""
        return self._text("content")

    @property
    def reasoning(self) -> str | None:
        """The reasoning; None if no chunk had any, "" if one had an empty one."""
        texts: dict[str, object] = {name: self._text(name) for name in REASONING_FIELDS}
        return reasoning_of(self._message | texts)

    @property
    def tool_calls(self) -> list[dict[str, object]]:
        """The tool calls with joined arguments, in the order of their indexes."""
        return self._tool_calls.as_list(is_cut=self.finish_reason in _CUT)

    @property
    def tool_calls_as_they_came(self) -> list[dict[str, object]]:
        """The tool calls in the order in which they started, so that later ones only append."""
        return self._tool_calls.as_they_came(is_cut=self.finish_reason in _CUT)

    def add(self, choice: dict[str, object]) -> str:
        """Add the fields of one chunk's choice, and return the text that it added."""
        text = ""
        for name, value in choice.items():
            if value is None or name in {"index", "usage"}:
                continue
            if name in {"delta", "message"}:
                text += self._add_delta(fields(value))
            elif name == "finish_reason":
                self._add_finish_reason(value)
            elif name in RESULT_KEYS:
                self._add_results(name, value)
            elif name == "logprobs":
                self._add_logprobs(fields(value))
            else:
                self._rest[name] = value
        return text

    def as_dict(self) -> dict[str, object]:
        """Return the choice as it would be in a completion on the wire."""
        message = {"content": None, **self._message}
        message |= {name: whole_text(text.getvalue()) for name, text in self._texts.items()}
        if self._tool_calls.has_list:
            message["tool_calls"] = self.tool_calls
        told: dict[str, object] = {"index": self.index, "finish_reason": self.finish_reason}
        return {**told, "logprobs": self._logprobs, **self._rest, "message": message}

    def _text(self, name: str) -> str | None:
        text = self._texts.get(name)
        return None if text is None else whole_text(text.getvalue())

    def _add_delta(self, delta: dict[str, object]) -> str:
        added = ""
        for name, value in delta.items():
            if value is None:
                continue
            if name in _TEXT_FIELDS:
                text = self._add_text(name, value)
                added = text if name == "content" else added
            elif name == "tool_calls":
                self._tool_calls.add(as_list(value))
            else:
                self._add_field(name, value)
        return added

    def _add_text(self, name: str, value: object) -> str:
        text = value if isinstance(value, str) else text_parts(value)
        if text is None:
            return ""
        known = self._texts.get(name)
        if known is None:
            known = self._texts[name] = StringIO()
        known.write(text)
        return text

    def _add_field(self, name: str, value: object) -> None:
        known = self._message.get(name)
        if is_list(known) and is_list(value):
            self._message[name] = [*known, *as_list(value)]
        elif name == "function_call" and is_mapping(known):
            arguments = f"{known.get('arguments') or ''}{fields(value).get('arguments') or ''}"
            self._message[name] = {**known, "arguments": arguments}
        elif name != "role" or value:
            self._message[name] = [*as_list(value)] if is_list(value) else plain(value)

    def _add_finish_reason(self, value: object) -> None:
        # A block may come after `stop`, and nothing later undoes it; a second `stop` must not
        # replace `tool_calls` or `length`. Some gateways write "" for null.
        is_news = isinstance(value, str) and value and self.finish_reason != BLOCKED_FINISH
        if is_news and not (value == _STOP and self.finish_reason):
            self.finish_reason = cast("str", value)

    def _add_results(self, name: str, value: object) -> None:
        # Nearly every chunk repeats the previous chunk's results.
        if same(value, self._last_results.get(name)):
            return
        self._last_results[name] = value
        known = self._rest.get(name)
        if known is None:
            self._rest[name] = value
        elif is_mapping(value):
            self._rest[name] = merge_wire(as_mapping(known), as_mapping(value))

    def _add_logprobs(self, logprobs: dict[str, object]) -> None:
        known = self._logprobs = self._logprobs or {}
        for name, value in logprobs.items():
            if is_list(value):
                known.setdefault(name, []).extend(plain(token) for token in as_list(value))
