"""Finds requests written as JSON in a program's strings, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import compares, is_held_against, queries
from agentsflare_kimi.lint.evidence.calling import encodes
from agentsflare_kimi.lint.evidence.sending import Sending
from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.languages import guessed, load
from agentsflare_kimi.lint.requests.identifiers import Name, find_names
from agentsflare_kimi.lint.requests.literals import read_entries
from agentsflare_kimi.lint.requests.templates import Template
from agentsflare_kimi.lint.sources.documents import Embedded, slice_of
from agentsflare_kimi.lint.sources.lexer import scan, syntax_of
from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.roles import steps_from
from agentsflare_kimi.lint.sources.steps import Step
from agentsflare_kimi.lint.sources.tree import Tree

if TYPE_CHECKING:
    from typing import Final

__all__ = ["find_written"]

_DOUBT: Final = EVIDENCE["written-json"].reason
_TEXT_DOUBT: Final = EVIDENCE["unsent-text"].reason
_PIECES: Final = {
    "raw": re.compile(r"(?P<plain>.++)", re.DOTALL),
    "verbatim": re.compile(r'(?P<plain>[^"]++)|"(?P<escaped>")'),
    "formatted": re.compile(
        r"(?P<plain>[^\\{}]++)|\{(?P<escaped>\{)|\}(?P<closed>\})"
        r"|\\(?:(?P<quoted>[\"'\\/])|(?P<blank>[nrt\n]))"
    ),
    "escaped": re.compile(r"(?P<plain>[^\\]++)|\\(?:(?P<escaped>[\"'`\\/$#{])|(?P<blank>[nrt\n]))"),
}
_PLACEHOLDER_END: Final = "}"


def find_written(tree: Tree) -> Iterator[Embedded]:
    """Find the strings whose whole content is a request in JSON.

    Args:
        tree: A program.

    Yields:
        The requests in order, without those that contain an unknown escape.
    """
    source, sending = tree.source, Sending(tree)
    end = 0
    for name in find_names(source.text):
        region = source.region_at(name.start) if name.start >= end else None
        if region is None:
            continue
        # If a string has several names, the first decides.
        end = region.end
        text = _settings(source, region, name) or _written(tree, region, sending)
        if text:
            end = max(end, text.offsets[-1])
            yield text


def _holder_of(tree: Tree, region: Region) -> Step | None:
    """Return the step to what holds a string, past calls that only encode it: `[]byte("...")`."""
    steps = steps_from(tree, region.start)
    wraps = (s for s in steps if s.kind != "argument" or not encodes((s.callee,)))
    return next(wraps, None)


def _written(tree: Tree, region: Region, sending: Sending) -> Embedded | None:
    source = tree.source
    if region.kind not in {"string", "part", "heredoc"}:
        return None
    if source.text[region.inner_start : region.inner_end].lstrip()[:1] not in {"{", "["}:
        return None
    step = _holder_of(tree, region) if region.kind == "string" else None
    if step and step.kind == "compared" and (not step.callee or compares(step.callee)):
        return None
    is_expected = step is not None and (
        is_held_against(step.name) or compares(step.callee) or queries(step.callee)
    )
    mode = _mode(tree, region)
    template = _read(source, region, mode)
    if template is None or not _is_request(template.text):
        return None
    quote = source.text[region.start : region.inner_start]
    is_escaped = mode in {"escaped", "formatted"} and quote[-1:] == '"' and quote[-3:] != '"""'
    sign = {"verbatim": '""'}.get(mode, '\\"' if is_escaped else '"')
    escape = partial(_escaped, sign, is_formatted=mode == "formatted")
    is_sent = region.kind == "string" and sending.sends_text(region.start)
    doubt = "" if is_sent else _DOUBT
    return Embedded(
        template.text, "json", template.offsets, escape, doubt=doubt, is_expected=is_expected
    )


def _settings(source: Source, region: Region, name: Name) -> Embedded | None:
    """Read lines of settings, or a script, in which a value has no quotes: `model: name`."""
    before = source.text[name.start - 2 : name.start]
    is_text = region.kind in {"string", "part", "heredoc"}
    if not is_text or not (before == ": " or before.endswith("=")):
        return None
    text = source.text[region.inner_start : region.inner_end]
    language = guessed(text) if "\n" in text else ""
    is_script = region.kind == "heredoc" or text.lstrip().startswith(("#!", "export "))
    if not language or not (load(language).is_data or (load(language).is_shell and is_script)):
        return None
    embedded = slice_of(source.text, region.inner_start, region.inner_end, language)
    return embedded._replace(doubt=_TEXT_DOUBT)


def _mode(tree: Tree, region: Region) -> str:
    opening = tree.source.text[region.start : region.inner_start].lower() or "<"
    language = tree.language
    if language.verbatim and language.verbatim in opening:
        return "verbatim"
    if opening.startswith("$$"):
        # Only doubled braces hold code.
        return "raw"
    if opening[:1] in language.formatted:
        return "formatted"
    is_raw = any(opening.startswith(raw) or opening.endswith(raw) for raw in language.raw.split())
    return "raw" if is_raw else "escaped"


def _escaped(quote: str, replacement: str, *, is_formatted: bool) -> str:
    if is_formatted:
        replacement = replacement.replace("{", "{{").replace("}", "}}")
    return replacement.replace('"', quote)


def _read(source: Source, region: Region, mode: str) -> Template | None:
    template = Template()
    following: Region | None = region
    while following:
        region = following
        start, end = region.inner_start, region.inner_end
        if template.read(source.text, start, end, _PIECES[mode]) < end:
            return None
        following = _next_part(source, region)
        if following:
            template.add_unknown(region.inner_end)
    template.offsets.append(region.inner_end)
    return template


def _next_part(source: Source, part: Region) -> Region | None:
    """Find the rest of a string after a placeholder; None if the placeholder holds strings."""
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
    if text[opener] == "[":
        return '"model"' in text
    entries = [entry for entry in read_entries(source, opener) or [] if entry.key != "*"]
    return bool(entries) and all(entry.is_quoted for entry in entries)
