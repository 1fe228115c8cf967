"""How findings are worded: one line, in the words of the file's own language."""

from __future__ import annotations

from typing import Final

__all__ = ["MOST", "clipped", "extra_field", "in_one_line", "thinking_off"]

MOST: Final = 120
"""The most characters that a finding's message has; the rest is told by `--explain`."""

_LONGEST_NAME: Final = 48
# How a field that the SDK has no name for gets into a request: `…` stands for its value, and a
# method for the call of it.
# Sources: the READMEs of openai-python, openai-node, openai-java, openai-go, openai-dotnet and
# openai-php/client, ruby-openai and async-openai.
_EXTRA_FIELDS: Final = {
    "python": 'extra_body={{"{name}": …}}',
    "cell": 'extra_body={{"{name}": …}}',
    "javascript": "{name}: {{…}}",
    "typescript": "{name}: {{…}}",
    "tsx": "{name}: {{…}}",
    "java": "putAdditionalBodyProperty",
    "kotlin": "putAdditionalBodyProperty",
    "scala": "putAdditionalBodyProperty",
    "groovy": "putAdditionalBodyProperty",
    "go": "option.WithJSONSet",
    "csharp": "Patch.Set",
    "php": "'{name}' => […]",
    "ruby": "{name}: {{…}}",
    "elixir": "{name}: %{{…}}",
    "yaml": "{name}: {{…}}",
    "toml": "{name} = {{…}}",
    "terraform": "{name} = {{…}}",
}
_JSON: Final = '"{name}": {{…}}'
# What these hold is read by a program that is not in sight, and that builds the request.
_SETTINGS: Final = frozenset({"env", "ini", "dockerfile", "make", "batch", "plain", "prose", "xml"})


def in_one_line(head: str, *tails: str) -> str:
    """Put a message together from what must be said and what may be.

    Args:
        head: What is wrong.
        *tails: What else there is to say, the most important first.

    Returns:
        The head, with each tail that fits behind it.
    """
    line = head
    for tail in tails:
        if len(line) + len(tail) <= MOST:
            line += tail
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"


def clipped(name: str) -> str:
    """Shorten a name that somebody else chose, in the middle, so that the message has room."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"


def extra_field(language: str, name: str) -> str:
    """Show how a request gets a field in a language's SDK, such as `extra_body={"thinking": …}`.

    Args:
        language: The file's language, as `language_of` names it.
        name: The field.

    Returns:
        The words; empty for settings, where the request is built elsewhere.
    """
    if language in _SETTINGS:
        return ""
    return _EXTRA_FIELDS.get(language, _JSON).format(name=name)


def thinking_off(language: str) -> tuple[str, str]:
    """Say "with thinking off", and how that is written in a language, as tails of a message."""
    form = extra_field(language, "thinking")
    return " with thinking off", f" (`{form}`)" if form else ""
