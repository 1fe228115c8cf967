"""Words messages of findings: one line, in the syntax of the file's language."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.languages import load

if TYPE_CHECKING:
    from typing import Final

__all__ = ["MOST", "clipped", "extra_field", "in_one_line", "thinking_off"]

MOST: Final = 120
"""The longest message of a finding, in characters; `--explain` gives the rest."""

_LONGEST_NAME: Final = 48


def in_one_line(head: str, *tails: str) -> str:
    """Build a message from a required head and optional tails.

    Args:
        head: What is wrong.
        *tails: Further information, the most important first.

    Returns:
        The head, followed by each tail that fits.
    """
    line = head
    for tail in tails:
        if len(line) + len(tail) <= MOST:
            line += tail
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"


def clipped(name: str) -> str:
    """Shorten a long name in the middle, so that the message fits."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"


def extra_field(language: str, name: str) -> str:
    """Show how to send a field with a language's SDK, such as `extra_body={"thinking": …}`.

    Args:
        language: The file's language, as `language_of` names it.
        name: The field.

    Returns:
        The code; empty for settings, where the request is built elsewhere.
    """
    return load(language).extra_field.format(name=name)


def thinking_off(language: str) -> tuple[str, str]:
    """Say "with thinking off", and its code in a language, as tails of a message."""
    form = extra_field(language, "thinking")
    return " with thinking off", f" (`{form}`)" if form else ""
