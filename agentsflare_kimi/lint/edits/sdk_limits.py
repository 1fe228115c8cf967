"""Libraries that cannot send `thinking`, at least not from where the model is named.

With these, a rename is only half of the migration.

Sources, as of November 2026: sashabaranov/go-openai issue 1025 (open: no further fields);
64bit/async-openai pull request 342 (`create_byot` takes any JSON) and 382 (closed: no further
fields); openai/openai-dotnet pull request 736 (`Patch` of `ChatCompletionOptions`);
aallam/openai-kotlin `ChatCompletionRequest.kt` (no such field).
"""

from __future__ import annotations

import re
from typing import Final

from agentsflare_kimi.named_tuple import NamedTuple

__all__ = ["limit_of"]


class _Limit(NamedTuple):
    """A library: its language, a pattern that tells it, and what to do by hand."""

    language: str
    sign: re.Pattern[str]
    advice: str


_LIMITS: Final = (
    _Limit(
        "go",
        re.compile(r"github\.com/sashabaranov/go-openai"),
        "go-openai cannot send `thinking`; github.com/openai/openai-go can",
    ),
    _Limit(
        "rust",
        re.compile(r"\bCreateChatCompletionRequest(?:Args)?\b"),
        "async-openai's types have no `thinking`; `create_byot` takes any JSON",
    ),
    _Limit(
        "csharp",
        re.compile(r"\bChatClient\b"),
        'switch thinking off with `options.Patch.Set("$.thinking.type"u8, "disabled")`'
        " where the request is made",
    ),
    _Limit(
        "kotlin",
        re.compile(r"\bcom\.aallam\.openai\b"),
        "openai-kotlin cannot send `thinking`; com.openai:openai-java can",
    ),
)


def limit_of(text: str, language: str) -> str:
    """Say why a program's library cannot switch thinking off; empty if none is known.

    Args:
        text: The program.
        language: Its language.
    """
    found = (limit for limit in _LIMITS if limit.language == language)
    return next((limit.advice for limit in found if limit.sign.search(text)), "")
