"""Puts the chunks of a stream together, without I/O; what came is readable at any time.

Raw chunks are read as they are: `choices: []`, `delta: None`, `index: None`, an annotation
without text, usage inside a choice, a block that comes after the text. The rules are those
of facts/content-filters.md section 3 and facts/kimi.md section 5.3.

>>> received = StreamAccumulator()
>>> received.add({"choices": [{"delta": {"content": "Hel"}}]})
'Hel'
>>> received.add({"choices": [{"delta": {"content": "lo"}, "finish_reason": "stop"}]})
'lo'
>>> received.choices[0].content
'Hello'
"""

from __future__ import annotations

from io import StringIO
from typing import Final

from agentsflare_kimi.reading.content import REASONING_FIELDS
from agentsflare_kimi.reading.filter_categories import (
    PROMPT_KEYS,
    RESULT_KEYS,
    merge_prompts,
    merge_wire,
)
from agentsflare_kimi.reading.filter_values import BLOCKED_FINISH
from agentsflare_kimi.reading.lenient import (
    as_integer,
    as_list,
    as_mapping,
    fields,
    is_list,
    is_mapping,
    plain,
    same,
    text_parts,
)
from agentsflare_kimi.reading.tool_calls import ToolCalls

__all__ = ["ChoiceAccumulator", "StreamAccumulator"]

# Annotation chunks leave these empty.
_FIRST_WINS: Final = frozenset({"id", "model", "created"})
_TEXT_FIELDS: Final = frozenset({"content", "refusal", *REASONING_FIELDS})
_FAILED_STATUS: Final = 400


class StreamAccumulator:
    """What the chunks added so far amount to.

    Attributes:
        choices: The choices by index.
        usage: Token counts, from wherever they came; None until then.
        error_body: A gateway's error that came in place of a chunk.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.choices: dict[int, ChoiceAccumulator] = {}
        self.usage: dict[str, object] | None = None
        self.error_body: dict[str, object] | None = None
        self._rest: dict[str, object] = {}
        self._last_prompts: object = None

    def add(self, chunk: object) -> str:
        """Take in one chunk, an SDK object or a plain dict; never raises on odd data.

        Args:
            chunk: The next chunk.

        Returns:
            The text that it added to choice 0.
        """
        text = ""
        told = fields(chunk)
        for name, value in told.items():
            if value is None or name == "object":
                continue
            if name == "choices":
                text = self._add_choices(value)
            elif name == "usage":
                self._add_usage(value)
            elif name in PROMPT_KEYS:
                self._add_prompts(name, value)
            elif name not in _FIRST_WINS or _is_empty(self._rest.get(name)):
                self._rest[name] = value
        if self.error_body is None and _is_error(told):
            self.error_body = {name: value for name, value in told.items() if value is not None}
        return text

    @property
    def is_finished(self) -> bool:
        """Whether any choice was given a finish reason."""
        return any(choice.finish_reason is not None for choice in self.choices.values())

    def completion(self) -> dict[str, object]:
        """Return the chat completion that the chunks amount to, as it would be on the wire."""
        choices = [choice.as_dict() for _, choice in sorted(self.choices.items())]
        told = {"id": "", "created": 0, "model": "", **self._rest}
        return {**told, "object": "chat.completion", "choices": choices, "usage": self.usage}

    def _add_choices(self, choices: object) -> str:
        text = ""
        for choice in as_list(choices):
            told = fields(choice)
            if not told:
                continue
            index = as_integer(told.get("index")) or 0
            known = self.choices.get(index)
            if known is None:
                known = self.choices[index] = ChoiceAccumulator(index)
            added = known.add(told)
            text += added if index == 0 else ""
            self._add_usage(told.get("usage"))
        return text

    def _add_usage(self, usage: object) -> None:
        # Moonshot's own streams have it in the last chunk's choice, others at the top.
        if told := fields(usage):
            self.usage = {name: plain(value) for name, value in told.items()}

    def _add_prompts(self, name: str, value: object) -> None:
        if same(value, self._last_prompts):
            return
        self._last_prompts = value
        known = self._rest.get(name)
        self._rest[name] = value if known is None else merge_prompts(known, value)


class ChoiceAccumulator:
    """One choice of a stream, as far as it came."""

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
        texts = [text for name in REASONING_FIELDS if (text := self._text(name)) is not None]
        return next((text for text in texts if text), texts[0] if texts else None)

    @property
    def tool_calls(self) -> list[dict[str, object]]:
        """The tool calls with their arguments put together, in the order of their indexes."""
        return self._tool_calls.as_list()

    def add(self, choice: dict[str, object]) -> str:
        """Take in the fields of one chunk's choice, and return the text that it added."""
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
        message |= {name: text.getvalue() for name, text in self._texts.items()}
        if self._tool_calls.is_told:
            message["tool_calls"] = self.tool_calls
        told: dict[str, object] = {"index": self.index, "finish_reason": self.finish_reason}
        return {**told, "logprobs": self._logprobs, **self._rest, "message": message}

    def _text(self, name: str) -> str | None:
        text = self._texts.get(name)
        return None if text is None else text.getvalue()

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
        text = text_parts(value)
        if text is None:
            return ""
        if name not in self._texts:
            self._texts[name] = StringIO()
        self._texts[name].write(text)
        return text

    def _add_field(self, name: str, value: object) -> None:
        known = self._message.get(name)
        if is_list(known) and is_list(value):
            self._message[name] = [*known, *as_list(value)]
        elif name == "function_call" and is_mapping(known):
            arguments = f"{known.get('arguments') or ''}{fields(value).get('arguments') or ''}"
            self._message[name] = {**known, "arguments": arguments}
        elif name != "role" or not _is_empty(value):
            self._message[name] = [*as_list(value)] if is_list(value) else plain(value)

    def _add_finish_reason(self, value: object) -> None:
        # A block may come after `stop`, and nothing that comes after it undoes it. Some gateways
        # write "" where the others write null.
        if isinstance(value, str) and value and self.finish_reason != BLOCKED_FINISH:
            self.finish_reason = value

    def _add_results(self, name: str, value: object) -> None:
        # Nearly every chunk repeats what the chunk before it said.
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


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | int) and not value)


def _is_error(told: dict[str, object]) -> bool:
    """Whether a chunk is a gateway's error body: `{"statusCode": 500, ...}` or `{"error": ...}`."""
    error, status = told.get("error"), as_integer(told.get("statusCode"))
    if is_mapping(error) or isinstance(error, str):
        return error != ""
    return status is not None and status >= _FAILED_STATUS and told.get("choices") is None
