"""AFK202: the gateway's URL with plain `http`."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.urls import GATEWAY, find_urls

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_SCHEME: Final = "http://"


def _check(reading: Reading) -> Iterator[Problem]:
    for url in find_urls(reading):
        if not url.text.startswith(_SCHEME):
            continue
        after = url.start + len("http")
        edit = Edit(start=after, end=after, replacement="s")
        yield Problem(
            message="plain `http` lets anyone on the way read the key and the prompt; use `https`",
            start=url.start,
            end=url.end,
            severity="info" if url.in_prose else None,
            fix=None if url.in_prose else Fix(edits=(edit,), is_safe=True),
            in_prose=url.in_prose,
        )


RULE: Final = Rule(
    code="AFK202",
    name="plain-http",
    severity="error",
    summary="The gateway's URL with plain `http`.",
    explanation="""\
Over plain `http` the key in the `Authorization` header and the prompt can be read by anyone on
the way, even if the gateway answers with a redirect.
""",
    bad=Sample("gateway.ini", "base_url = http://api.agentsflare.com/v1\n"),
    good=Sample("gateway.ini", "base_url = https://api.agentsflare.com/v1\n"),
    fix_safety="""\
Safe: the gateway is reached at the same place by `https`.
""",
    check=_check,
    needles=("http://",),
    about=(GATEWAY,),
)
