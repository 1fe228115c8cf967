"""A stand-in for the models' tokenizer: splits words and signs, for plausible counts.

The constants reproduce the counts of the example on the gateway's page (10 tokens of prompt,
11 of completion).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentsflare_kimi.reading.lenient import as_list, as_mapping, message_text

__all__ = ["count_completion", "count_prompt", "split_tokens"]

_TOKEN = re.compile(r"\s*(?:[A-Za-z0-9_']{1,12}|\S)|\s+")
_PER_MESSAGE = 4
_PER_COMPLETION = 2


def split_tokens(text: str) -> list[str]:
    """Split *text* into tokens; joined, they give *text*."""
    return _TOKEN.findall(text)


def count_prompt(body: Mapping[str, object]) -> int:
    """Count the tokens of the messages; images are not counted."""
    messages = as_list(body.get("messages"))
    calls = [call for message in messages for call in _call_texts(message)]
    texts = [message_text(message) for message in messages]
    return _PER_MESSAGE * len(messages) + sum(len(split_tokens(text)) for text in [*texts, *calls])


def count_completion(*texts: str) -> int:
    """Count the tokens of one choice: its reasoning, its content, its tool calls."""
    return _PER_COMPLETION + sum(len(split_tokens(text)) for text in texts)


def _call_texts(message: object) -> list[str]:
    calls = as_list(as_mapping(message).get("tool_calls"))
    functions = [as_mapping(as_mapping(call).get("function")) for call in calls]
    return [str(function.get("arguments", "")) for function in functions]
