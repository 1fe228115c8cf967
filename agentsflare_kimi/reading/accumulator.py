"""Accumulates the chunks of a stream, without I/O; the result is readable at any time.

Accepts raw chunks of any shape: `choices: []`, `delta: None`, `index: None`, an annotation
without text, usage inside a choice, a block after the text. Source of the rules:
facts/content-filters.md section 3 and facts/kimi.md section 5.3.

>>> received = StreamAccumulator()
>>> received.add({"choices": [{"delta": {"content": "Hel"}}]})
'Hel'
>>> received.add({"choices": [{"delta": {"content": "lo"}, "finish_reason": "stop"}]})
'lo'
>>> received.choices[0].content
'Hello'
"""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.reading.choice_accumulator import ChoiceAccumulator
from agentsflare_kimi.reading.filter_categories import (
    PROMPT_KEYS,
    merge_prompts,
)
from agentsflare_kimi.reading.lenient import (
    as_integer,
    as_list,
    fields,
    plain,
    same,
    split_half,
    whole_text,
)
from agentsflare_kimi.reading.wire_errors import (
    FAILED_FINISH,
    WireError,
    find_choice_error,
    find_error,
)

__all__ = ["StreamAccumulator"]

# Annotation chunks leave these empty.
_ERROR_FIELDS: Final = frozenset({"error", "statusCode"})
_FIRST_WINS: Final = frozenset({"id", "model", "created"})


class StreamAccumulator:
    """The completion that the chunks so far add up to.

    Attributes:
        choices: The choices by index.
        usage: Token counts, wherever in a chunk they came; None until then.
        error: A gateway's error, sent in place of a chunk, beside choices or inside one.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.choices: dict[int, ChoiceAccumulator] = {}
        self.usage: dict[str, object] | None = None
        self.error: WireError | None = None
        self._rest: dict[str, object] = {}
        # Fields of chunks without choices, kept apart: a keep-alive has an id of its own.
        self._aside: dict[str, object] = {}
        self._last_prompts: object = None
        # The first half of a UTF-16 pair at the end of the text.
        self._half = ""

    def add(self, chunk: object) -> str:
        """Add one chunk, an SDK object or a plain dict; never raises on odd data.

        Args:
            chunk: The next chunk.

        Returns:
            The text that it added to choice 0; half a character is held back until the other half
            comes.
        """
        text = ""
        told = fields(chunk)
        known = self._rest if told.get("choices") else self._aside
        for name, value in told.items():
            if value is None or name == "object":
                continue
            if name in _FIRST_WINS:  # nearly all that a chunk repeats
                if _is_empty(known.get(name)):
                    known[name] = value
            elif name == "choices":
                text = self._add_choices(value)
            elif name == "usage":
                self._add_usage(value)
            elif name in PROMPT_KEYS:
                self._add_prompts(name, value)
            else:
                known[name] = value
        if self.error is None and not _ERROR_FIELDS.isdisjoint(told):
            self.error = find_error(told)
        if self._half or not text.isascii():
            return self._without_halves(text) if text else ""
        return text

    def rest(self) -> str:
        """Return what `add` held back, once no further chunk can complete it."""
        half, self._half = self._half, ""
        return whole_text(half)

    @property
    def is_finished(self) -> bool:
        """Whether any choice has a finish reason."""
        return any(choice.finish_reason is not None for choice in self.choices.values())

    def completion(self) -> dict[str, object]:
        """Return the chat completion that the chunks add up to, as it would be on the wire."""
        choices = [choice.as_dict() for _, choice in sorted(self.choices.items())]
        told = {"id": "", "created": 0, "model": "", **self._aside}
        told |= {
            name: value
            for name, value in self._rest.items()
            if name not in _FIRST_WINS or not _is_empty(value)
        }
        return {**told, "object": "chat.completion", "choices": choices, "usage": self.usage}

    def _without_halves(self, text: str) -> str:
        whole, self._half = split_half(self._half + text)
        return whole

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
            if index == 0:
                text += added
            if told.get("usage") is not None:
                self._add_usage(told["usage"])
            if known.finish_reason == FAILED_FINISH or told.get("error") is not None:
                self.error = self.error or find_choice_error(told)
        return text

    def _add_usage(self, usage: object) -> None:
        # Moonshot's own streams put it into the last chunk's choice, others at the top level.
        told = fields(usage)
        # Some gateways send a usage of zeros with every chunk, or at the end.
        if told and (self.usage is None or _counts(told)):
            self.usage = {name: plain(value) for name, value in told.items()}

    def _add_prompts(self, name: str, value: object) -> None:
        if same(value, self._last_prompts):
            return
        self._last_prompts = value
        known = self._rest.get(name)
        self._rest[name] = value if known is None else merge_prompts(known, value)


def _is_empty(value: object) -> bool:
    return not value and (value is None or isinstance(value, str | int))


def _counts(usage: dict[str, object]) -> bool:
    """Whether any number of tokens in *usage* is not zero."""
    details = (number for value in usage.values() for number in fields(value).values())
    return any(as_integer(number) for number in (*usage.values(), *details))
