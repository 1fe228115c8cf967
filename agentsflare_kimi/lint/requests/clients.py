"""Calls that build a client, with the arguments that set its base URL and key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.requests.keys import is_api_key, is_base_url
from agentsflare_kimi.lint.requests.literals import read_entries
from agentsflare_kimi.lint.sources.regions import Entry, Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["ClientCall", "find_client_calls", "resolve"]

# A prefix, the name, and whether an options object follows.
_CLIENT: Final = r"(?:\b(?P<prefix>\w+)\s*\.\s*)?\b(?P<name>{names})\s*\(\s*(?=(?P<brace>\{{)?)"
_STOCK: Final = re.compile(_CLIENT.format(names="(?:Async)?OpenAI"))
_CLASS_ALIAS: Final = re.compile(r"\b((?:Async)?OpenAI)[ \t]+as[ \t]+(\w+)")
_MODULE_ALIAS: Final = re.compile(r"^[ \t]*import[ \t]+openai[ \t]+as[ \t]+(\w+)", re.MULTILINE)
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*\Z")


class ClientCall(NamedTuple):
    """A call of `OpenAI(...)` or `new OpenAI({...})`.

    Attributes:
        name: `OpenAI` or `AsyncOpenAI`.
        start: Where the callee begins, including a module's name before it.
        callee_end: Where the callee ends.
        base_url: The argument that sets the base URL, if any.
        api_key: The argument that sets the key, if any.
        is_open: Whether arguments are also spread in from elsewhere.
        is_sdk: Whether it is the class of `openai`, not another of that name.
    """

    name: str
    start: int
    callee_end: int
    base_url: Entry | None
    api_key: Entry | None
    is_open: bool
    is_sdk: bool


def find_client_calls(source: Source) -> Iterator[ClientCall]:
    """Find the calls that build an SDK client.

    Args:
        source: A program.

    Yields:
        The calls whose arguments can be read.
    """
    classes = {alias: name for name, alias in _CLASS_ALIAS.findall(source.masked)}
    modules = {None, "openai", *_MODULE_ALIAS.findall(source.masked)}
    names = "|".join(["(?:Async)?OpenAI", *map(re.escape, classes)])
    pattern = re.compile(_CLIENT.format(names=names)) if classes else _STOCK
    for match in pattern.finditer(source.masked):
        opener = match.end() if match["brace"] else source.masked.index("(", match.end("name"))
        entries = read_entries(source, opener)
        if entries is not None:
            is_sdk = match["prefix"] in modules
            yield ClientCall(
                classes.get(match["name"], match["name"]),
                match.start() if is_sdk else match.start("name"),
                match.end("name"),
                next((entry for entry in entries if is_base_url(entry.key)), None),
                next((entry for entry in entries if is_api_key(entry.key)), None),
                any(entry.key == "*" for entry in entries),
                is_sdk,
            )


def resolve(source: Source, entry: Entry) -> str:
    """Return an argument's source text, or that of the variable it names.

    Args:
        source: A program.
        entry: One of its arguments.

    Returns:
        Source text; a variable is resolved only if the program assigns it once, to a string.
    """
    text = source.text[entry.value_start : entry.end]
    return _assigned(source, text) if _NAME.match(text) else text


@kept_with_first
def _assigned(source: Source, name: str) -> str:
    """Return what is assigned to *name*; *name* itself if that is ambiguous."""
    assignments = re.findall(
        rf"^[ \t]*(?:(?:export|const|let|var)[ \t]+)*{re.escape(name)}\b[^=\n]*=([^=\n][^\n]*)$",
        source.text,
        re.MULTILINE,
    )
    return str(assignments[0]) if len(assignments) == 1 else name
