"""Finds requests in JSON and whole programs in the quotes and heredocs of a shell script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.commands import command_at, posts_a_request
from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.languages import language_of, load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.templates import Template
from agentsflare_kimi.lint.sources.documents import Embedded, slice_of
from agentsflare_kimi.lint.sources.regions import Region, Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["find_in_shell"]

_DOUBLE_QUOTED_ESCAPES: Final = frozenset('"\\$`')
_SCRIPT: Final = lazy(r"\b(python|node|deno|ruby|php|bash|sh)[\d.]*\b[^\n|;&]*<<")
_INTERPRETED: Final = {
    "python": "python", "node": "javascript", "deno": "typescript", "ruby": "ruby", "php": "php",
}  # fmt: skip
_FILE: Final = lazy(r"(?:>|\btee\b)[ \t]*[\"']?([^\s\"'<>|;&]+)")

_UNKNOWN: Final = (
    r"\$\([^()]*+(?>(?:\([^()]*+\)[^()]*+)*)\)|`[^`]*+`|\$\{[^}]*+\}|\$[A-Za-z_]\w*+|\$[\d@*#?]"
)
_BARE: Final = rf"{_UNKNOWN}|\\.|[^\s;&|<>()'\"\\$`]"
# Patterns of the pieces of a word, by its opening quote. Where quotes are closed and reopened
# ('it'\''s', '"'"$Q"'"'), everything in between is one unknown piece, so that no edit can
# split it.
_PIECES: Final = {
    "'": rf"(?P<unknown>'(?>(?:\"(?>(?:{_UNKNOWN}|\\.|[^\"\\])*)\"|{_BARE})*)')|(?P<plain>[^']++)",
    '"': rf"(?P<unknown>{_UNKNOWN}|\"(?>(?:'[^']*+'|{_BARE})*)\")"
    r"|\\(?P<escaped>[\"\\$`])|(?P<plain>[^\"\\$`]++|[\\$`])",
    "": rf"(?P<unknown>{_UNKNOWN})|(?P<plain>[^$`]++|[$`])",
}


def find_in_shell(source: Source) -> Iterator[Embedded]:
    """Find the JSON bodies in quotes and heredocs, and the programs in heredocs.

    Args:
        source: A shell script.

    Yields:
        The texts in order.
    """
    end = 0
    for region in source.regions:
        if region.start < end or region.kind not in {"string", "part", "heredoc"}:
            continue
        if source.text[region.inner_start : region.inner_end].lstrip()[:1] in {"{", "["}:
            template, escape = _body(source.text, region)
            end = template.offsets[-1]
            if template.text.rstrip()[-1:] in {"}", "]"}:
                doubt = "" if _is_posted(source, region) else EVIDENCE["unsent-text"].reason
                yield Embedded(template.text, "json", template.offsets, escape, doubt=doubt)
        elif region.kind == "heredoc" and (language := _interpreted(source.text, region)):
            yield slice_of(source.text, region.inner_start, region.inner_end, language)


def _is_posted(source: Source, region: Region) -> bool:
    """Tell whether a command sends a string or the lines of a heredoc."""
    place = region.start - 1 if region.kind == "heredoc" else region.start
    start, end = command_at(source.masked, max(0, place))
    return posts_a_request(source.text[start:end])


def _body(text: str, region: Region) -> tuple[Template, Callable[[str], str]]:
    """Read a word from after its opening quote to its final closing quote, or a heredoc."""
    opening = text[region.inner_start - 1 : region.inner_start]
    # The rest after `$(...)` is in double quotes, too.
    quote = "" if region.kind == "heredoc" else opening if opening in _PIECES else '"'
    template = Template()
    end = len(text) if quote else region.inner_end
    piece = re.compile(_PIECES[quote], re.DOTALL)
    template.offsets.append(template.read(text, region.inner_start, end, piece))
    return template, _double_quoted if quote == '"' else str


def _interpreted(text: str, region: Region) -> str:
    """Tell the language of a heredoc by its interpreter, or by the file it is written to."""
    line_start = text.rfind("\n", 0, max(0, region.start - 1)) + 1
    opening = text[line_start : region.start]
    if interpreter := _SCRIPT.search(opening):
        return _INTERPRETED.get(interpreter[1], "shell")
    file = _FILE.search(opening)
    language = load(language_of(file[1], "") if file else "plain")
    return "" if language.is_unknown or language.is_prose else language.name


def _double_quoted(replacement: str) -> str:
    return "".join(f"\\{c}" if c in _DOUBLE_QUOTED_ESCAPES else c for c in replacement)
