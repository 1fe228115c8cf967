"""AFK205: OpenAI's key used for the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.commands import command_at
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.requests.clients import ClientCall, find_client_calls, resolve
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.gateway_statements import HOST, MOST, goes_to_gateway
from agentsflare_kimi.lint.rules.urls import GATEWAY
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.regions import Source
from agentsflare_kimi.lint.sources.shell import ShellDocument

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_VARIABLE: Final = "OPENAI_API_KEY"
_USE: Final = re.compile(rf"(?<!\w){_VARIABLE}(?!\w)")
_RISK: Final = "AGENTSFLARE_API_KEY must be set where the program runs"
_MESSAGE: Final = "the gateway gets the key for OpenAI; use AGENTSFLARE_API_KEY"


def _check(reading: Reading) -> Iterator[Problem]:
    document = reading.document
    # The values of settings are read by a program that cannot be seen here.
    if not isinstance(document, CodeDocument) or document.tree.language.is_data:
        return
    if GATEWAY not in document.text:
        return
    is_sent = _is_in_command if isinstance(document, ShellDocument) else goes_to_gateway
    for use in islice(_USE.finditer(document.text), MOST):
        if _is_variable(document, use.start(), use.end()) and is_sent(document, use.start()):
            yield _problem(use.start(), use.end())
    if not isinstance(document, ShellDocument):
        yield from map(_implicit, _clients_without_key(document.source))


def _clients_without_key(source: Source) -> Iterator[ClientCall]:
    for call in find_client_calls(source):
        is_ours = call.base_url and GATEWAY in resolve(source, call.base_url)
        if is_ours and call.api_key is None and not call.is_open:
            yield call


def _is_variable(document: CodeDocument, start: int, end: int) -> bool:
    """Tell whether the name refers to the variable: as code, `"..."` or `$...`."""
    region = document.source.region_at(start)
    if region is None or (region.inner_start, region.inner_end) == (start, end):
        return True
    is_text = region.kind in {"comment", "prose"}
    return not is_text and document.text[max(0, start - 2) : start].endswith(("$", "${"))


def _is_in_command(document: CodeDocument, position: int) -> bool:
    start, end = command_at(document.source.masked, position)
    return HOST in document.text[start:end]


def _problem(start: int, end: int) -> Problem:
    edit = Edit(start=start, end=end, replacement="AGENTSFLARE_API_KEY")
    fix = Fix(edits=(edit,), is_safe=False, reason=_RISK)
    return Problem(message=_MESSAGE, start=start, end=end, fix=fix)


def _implicit(call: ClientCall) -> Problem:
    return Problem(
        message=f"without an `api_key` this reads {_VARIABLE}: {_MESSAGE}",
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

It is found in the statement that names the gateway, and where a variable carries the key there.
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
    needles=("OpenAI", "OPENAI_API_KEY"),
    about=(GATEWAY,),
)
