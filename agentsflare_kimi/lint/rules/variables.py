"""Finds parameters in variables beside the model's: `KIMI_MODEL=...` and `KIMI_TEMPERATURE=0.3`.

In a shell script, also those of a request that takes its model from such a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.commands import command_at, is_read
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import sampling_parameter
from agentsflare_kimi.lint.requests.literals import read_number

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.requests.mentions import Mention
    from agentsflare_kimi.lint.sources.documents import Document, Embedded

__all__ = ["Variable", "set_in_variables"]

_MODEL: Final = lazy(r"(?P<stem>[A-Z0-9_]*?)_?MODEL(?:_NAME|_ID)?")
_PARAMETER: Final = r"(?P<name>TEMPERATURE|TOP_?P|(?:PRESENCE|FREQUENCY)_PENALTY)"
# Kubernetes names a variable and its value in two lines.
_SET: Final = r"(?:\s*[=:]\s*|[\"']?\s*\n\s*value:\s*)"
_NUMBER: Final = r"[\"']?(?P<number>[-+]?(?:\d+\.?\d*|\.\d+))(?![\w.])"
_BODY: Final = r"\\?\"model\\?\"\s*:\s*[\\\"']*\$\{{?{name}\b"
_FIELD: Final = lazy(
    r"(?<![\w.])\\?\"?(?P<name>temperature|top_p|n|(?:presence|frequency)_penalty)\\?\"?\s*:\s*"
    r"(?P<number>-?\d+(?:\.\d+)?)"
)

_ITEM: Final = lazy(
    r"(?<=\s)(?P<name>temperature|top_p|n|(?:presence|frequency)_penalty):="
    r"(?P<number>-?\d+(?:\.\d+)?)"
)


_FORMATS: Final = lazy(r"\b(?:printf|jq)\b")


class Variable(NamedTuple):
    """A parameter, what it is set to, and where."""

    parameter: str
    value: float
    start: int
    end: int


def set_in_variables(document: Document, mentions: Sequence[Mention]) -> Iterator[Variable]:
    """Find the parameters in variables whose names match that of the model's variable.

    Args:
        document: A file of settings, or a script of a shell.
        mentions: The models that it names.

    Yields:
        Each parameter that is a number.
    """
    is_shell = load(document.language).is_shell
    named_here = [mention for mention in mentions if not mention.host]
    if is_shell and named_here:
        yield from _in_commands(document, named_here)
    for key in dict.fromkeys(key for mention in named_here for key in _keys(document, mention)):
        if named := _MODEL.fullmatch(key):
            stem = f"{named['stem']}_" if named["stem"] else ""
            pattern = rf"(?<![\w]){stem}{_PARAMETER}{_SET}{_NUMBER}"
            yield from _found(document, re.compile(pattern), 0, len(document.text))
        if key and is_shell:
            asks = re.compile(_BODY.format(name=re.escape(key)))
            for text in document.embedded():
                start, end = text.offsets[0], text.offsets[-1]
                if asks.search(document.text, start, end) or _is_formatted(document, text, key):
                    yield from _found(document, _FIELD, start, end)


def _is_formatted(document: Document, text: Embedded, key: str) -> bool:
    """Tell whether a command puts a variable into a text: `printf '{"model": "%s"}' "$MODEL"`."""
    first = text.offsets[0]
    start, end = command_at(document.text, first)
    command = document.text[start:first] + document.text[text.offsets[-1] : end]
    return "model" in text.text and _FORMATS.search(command) is not None and is_read(command, key)


def _keys(document: Document, mention: Mention) -> Sequence[str]:
    if load(document.language).is_shell:
        from agentsflare_kimi.lint.rules.asked_in_bodies import names_set  # noqa: PLC0415  # few files need it

        return names_set(document, mention)
    return [mention.value.key]


def _in_commands(document: Document, mentions: Sequence[Mention]) -> Iterator[Variable]:
    """Find the fields of httpie beside a model's: `model=name temperature:=0.3`."""
    from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # same

    if not isinstance(document, CodeDocument):
        return
    masked = document.source.masked
    for span in dict.fromkeys(command_at(masked, mention.start) for mention in mentions):
        yield from _found(document, _ITEM, *span)


def _found(
    document: Document, pattern: re.Pattern[str], start: int, end: int
) -> Iterator[Variable]:
    for match in pattern.finditer(document.text, start, end):
        if document.comment_end(match.start("name")) is None:
            parameter = sampling_parameter(match["name"])
            yield Variable(parameter, read_number(match["number"]), *match.span("name"))
