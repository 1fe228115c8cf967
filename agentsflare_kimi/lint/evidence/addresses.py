"""Finds where a text names our host, sets a base URL, posts to a URL, or builds a client.

Each pattern is tried only where one of its words stands: a text is searched for words several times
as fast as for what may stand around them. A pattern whose words are missing is not even compiled.
"""

from __future__ import annotations

from itertools import islice

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.expressions import arguments_at, command_at
from agentsflare_kimi.lint.patterns import Rare, lazy

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Final

__all__ = [
    "base_urls",
    "clients",
    "given_to",
    "is_excerpt",
    "is_ours",
    "names_our_url",
    "peers",
    "posts",
]

# A dash follows in the name of a model, and only after `Kimi` may it be one of ours all the same.
_OUR_NAME: Final = lazy(r"[aAmMkK](?i:gentsflare|oonshot|imi)(?!-)|Kimi")
# Our hosts and variables, Moonshot's, and the classes and prefixes that mean one of them.
_OURS: Final = lazy(
    r"(?<![\w-])(?:agentsflare\.com|moonshot\.(?:cn|ai)|kimi\.(?:com|ai))(?![\w-]|\.\w)"
    r"|(?<![A-Za-z])(?:AGENTSFLARE|MOONSHOT)_[A-Z]"
    r"|(?:(?<!\w)|(?<=\bAsync))Kimi(?=\(|\.new\b)|(?:(?<=: )|(?<=: Async))Kimi\b"
    r"|(?:(?<!\w)|(?<=\bcreate))[Mm]oonshot\w*\("
    r"|(?<=[\"'`])(?:moonshot(?:ai)?|agentsflare)[/:]"
    r"|(?i:(?<![a-z])(?:moonshot|agentsflare)(?:ai)?[\"']?\s*[:\]{])"
)
_HOST: Final = lazy(r"//[\w.-]+")
_PROVIDER: Final = Rare(
    "rovider ROVIDER endor ENDOR latform LATFORM", r"[pPvV](?i:rovider|endor|latform)"
)
_OUR_PROVIDER: Final = lazy(
    r"(?i)(?:provider|vendor|platform)\w*[\"']?\s*(?:=>|[:=])\s*[\"']?(?:moonshot|agentsflare|kimi)\b"
    r"|(?:(?<=model)|(?<=model_))platform\w*\.moonshot"
)
_URL: Final = Rare(
    "url uri Url Uri URL URI base Base BASE endpoint endPoint Endpoint EndPoint ENDPOINT host Host "
    "HOST",
    r"[uU]r[li]|UR[LI]|[bB]ase|BASE|[eE]nd[pP]oint|ENDPOINT|[hH]ost|HOST",
)
_KEY: Final = lazy(
    r"(?i)(?P<key>[\w$]*(?:(?<!data)base_?ur[li]|ur[li]_?base|api_?base|endpoint|api_?ur[li]"
    r"|(?:server|llm|openai|chat|gateway|proxy|model)_?(?:ur[li]|host)"
    r"|base_?path|curlopt_url|url_prefix)\w*)"
    r"[\"']?\]?\)?[ \t]*(?P<sign>=>|:=|(?<![=!<>])=(?!=)|:(?!:)|\("
    # An entry of a container's environment: `- name: OPENAI_BASE_URL`, `value: ...`.
    r"|(?<=curlopt_url),|,?\s*[\"']?value\w*[\"']?\s*:)\s*"
)
_POSTING: Final = ("post", "fetch", "request", "url", "uri", "stream", "xh", "http", "wget")
_POST: Final = lazy(
    r"[pfrunschwxPFRUNSCHWX](?i:(?<=p)ost\w*|(?<![a-z].)(?:(?<=f)etch|(?<=r)equest|(?<=u)rl(?:open|request)"
    r"|(?<=n)ew_?request\w*|(?<=s)tream|(?<=c)url_init|(?<=u)r[li](?:\.(?:create|parse))?|(?<=c)url"
    r"|(?<=x)h|(?<=h)ttps?|(?<=w)get))(?:\(\s*|(?=\s+[-\"'$h{]))"
)
# What an excerpt does not have: where its names come from, and what they are part of.
_WHOLE: Final = Rare(
    "from import use using package namespace require include export class public private def "
    "function func fn fun async module",
    r"(?m)^[ \t]*(?:from|import|use|using|package|namespace|require\w*|include|#include|export"
    r"|class|public|private|def|defmodule|function|func|fn|fun|async|module)\b|(?<!\w)require\(",
)
_CLIENT_NAME: Final = Rare(
    "OpenAI ChatClient Client::with_config NewClient",
    r"OpenAI|ChatClient|Client::with_config|NewClient",
)
_IN_COMMAND: Final = lazy(r"\"?(?:https?://|\{\{|\$\{?\w)[^\s\"']*(?:\{[^}]*\}[^\s\"']*)?")
# Options that send a command's request elsewhere than to its URL.
_REROUTES: Final = lazy(r"--(?:resolve|connect-to|unix-socket)\b")
# Calls that are given a host, or set a variable that holds one for the program.
_CONNECTS: Final = Rare(
    "Net::HTTP. etenv etEnv et_env et_Env et_var utenv",
    r"Net::HTTP\.(?:start|new)\(|(?:[sS]et_?[eE]nv|set_var|putenv)\(\s*[\"']\w*?(?:URL|BASE|HOST|ENDPOINT)\w*[\"'],",
)
# `export async function POST(request)`, `def post(self, request)`: answers requests.
_DEFINES: Final = frozenset({"async", "def", "func", "function", "fun", "fn"})
_LONGEST: Final = len(" function ")
_CLIENT: Final = lazy(
    r"(?:(?:(?<!\w)|(?<=\bAsync)|(?<=\bAzure)|(?<=\bAsyncAzure))OpenAI(?:Client)?(?:::Client\.new)?"
    r"|(?<!\w)ChatClient)\s*\(|\bClient::with_config\("
    r"|\bOpenAI\w*Client\w*\.(?:fromEnv|builder)\(|\b(?:NewClientWithConfig|(?<=openai\.)NewClient)\("
)


