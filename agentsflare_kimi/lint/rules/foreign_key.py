"""AFK205: OpenAI's key used for the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.sources.calls import ClientCall, find_client_calls, resolve
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.shell import ShellDocument
from agentsflare_kimi.lint.urls import GATEWAY

__all__ = ["RULE"]

_VARIABLE: Final = "OPENAI_API_KEY"
_USE: Final = re.compile(rf"(?<!\w){_VARIABLE}(?!\w)")
_RISK: Final = "AGENTSFLARE_API_KEY must be set where the program runs"
_MESSAGE: Final = "the gateway gets the key for OpenAI; use a variable of its own"
_STATEMENT_ENDS: Final = {"shell": re.compile(r"(?<!\\)\n|[;&|]")}
_SEMICOLON: Final = re.compile(r"[;{}]")
_WINDOW: Final = 2000


def _check(reading: Reading) -> Iterator[Problem]:
    document = reading.document
    if not isinstance(document, CodeDocument) or GATEWAY not in document.text:
        return
    calls = [] if isinstance(document, ShellDocument) else _calls_to_gateway(document)
    spans = [(call.api_key.start, call.api_key.end) for call in calls if call.api_key]
    for use in _USE.finditer(document.text):
        is_argument = any(start <= use.start() < end for start, end in spans)
        if is_argument or _speaks_of_gateway(document, use.start()):
            yield _problem(use.start(), use.end())
    for call in calls:
        if call.api_key is None and not call.is_open:
            yield _implicit(call)


def _calls_to_gateway(document: CodeDocument) -> list[ClientCall]:
    source = document.source
    return [
        call
        for call in find_client_calls(source)
        if call.base_url and GATEWAY in resolve(source, call.base_url)
    ]


def _speaks_of_gateway(document: CodeDocument, position: int) -> bool:
    """Whether the statement around *position* names the gateway's URL."""
    if document.language in {"python", "json", "toml", "terraform"}:
        return False
    region = document.source.region_at(position)
    if region and region.kind in {"comment", "prose"}:
        return False
    is_shell = isinstance(document, ShellDocument)
    ends = _STATEMENT_ENDS["shell"] if is_shell else _SEMICOLON
    text = document.text if is_shell else document.source.masked
    start = max(0, position - _WINDOW)
    start = max((m.end() for m in ends.finditer(text, start, position)), default=start)
    end = ends.search(text, position, position + _WINDOW)
    statement = document.text[start : end.start() if end else position + _WINDOW]
    return "agentsflare.com" in statement


def _problem(start: int, end: int) -> Problem:
    edit = Edit(start=start, end=end, replacement="AGENTSFLARE_API_KEY")
    fix = Fix(edits=(edit,), is_safe=False, reason=_RISK)
    return Problem(message=f"{_MESSAGE}, AGENTSFLARE_API_KEY", start=start, end=end, fix=fix)


def _implicit(call: ClientCall) -> Problem:
    return Problem(
        message=f"without an `api_key` this reads {_VARIABLE}: {_MESSAGE} (AGENTSFLARE_API_KEY)",
        start=call.start,
        end=call.callee_end,
    )


RULE: Final = Rule(
    code="AFK205",
    name="foreign-key",
    severity="warning",
    summary="`OPENAI_API_KEY` used for the gateway.",
    explanation="""\
A key for OpenAI opens nothing at the gateway, which answers 404 `Key not found`; but it has been
sent to somebody it was not meant for. A client that is built with the gateway's URL and without a
key reads `OPENAI_API_KEY` by itself.
""",
    bad=Sample(
        "ask.sh",
        """\
curl https://api.agentsflare.com/v1/chat/completions \\
  -H "Authorization: Bearer $OPENAI_API_KEY" -d @body.json
""",
    ),
    good=Sample(
        "ask.sh",
        """\
curl https://api.agentsflare.com/v1/chat/completions \\
  -H "Authorization: Bearer $AGENTSFLARE_API_KEY" -d @body.json
""",
    ),
    fix_safety="""\
Unsafe: the other variable must be set where the program runs. A key that is read without being
named is reported and not fixed.
""",
    check=_check,
)
