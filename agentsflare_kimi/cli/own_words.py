"""Translates the library's messages for users of the command line.

The library's messages are for programmers: they name arguments, attributes and settings. Here
these become environment variables and options.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["in_own_words"]

_SETTINGS: Final = (
    "allow_insecure_http|adapt_parameters|base_url|deadline|extra_models|keep_reasoning|"
    "max_concurrency|max_retries|migrate_to|models_file|on_deprecated|on_filtered|"
    "on_forced_tool|on_retired|on_substitution|on_unknown|timeout"
)
_REPLACEMENTS: Final = (
    # "AGENTSFLARE_X (argument `x`)" says it twice.
    (rf"(AGENTSFLARE_[A-Z_]+) \((?:argument )?`(?:{_SETTINGS})`\)", r"\1"),
    (r", or pass `api_key=`", ""),
    (r"[Tt]he setting `(\w+)`", r"`\1`"),
    # The partial text is on the screen, or was printed as JSON.
    (r"the text so far is in `\.partial`, and a retry", "a retry"),
    (r"What came is in `\.partial`; a retry", "A retry"),
    (r"; `\.report` has the details, `\.partial` the text until then", ""),
    (r"[;,]? ?`\.completion` has (?:the answer|it)", ""),
    (r"The answer is in `\.completion`; ", ""),
    (r"`max_(?:completion_)?tokens`", "the largest number of tokens"),
    (r"Shorten `messages`", "Shorten the messages"),
    (r"The error's message and `\.body` say", "The message says"),
)


def in_own_words(text: str) -> str:
    """Translate a message of the library for the command line.

    Args:
        text: An error's message, a note or a warning.

    Returns:
        The message, with variables for settings, and without attributes of Python objects.

    >>> in_own_words("add it to AGENTSFLARE_EXTRA_MODELS (argument `extra_models`)")
    'add it to AGENTSFLARE_EXTRA_MODELS'
    >>> in_own_words("Wait, or raise `timeout`.")
    'Wait, or raise AGENTSFLARE_TIMEOUT.'
    """
    for pattern, replacement in _REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    return re.sub(rf"`({_SETTINGS})`", lambda found: f"AGENTSFLARE_{found[1].upper()}", text)
