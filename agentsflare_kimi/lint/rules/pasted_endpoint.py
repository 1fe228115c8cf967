"""AFK201: a base URL that includes an endpoint's path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.requests.bodies import callee_of
from agentsflare_kimi.lint.requests.keys import is_base_url
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.urls import GATEWAY, GatewayUrl, find_urls
from agentsflare_kimi.lint.rules.wording import in_one_line
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Document
from agentsflare_kimi.lint.sources.targets import code_before
from agentsflare_kimi.lint.sources.tree import Tree

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_ENDPOINT: Final = re.compile(r"(?:/chat/completions)+/?\Z")
# The SDKs read these themselves, and append the path.
_SDK_VARIABLES: Final = frozenset({"OPENAI_BASE_URL", "OPENAI_API_BASE", "AGENTSFLARE_BASE_URL"})
# Plain HTTP clients have base URLs, too, and may post to them unchanged.
_HTTP_CLIENT: Final = re.compile(
    r"(?i)http|axios|session|webclient|restclient|retrofit|faraday|guzzle|\bky\b|\bgot\b|fetch"
)
_DEFINITION: Final = re.compile(r"\b(?:def|func?|fun|fn|function|constructor)\b[\s\w.]*\Z")
_OPENAI: Final = re.compile(r"(?i)openai")
# Calls that take a base URL; not declarations of functions with one as a default.
_SDK_CALL: Final = re.compile(
    r"(?is)(?!(?:async)?(?:def|func?|fn|function|constructor)\w).*(?:openai|client|kimi|baseur)"
)
# The .NET SDK's name for the base URL; elsewhere an endpoint may be the complete URL.
_DOTNET_KEY: Final = "Endpoint"
_DOTNET_TYPE: Final = "OpenAIClientOptions"
# Signs and words between a name, or what is looked up, and its value.
_GIVING: Final = ("=", ":", "(", "?", "|", " or")
# For each use its whole statement is read; without a bound this would take quadratic time.
_MOST_USES: Final = 50
_LONGEST_SHOWN: Final = 50
_BASE: Final = re.compile(r"(?i:base_?ur[li]|api_base)[\"']?\s*[=:(]\s*(?:\w+\.)*\Z")
# The lengths of words are bounded, since their ends are sought at each of their characters.
_CALL: Final = re.compile(
    r"(?<!\w)(?!\w{0,40}(?i:base))\w{0,40}"
    r"(?i:post|fetch|request|urlopen|curl_init|axios|ajax|url|uri|stream)\w{0,40}"
    r"(?:\.\w{1,40})?!?\s*\(\s*(?>(?:[^(),;]*+,\s*)*)(?:ur[il]\s*[=:]\s*)?"
    r"[&f]?[\"'`]?[{$]{0,2}(?:\w+(?:\.|->|::))*\Z"
)
_SETTING: Final = re.compile(r"(?<!\w)(?i:url|uri|endpoint)[\"']?\s*[=:]\s*(?:\w+\.)*\Z")
_CURL: Final = re.compile(r"(?<!\w)curl\s(?:\\\n|[^\n])*\$\{?\Z")
_SAME: Final = re.compile(r"[\"']?\s*[=:]\s*(?:\w+\.)*(?i:base_?url)(?!\w)")
_RISK: Final = "something else may use this as the whole URL"


def _check(reading: Reading) -> Iterator[Problem]:
    for url in find_urls(reading):
        endpoint = _ENDPOINT.search(url.text)
        if endpoint is None or url.in_prose or url.value.position == "glued":
            continue
        risk = _risk(reading.document, url)
        if risk is None:
            continue
        edit = Edit(start=url.start + endpoint.start(), end=url.end, replacement="")
        yield Problem(
            message=in_one_line(
                "the SDK appends `/chat/completions` itself",
                f"; end the base URL at `{url.text[: endpoint.start()]}`",
                "; end the base URL before it" * (endpoint.start() > _LONGEST_SHOWN),
            ),
            start=url.start,
            end=url.end,
            fix=Fix(edits=(edit,), is_safe=not risk, reason=risk),
        )


def _risk(document: Document, url: GatewayUrl) -> str | None:
    """Say why removing the path is risky; None if this is not a base URL."""
    key = url.value.key
    if isinstance(document, CodeDocument) and _is_dotnet_option(document.tree, url.start):
        return ""
    if isinstance(document, CodeDocument) and is_base_url(key):
        callee = _callee(document, url)
        if _HTTP_CLIENT.search(callee) and not _OPENAI.search(callee):
            return None
        if _SDK_CALL.match(callee):
            return ""
    name = key.rpartition(".")[2]
    uses = _uses(document, name) if name.isidentifier() else _Uses(1)
    if not (is_base_url(key) or uses.as_base) or (uses.as_whole and not uses.as_base):
        return None
    if uses.as_whole:
        return _RISK
    is_sure = key in _SDK_VARIABLES or (uses.as_base and uses.total == 1 + uses.as_base)
    return "" if is_sure else _RISK


def _callee(document: CodeDocument, url: GatewayUrl) -> str:
    """Return the call that takes a base URL directly: `OpenAI(base_url=...)`, `x.baseUrl(...)`."""
    source = document.source
    if not _is_given(document, url.start):
        return ""
    opener = source.enclosing(url.start)
    if opener is not None and source.text[opener] == "{":
        around = source.enclosing(opener)
        opener = around if around and not source.masked[around + 1 : opener].strip() else None
    if opener is None or source.text[opener] != "(":
        return ""
    if _DEFINITION.search(source.masked[source.masked.rfind("\n", 0, opener) + 1 : opener]):
        return ""
    callee = callee_of(document.tree, opener)
    if not is_base_url(callee.rpartition(".")[2]):
        return callee
    # A builder chain names its type further up.
    return source.masked[document.tree.part_at(opener).start : opener]


def _is_given(document: CodeDocument, start: int) -> bool:
    """Tell whether a string that begins with a URL is given to something."""
    region = document.source.region_at(start)
    if region is None or region.inner_start != start:
        return False
    return code_before(document.tree, region.start).rstrip().endswith(_GIVING)


def _is_dotnet_option(tree: Tree, offset: int) -> bool:
    """Tell whether a URL is in `new OpenAIClientOptions { Endpoint = new Uri("...") }`."""
    opener = tree.opener_around(offset)
    entry = tree.part_at(opener) if opener >= 0 else None
    if entry is None or entry.opener < 0 or tree.source.text[entry.opener] != "{":
        return False
    if [token.text for token in tree.tokens(entry)[:2]] != [_DOTNET_KEY, "="]:
        return False
    place = entry.opener
    if tree.part_at(place).start == place:
        # The brace is on a line of its own, below its type.
        while tree.source.masked[place - 1 : place].isspace():
            place -= 1
    head = tree.part_at(place) if place == entry.opener else tree.statement_at(max(0, place - 1))
    return any(t.text == _DOTNET_TYPE and t.start < place for t in tree.tokens(head))


class _Uses(NamedTuple):
    """How often a text uses a name, by kind of use."""

    total: int
    as_base: int = 0
    as_whole: int = 0


@kept_with_first
def _uses(document: Document, name: str) -> _Uses:
    text = document.text
    total = as_base = as_whole = 0
    for place in _places(text, name):
        before = text[_statement_start(document, place) : place]
        is_base = bool(_BASE.search(before))
        # `base_url=base_url` is one use, though it contains the name twice.
        total += not _SAME.match(text, place + len(name), place + len(name) * 2 + 10)
        as_base += is_base
        as_whole += not is_base and _is_whole(before, text[place + len(name) :][:4])
    return _Uses(total, as_base, as_whole)


def _statement_start(document: Document, place: int) -> int:
    """Find where the statement around a place begins; in settings, the line."""
    if isinstance(document, CodeDocument):
        return document.tree.statement_at(place).start
    return document.text.rfind("\n", 0, place) + 1


def _places(text: str, name: str) -> Iterator[int]:
    place = text.find(name)
    for _ in range(_MOST_USES):
        if place < 0:
            return
        around = text[max(0, place - 1) : place] + text[place + len(name) :][:1]
        if not re.search(r"\w", around):
            yield place
        place = text.find(name, place + len(name))


def _is_whole(before: str, after: str) -> bool:
    """Tell whether a URL is requested unchanged, with nothing appended."""
    if re.match(r"\}?/|\s*[+.]", after):
        return False
    return any(use.search(before) for use in (_CALL, _SETTING, _CURL))


RULE: Final = Rule(
    code="AFK201",
    name="pasted-endpoint",
    severity="error",
    summary="A base URL with `/chat/completions` pasted in.",
    explanation="""\
The gateway's page gives `https://api.agentsflare.com/v1/chat/completions` as its "API Base URL".
An SDK appends the path itself, and then asks for `/v1/chat/completions/chat/completions`, which
the gateway answers with 404 `Cannot POST ...`. A plain HTTP client posts to the whole URL: it is
left alone where it is not known to be a base URL.
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
Safe where the URL goes straight into a client, or into a variable that SDKs read or that is used
for nothing else; unsafe for other settings and constants, which something else may use as the
whole URL.
""",
    check=_check,
    needles=("/chat/completions",),
    about=(GATEWAY,),
)
