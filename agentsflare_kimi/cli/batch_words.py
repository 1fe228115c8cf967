"""Translates the library's messages for users of `agentsflare-kimi batch`.

As `own_words`, with an option in place of a variable where the command has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentsflare_kimi.cli.own_words import in_own_words

__all__ = ["in_batch_words"]

_OPTIONS: Final[Mapping[str, str]] = {
    "`max_concurrency`": "--max-concurrency",
    "`max_completion_tokens`": "--max-completion-tokens",
    "`max_tokens`": "--max-completion-tokens",
    "Shorten `messages`": "Shorten the prompt",
}


def in_batch_words(text: str) -> str:
    """Translate a message of the library for users of the command.

    Args:
        text: A warning, or the explanation of a failure.

    Returns:
        The message, with options and variables in place of settings.

    >>> in_batch_words("Wait and retry, or lower `max_concurrency`.")
    'Wait and retry, or lower --max-concurrency.'
    >>> in_batch_words("Check `base_url` for a typo.")
    'Check AGENTSFLARE_BASE_URL for a typo.'
    """
    for theirs, ours in _OPTIONS.items():
        text = text.replace(theirs, ours)
    return in_own_words(text)
