"""Requests written as JSON in the strings of a program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from agentsflare_kimi.lint.sources.context import describe
from agentsflare_kimi.lint.sources.documents import Embedded
from agentsflare_kimi.lint.sources.identifiers import find_names
from agentsflare_kimi.lint.sources.lexer import scan
from agentsflare_kimi.lint.sources.literals import read_entries
from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.syntaxes import syntax_of
from agentsflare_kimi.lint.sources.templates import Template

__all__ = ["LANGUAGES", "find_written"]

LANGUAGES: Final = frozenset(
    "python javascript typescript tsx java kotlin go csharp rust ruby php terraform c-like".split()  # noqa: SIM905  # words read best as words
)
_DOUBT: Final = "JSON in a string, and what becomes of the string is not in sight"
_ASKS: Final = frozenset({"messages", "prompt", "input"})
_ANSWERS: Final = frozenset({"choices", "object"})
# Strings in which a backslash is one: Go's, Kotlin's and C#'s raw ones, `r"..."`.
_RAW: Final = {
    "go": "`", "kotlin": '"""', "csharp": '"""', "rust": "r", "python": "r", "terraform": "<",
}  # fmt: skip
_PIECES: Final = {
    "raw": re.compile(r"(?P<plain>.++)", re.DOTALL),
    "verbatim": re.compile(r'(?P<plain>[^"]++)|"(?P<escaped>")'),
    "escaped": re.compile(r"(?P<plain>[^\\]++)|\\(?:(?P<escaped>[\"'`\\/$#{])|(?P<blank>[nrt\n]))"),
}
_PLACEHOLDER_END: Final = "}"


def find_written(source: Source, language: str) -> Iterator[Embedded]:
    """Find the strings whose whole content is a request in JSON.

    Args:
        source: A program.
        language: Its language.

    Yields:
        The requests, in order; those with an escape that is not understood are left out.
    """
    end = 0
    for name in find_names(source.text):
        region = source.region_at(name.start) if name.start >= end else None
        if region is None:
            continue
        # Of many names in one string the first tells.
        end = region.end
        text = _written(source, region, language)
        if text:
            end = max(end, text.offsets[-1])
            yield text


def _written(source: Source, region: Region, language: str) -> Embedded | None:
    if region.kind not in {"string", "part", "heredoc"}:
        return None
    if source.text[region.inner_start : region.inner_end].lstrip()[:1] != "{":
        return None
    if region.kind == "string" and describe(source, region, language).position == "comparison":
        return None
    mode = _mode(source, region, language)
    template = _read(source, region, mode, language)
    if template is None or not _is_request(template.text):
        return None
    quote = source.text[region.start : region.inner_start]
    is_escaped = mode == "escaped" and quote.endswith('"') and not quote.endswith('"""')
    sign = {"verbatim": '""'}.get(mode, '\\"' if is_escaped else '"')
    escape = partial(_escaped, sign)
    return Embedded(template.text, "json", template.offsets, escape, doubt=_DOUBT)


def _mode(source: Source, region: Region, language: str) -> str:
    opening = source.text[region.start : region.inner_start].lower() or "<"
    if language == "csharp" and "@" in opening:
        return "verbatim"
    return "raw" if _RAW.get(language, "\0") in opening else "escaped"


def _escaped(quote: str, replacement: str) -> str:
    return replacement.replace('"', quote)


def _read(source: Source, region: Region, mode: str, language: str) -> Template | None:
    template = Template()
    # In formatted strings braces are doubled: they are not understood here.
    if region.kind == "part" and language in {"python", "csharp"}:
        return None
    following: Region | None = region
    while following:
        region = following
        if not _add(template, source.text, region, _PIECES[mode]):
            return None
        following = _next_part(source, region)
        if following:
            template.add_unknown(region.inner_end)
    template.offsets.append(region.inner_end)
    return template


def _add(template: Template, text: str, region: Region, piece: re.Pattern[str]) -> bool:
    position = region.inner_start
    while position < region.inner_end:
        found = piece.match(text, position, region.inner_end)
        if found is None:
            return False
        template.add(found["plain"] or found.groupdict().get("escaped") or " ", position)
        position = found.end()
    return True


def _next_part(source: Source, part: Region) -> Region | None:
    """Find what goes on after a placeholder; None where strings are nested in it."""
    if part.kind != "part" or not source.text[part.inner_end : part.end].endswith("{"):
        return None
    closer = source.text.find(_PLACEHOLDER_END, part.end)
    region = source.region_from(closer)
    return region if region and region.kind == "part" else None


def _is_request(text: str) -> bool:
    source = Source(text, scan(text, syntax_of("json")))
    opener = len(text) - len(text.lstrip())
    if source.closers.get(opener) != len(text.rstrip()) - 1:
        return False
    entries = [entry for entry in read_entries(source, opener) or [] if entry.key != "*"]
    keys = {entry.key for entry in entries if entry.is_quoted}
    is_json = all(entry.is_quoted for entry in entries)
    return is_json and "model" in keys and bool(keys & _ASKS) and not keys & _ANSWERS