def is_ours(text: str) -> bool:
    """Tell whether a text names our host, or Moonshot's."""
    if any(_OURS.match(text, word.start()) for word in _OUR_NAME.finditer(text)):
        return True
    return any(_OUR_PROVIDER.match(text, word.start()) for word in _PROVIDER.matches(text))


def names_our_url(text: str) -> bool:
    """Tell whether a text holds a URL of ours, rather than only a name of ours."""
    return any(is_ours(host[0]) for host in _HOST.finditer(text))


def base_urls(text: str) -> Iterator[re.Match[str]]:
    """Find where base URLs are set: the group `key` is what is set, and `sign` is by what."""
    read_to = 0
    for word in _URL.matches(text):
        start = word.start()
        while start > read_to and _is_part_of_name(text[start - 1]):
            start -= 1
        is_new = start >= read_to and not (start and _is_part_of_name(text[start - 1]))
        match = _KEY.match(text, start) if is_new else None
        read_to = max(read_to, match.end() if match else word.end())
        if match:
            yield match


def posts(text: str) -> Iterator[re.Match[str]]:
    """Find the calls and commands that may send a request to a URL."""
    lowered = text.lower()
    if not any(map(lowered.__contains__, _POSTING)):
        return
    for match in _POST.finditer(text):
        before = text[max(0, match.start() - _LONGEST) : match.start()]
        if not before[-1:].isspace() or _DEFINES.isdisjoint(before.split()[-1:]):
            yield match


def given_to(text: str, post: re.Match[str]) -> Iterator[str]:
    """Yield what a call or command that `posts` found is given, one of which may be its URL."""
    if post[0].endswith("(") or post[0][-1:].isspace():
        yield from arguments_at(text, post.end())
        return
    line = command_at(text, post.end())
    yield from (url[0] for url in _IN_COMMAND.finditer(line))
    if _REROUTES.search(line):
        yield "$elsewhere/completions"


def peers(text: str) -> Iterator[str]:
    """Yield the hosts that connections are opened to, whatever URL a request has."""
    for match in _CONNECTS.matches(text):
        yield from islice(arguments_at(text, match.end()), 1)
    yield from ["/etc/hosts"] if "/etc/hosts" in text else ()


def clients(text: str) -> Iterator[re.Match[str]]:
    """Find the calls that build a client of an SDK."""
    for word in _CLIENT_NAME.matches(text):
        if match := _CLIENT.match(text, word.start()):
            yield match


def is_excerpt(text: str) -> bool:
    """Tell whether a text is only a piece of a program."""
    return not _WHOLE.is_in(text)


def _is_part_of_name(character: str) -> bool:
    return character.isalnum() or character in "_$"
