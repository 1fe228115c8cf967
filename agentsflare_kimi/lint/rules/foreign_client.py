"""AFK204: a client built for the gateway by hand, in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.imports import import_edit
from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.requests.clients import ClientCall, find_client_calls, resolve
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.urls import GATEWAY
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.regions import Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_IMPORT_AND_CALL: Final = 2
_RISK: Final = "it changes the client's type, defaults and warnings, and needs agentsflare-kimi"


def _check(reading: Reading) -> Iterator[Problem]:
    document = reading.document
    if not isinstance(document, CodeDocument) or not document.tree.language.has_our_client:
        return
    if GATEWAY not in document.text:
        return
    for call in find_client_calls(document.source):
        if call.is_sdk and call.base_url and GATEWAY in resolve(document.source, call.base_url):
            ours = call.name.replace("OpenAI", "Kimi")
            yield Problem(
                message=f"use `agentsflare_kimi.{ours}` instead of this `{call.name}`: it keeps "
                "retired models working",
                start=call.start,
                end=call.callee_end,
                fix=_fix(document.source, call, ours),
            )


def _fix(source: Source, call: ClientCall, ours: str) -> Fix | None:
    imported = _import(source, call.name, ours)
    if imported is None:
        return None
    edits = [Edit(start=call.start, end=call.callee_end, replacement=ours), *imported]
    return Fix(edits=merge_edits(edits), is_safe=False, reason=_RISK)


# Many calls in a file may need the same import.
@kept_with_first
def _import(source: Source, name: str, ours: str) -> Sequence[Edit] | None:
    """Import our class; None if its name is already taken here."""
    imported = rf"from agentsflare_kimi import [^\n]*\b{ours}\b"
    is_ours = re.search(rf"^[ \t]*{imported}", source.masked, re.MULTILINE)
    if re.search(rf"\b{ours}\b", source.masked) and not is_ours:
        return None
    statement = f"from agentsflare_kimi import {ours}"
    only = re.search(rf"^from openai import {name}[ \t]*$", source.masked, re.MULTILINE)
    uses = len(re.findall(rf"\b{name}\b", source.masked))
    if only and uses == _IMPORT_AND_CALL:
        return [Edit(start=only.start(), end=only.end(), replacement=statement)]
    return import_edit(source, statement, rf"^{imported}")


RULE: Final = Rule(
    code="AFK204",
    name="foreign-client",
    severity="warning",
    summary="`OpenAI(base_url=...)` for the gateway, which `Kimi()` takes the place of.",
    explanation="""\
`Kimi` and `AsyncKimi` (or `create_client()`) are the SDK's own clients, set up for the gateway:
every keyword of `OpenAI` works, `isinstance` holds, and retired models, pinned parameters and the
gateway's odd error bodies are taken care of while the program runs.
""",
    bad=Sample(
        "client.py",
        """\
from openai import OpenAI

client = OpenAI(base_url="https://api.agentsflare.com/v1", api_key=key)
""",
    ),
    good=Sample(
        "client.py",
        """\
from agentsflare_kimi import Kimi

client = Kimi(api_key=key)
""",
    ),
    fix_safety="""\
Unsafe: the client's type, defaults and warnings change, and the package must be installed.
""",
    check=_check,
    needles=("OpenAI",),
    about=(GATEWAY,),
)
