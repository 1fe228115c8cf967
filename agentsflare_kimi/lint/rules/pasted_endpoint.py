"""AFK201: a base URL with the path of an endpoint pasted in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.sources.keys import is_base_url
from agentsflare_kimi.lint.urls import GatewayUrl, find_urls

__all__ = ["RULE"]

_ENDPOINT: Final = re.compile(r"(?:/chat/completions)+/?\Z")
# Read by the SDKs themselves, which append the path.
_SDK_VARIABLES: Final = frozenset({"OPENAI_BASE_URL", "OPENAI_API_BASE", "AGENTSFLARE_BASE_URL"})
_RISK: Final = "something else may use this as the whole URL"


def _check(reading: Reading) -> Iterator[Problem]:
    for url in find_urls(reading):
        endpoint = _ENDPOINT.search(url.text)
        if endpoint is None or url.in_prose or url.value.position == "glued":
            continue
        text = reading.document.text
        if not (is_base_url(url.value.key) or _is_passed_on(text, url)):
            continue
        edit = Edit(start=url.start + endpoint.start(), end=url.end, replacement="")
        risk = "" if _is_argument(text, url) or _is_passed_on(text, url) else _RISK
        yield Problem(
            message="the SDK appends `/chat/completions` itself, so requests go to a path that "
            f"does not exist; end the base URL at `{url.text[: endpoint.start()]}`",
            start=url.start,
            end=url.end,
            fix=Fix(edits=(edit,), is_safe=not risk, reason=risk),
        )


def _is_argument(text: str, url: GatewayUrl) -> bool:
    """Whether it goes straight into a client: `base_url="..."`, `.baseUrl("...")`."""
    if url.value.key in _SDK_VARIABLES:
        return True
    line = text[text.rfind("\n", 0, url.start) + 1 : url.start]
    return bool(re.search(rf"{re.escape(url.value.key)}[\"']?\s*[=:(]\s*[\"'`]\Z", line)) and (
        not re.match(r"\s*(?:export\s|const\s|let\s|var\s|final\s|[A-Z_]+\s*[:=])", line)
    )


def _is_passed_on(text: str, url: GatewayUrl) -> bool:
    """Whether it is in a variable that is used once, as a base URL."""
    name = url.value.key
    if not name.isidentifier():
        return False
    uses = re.findall(rf"\b{name}\b", text)
    passed = re.search(rf"(?i:base_?url|api_base)\s*[=:]\s*{name}\b", text)
    return bool(passed) and len(uses) == (
        3 if is_base_url(name) and f"{name}={name}" in text else 2
    )


RULE: Final = Rule(
    code="AFK201",
    name="pasted-endpoint",
    severity="error",
    summary="A base URL with `/chat/completions` pasted in.",
    explanation="""\
The gateway's page gives `https://api.agentsflare.com/v1/chat/completions` as its "API Base URL".
An SDK appends the path itself, and then asks for `/v1/chat/completions/chat/completions`, which
the gateway answers with 404 `Cannot POST ...`.
""",
    bad=Sample(
        "client.py",
        """\
client = Client(base_url="https://api.agentsflare.com/v1/chat/completions")
""",
    ),
    good=Sample(
        "client.py",
        """\
client = Client(base_url="https://api.agentsflare.com/v1")
""",
    ),
    fix_safety="""\
Safe where the URL goes straight into a client or a variable that SDKs read; unsafe for other
settings and constants, which something else may use as the whole URL.
""",
    check=_check,
)
