"""Tells what a shell command does with a model's name: asks it, sends it, or something else."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

__all__ = [
    "asks_a_model",
    "command_at",
    "is_about_models",
    "is_chat_url",
    "is_read",
    "is_read_otherwise",
    "is_said",
    "is_spoken",
    "posts_a_request",
    "sets_alone",
    "writes",
]

_SEPARATORS: Final = (";", "|", "&", "(", "`")
# Words that run the command that follows.
_RUNS: Final = frozenset(
    {
        "sudo",
        "exec",
        "env",
        "time",
        "nohup",
        "npx",
        "uvx",
        "pipx",
        "run",
        "uv",
        "poetry",
        "bunx",
        "if",
        "then",
        "do",
    }
)
_ASKS: Final = frozenset({"chat", "prompt", "exec", "run", "ask", "query"})
_ABOUT: Final = frozenset(
    "logs log ls list show delete rm remove create deploy deployment pull history".split()  # noqa: SIM905  # words read best as words
)
_SAYS: Final = frozenset(
    "echo printf cat log info warn error die usage fail print step say note read".split()  # noqa: SIM905  # same
)
_WRITES: Final = frozenset({"jq", "yq", "sed", "gsed", "dasel", "crudini", "perl"})
_METHOD: Final = lazy(r"(?:-X|--request)[ =]*[\"']?(?P<method>[A-Za-z]+)")
_URL: Final = lazy(r"(?:https?://|\$\{?\w+\}?)[^\s\"']*|(?<=[\s\"'])/[\w/.-]+")
_VARIABLE: Final = lazy(r"\$\{?(\w+)")
# The answer's state is all that is looked at.
_PROBES: Final = lazy(r"(?:-o|--output)[ =]*/dev/null|%\{(?:http|response)_code\}")
_PATHS: Final = ("completions", "/responses")


def command_at(masked: str, offset: int) -> tuple[int, int]:
    """Find the simple command around a place in a script.

    Args:
        masked: The script, with its strings masked.
        offset: A place.

    Returns:
        Start and end of the command, with the lines that continue it.
    """
    start = masked.rfind("\n", 0, offset) + 1
    while start > 1 and masked[start - 2] == "\\":
        start = masked.rfind("\n", 0, start - 1) + 1
    start = max([start, *(masked.rfind(sign, start, offset) + 1 for sign in _SEPARATORS)])
    end = masked.find("\n", offset)
    while end > 0 and masked[end - 1] == "\\":
        end = masked.find("\n", end + 1)
    return start, end if end >= 0 else len(masked)


def sets_alone(text: str, masked: str, key: str, start: int, end: int) -> bool:
    """Tell whether a variable is set for the script, or only for a command that asks a model."""
    first, last = command_at(masked, start)
    before = text[first:start].rstrip("\"'").removesuffix(f"{key}=")
    rest = text[end:last].partition("#")[0].strip(" \t\\\"'}")
    return bool(before.strip()) or not rest or asks_a_model(rest)


def asks_a_model(command: str) -> bool:
    """Tell whether a command asks the model that its options name."""
    words = [word for word in command.split() if word not in _RUNS and "=" not in word]
    if _program(words) not in SHOWING["commands"].words:
        return False
    first = words[1] if len(words) > 1 else "-"
    # `llm logs -m name` looks for what was asked.
    return not first.isalpha() or first in _ASKS


def is_about_models(command: str) -> bool:
    """Tell whether a command does something models: `deployment create`, `llm logs`."""
    words = [word for word in command.split() if not word.startswith("-")]
    return not _ABOUT.isdisjoint(words[1:])


def is_said(masked: str, offset: int) -> bool:
    """Tell whether the command around a place only says something, as `echo` does."""
    start, end = command_at(masked, offset)
    return _program(masked[start:end].split()) in _SAYS


def is_spoken(program: str) -> bool:
    """Tell whether a program only says what it is given."""
    return program.lower().lstrip("@-") in _SAYS


def writes(masked: str, offset: int) -> bool:
    """Tell whether the command around a place changes a file of settings."""
    start, end = command_at(masked, offset)
    return _program(masked[start:end].split()) in _WRITES


def posts_a_request(command: str) -> bool:
    """Tell whether a command sends its data to a chat API."""
    if _program(command.split()) not in SHOWING["posters"].words or _PROBES.search(command):
        return False
    methods = [match["method"].upper() for match in _METHOD.finditer(command)]
    urls = [match[0] for match in _URL.finditer(command)]
    return set(methods) <= {"POST"} and any(map(is_chat_url, urls))


def is_read(text: str, variable: str) -> bool:
    """Tell whether a text reads a variable, other than to give it a default."""
    return next(_reads(text, variable), None) is not None


def is_read_otherwise(masked: str, text: str, variable: str) -> bool:
    """Tell whether a script reads a variable for anything other than asking a model.

    Args:
        masked: The script, with its strings masked.
        text: The script.
        variable: The variable's name.
    """
    for read in _reads(text, variable):
        start, end = command_at(masked, read.start())
        if not (posts_a_request(text[start:end]) or asks_a_model(text[start : read.start()])):
            return True
    return False


def _reads(text: str, variable: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"\$[{{(]?(?:env[:.])?{re.escape(variable)}\b(?!:?[-=])", text)


def is_chat_url(url: str) -> bool:
    """Tell whether a URL is that of a chat API, or a variable that may hold one."""
    if any(path in url for path in _PATHS):
        return True
    variable = _VARIABLE.match(url)
    if variable is None or variable.end() < len(url.rstrip("}")):
        return False
    return SHOWING["url-words"].words.issuperset(words_of(variable[1]))


def _program(words: Sequence[str]) -> str:
    """Return the name of the program that a command runs."""
    for word in words:
        if word in _RUNS or word.startswith("-") or "=" in word:
            continue
        return word.rpartition("/")[2].strip("\"'$({")
    return ""
