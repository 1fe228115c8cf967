"""Words messages of findings: one line, in the syntax of the file's language."""

from __future__ import annotations

from typing import Final

__all__ = ["MOST", "clipped", "extra_field", "in_one_line", "thinking_off"]

MOST: Final = 120
"""The longest message of a finding, in characters; `--explain` gives the rest."""

_LONGEST_NAME: Final = 48
# How to send a field that the SDK has no argument for: `…` stands for its value, and a
# method's name for a call of it.
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
# Their values are read by a program elsewhere, which builds the request.
_SETTINGS: Final = frozenset({"env", "ini", "dockerfile", "make", "batch", "plain", "prose", "xml"})


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
    if language in _SETTINGS:
        return ""
    return _EXTRA_FIELDS.get(language, _JSON).format(name=name)


def thinking_off(language: str) -> tuple[str, str]:
    """Say "with thinking off", and its code in a language, as tails of a message."""
    form = extra_field(language, "thinking")
    return " with thinking off", f" (`{form}`)" if form else ""
