"""Tells whether a text shows that its requests go to the gateway or to Moonshot.

This is the one rule on hosts: a fix is safe only where every address in sight is shown to be ours,
or where the text builds its client without an address and none is in sight. An address is the
value of a client's base URL, the URL that a body is posted to, or a client that comes from
elsewhere. Variables are followed within the text; one whose value is not there is unseen.
"""

from __future__ import annotations

import re
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal
from agentsflare_kimi.lint.evidence.addresses import (
    base_urls,
    clients,
    given_to,
    is_excerpt,
    is_ours,
    names_our_url,
    peers,
    posts,
)
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.client_options import are_known, holds_known, is_alien, put_in
from agentsflare_kimi.lint.evidence.expressions import (
    branches_of,
    chain_before,
    chains_in,
    first_word,
    inside,
    value_at,
)
from agentsflare_kimi.lint.evidence.given import Given
from agentsflare_kimi.lint.evidence.hosts import names_other_models
from agentsflare_kimi.lint.evidence.posting import CHAT_PATHS, may_be_chat_url
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.patterns import Rare, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

__all__ = ["Asked", "Program"]

Asked = Literal["ours", "plain", "unseen"]

_ROOT: Final = Rare(
    "hat ompletions esponses",
    r"(?P<name>(?<![A-Za-z_$])[A-Za-z_$][\w$]*+|\))[!?]*(?:\.|->|::|\?\.)"
    r"(?:beta\b\W{0,4})?(?:[cC]hats?|[cC]ompletions|[rR]esponses|(?:[cC]reate|[eE]xec|[cC]omplete)_?[cC]hat\w*)"
    r"(?:\(\))?(?:\.|->|\(|::)",
)
_WORD: Final = lazy(r"[A-Za-z_$][\w$]*")
_IMPORTS: Final = Rare(
    "import us package from", r"(?m)^[ \t]*(?:import|using|use|package|from)\b[^\n]*"
)
# What builds a client, or is one of an SDK.
_BUILDS: Final = lazy(
    r"(?<!\w)(?:\w+(?:\.|::))*(?:[A-Z]\w*?(?:OpenA[Ii]|Openai)\w*|Open(?:AI|Ai|ai)\w*|(?:Async)?Kimi\b"
    r"|Moonshot\w*|LiteLLM\w*|(?:LLM|ChatClient)(?=\()|AiServices(?=\.)|openai(?=\.|::|\()|litellm(?=\.)|create(?:OpenAI|Moonshot)\w*"
    r"|Client(?=::with_config|::new))(?:(?:::|\.|->)\w+)*!?\s*[({.]"
)
# A value that another module may give.
_FROM: Final = r"(?m)^[ \t]*(?:from|import)\b[^\n]*(?<![\w.]){0}\b(?!\.)"
_CHOICE: Final = lazy(r"\bif\b|\s\?\s")
_CALL: Final = lazy(r"([A-Za-z_]\w*)\(")
_KEEPS: Final = frozenset[str]().union(
    *(SHOWING[name].words for name in ("url-words", "encoding", "host-keepers"))
)
_MODULES: Final = frozenset({"openai", "litellm"})
_MODULE: Final = (
    r"(?m)^[ \t]*(?:import\s+(?:\w+,\s*)*{0}\b|(?:import\s+)?(?:{0}\s+)?\"[\w./-]*{0}[\w./-]*\")"
)
_NAMED: Final = lazy(r"[\w$@.?>-]*?(?P<last>\w+)(?P<called>\(.*\))?", re.DOTALL)
# What asks through the client that it is taken from.
_PART: Final = lazy(r"(?:\w+\.)*(?P<client>\w+)\.(?:GetChatClient|with_options|withOptions)\(")
# A path, which is added to the base URL of the client that posts to it; and that client.
_RELATIVE: Final = lazy(r"[\"'`]/?[\w/-]+[\"'`]\Z")
_OWNER: Final = lazy(r"(\w+)(?:\.|->)\Z")
_PLAIN_TYPE: Final = lazy(r"(?:[A-Z][a-z]\w*|str(?:ing)?|&str)\??")
_TYPE: Final = lazy(r"[A-Z][\w.<>\[\]| ]*")
_TYPED: Final = r"(?<![\w$]){0}\s*:\s*[\"']?(?:\w+\.)?(?:Async)?Kimi\b|\b(?:Async)?Kimi\s+{0}\b"
# A function of another module of the program: `from .llm import ask`, `from "@/lib/llm"`.
_OWN: Final = r"(?m)^[ \t]*(?:from\s+\.[^\n]*\b{0}\b|import\b[^\n]*\b{0}\b[^\n]*[\"'][.@~]/)"
# What another module of the program exports: `import { openai } from "@/lib/ai"`.
_IMPORTED: Final = Rare(
    "import",
    r"(?m)^[ \t]*(?:import\b(?P<names>[^\"'\n]*)[\"'](?:[.@~]/|\.\./)"
    r"|from\s+\.[\w.]*\s+import\b(?P<listed>[^\n]*))",
)
# A client that is handed to a framework's class: `OpenAIChatModel("...", provider=provider)`.
_HANDED: Final = lazy(r"[(,]\s*(?:provider|(?:async_|openai_)?client)\s*=\s*(?=[A-Za-z_])")
_LITERAL: Final = lazy(r"[\"'`]|[\w.+-]+:/|\Z")
_DEEPEST: Final = 50


class Program:
    """A text without its comments, whose addresses are looked for."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        self._text = text
        self._given = Given(text)
        self._known: dict[str, bool] = {}
        self._followed: dict[str, set[Asked] | None] = {}
        self._is_excerpt = is_excerpt(text)
        self._functions: dict[str, bool] = {}

    def asked(self, callee: str, *, is_setting: bool) -> Asked:
        """Tell which host a request goes to.

        Args:
            callee: What the request is given to, if that is known.
            is_setting: Whether it is only a setting for requests that are made elsewhere.
        """
        if self._in_sight != "plain":
            return self._in_sight
        if is_setting or not (self._is_excerpt or self._builds_a_client):
            return "unseen"
        if callee not in self._functions:
            self._functions[callee] = self._is_known(callee)
        return "plain" if self._functions[callee] else "unseen"

    @cached_property
    def _builds_a_client(self) -> bool:
        return _BUILDS.search(self._text) is not None

    @cached_property
    def _in_sight(self) -> Asked:
        if not (all(map(self._is_ours, self._values())) and all(map(self._is_seen, self._roots()))):
            return "unseen"
        if any(map(_is_client, self._imported())) or not all(map(self._builds, self._handed())):
            return "unseen"
        is_built_here = all(map(self._is_configured, clients(self._text)))
        if not is_built_here or is_alien(self._text):
            return "unseen"
        if not is_ours(self._text):
            # A plain client that asks for other models, too, goes to where they are.
            return "unseen" if names_other_models(self._text) else "plain"
        return "unseen" if self._has_plain_client_beside() else "ours"

    def _values(self) -> Iterator[str]:
        """Yield what stands for a host: base URLs, and the URLs of requests."""
        for match in base_urls(self._text):
            value = first_word(value_at(self._text, match.end()))
            if "path" in match["key"].lower() and _RELATIVE.match(value):
                continue
            is_call = match["sign"] == "("
            if is_ours(match[0]):
                is_set = match["sign"] in {"=", ":="} and not _LITERAL.match(value)
                yield value if is_set else match[0]
            elif value and not (is_call and not value.strip()):
                yield value
        yield from peers(self._text)
        for match in posts(self._text):
            urls = [*filter(may_be_chat_url, given_to(self._text, match))]
            # A variable beside a URL may be the question as well.
            urls = [url for url in urls if any(map(url.__contains__, CHAT_PATHS))] or urls
            if not (all(map(_RELATIVE.match, urls)) and self._has_base(match.start())):
                yield from urls

    def _has_base(self, start: int) -> bool:
        """Tell whether the client that a path is posted with is given a base URL in the text."""
        owner = _OWNER.search(self._text[:start].rpartition("\n")[2])
        built = self._given.values_of(owner[1]) if owner else ()
        return bool(built) and all(any(base_urls(v)) or names_our_url(v) for v in built)

    def _handed(self) -> Iterator[str]:
        """Yield the clients that are handed on, except by parameters' defaults."""
        for match in _HANDED.finditer(self._text):
            value = value_at(self._text, match.end())
            if value not in {"None", "null"}:
                yield value

    def _imported(self) -> Iterator[str]:
        for match in _IMPORTED.matches(self._text):
            yield from _WORD.findall(match["names"] or match["listed"])

    def _is_ours(self, value: str) -> bool:
        """Tell whether an expression is shown to be our host."""
        *first, last = branches_of(value)
        # Of `a or b`, the last is the default; which one of `a if x else b` holds is unknown.
        decisive = [*first, last] if _CHOICE.search(value) else [last]
        return all(self._kinds(branch) == {"ours"} for branch in decisive)

    def _kinds(self, value: str, depth: int = 0) -> set[Asked]:
        """Follow the variables of an expression to what the text gives them."""
        keeps = all(map(_keeps_the_host, _CALL.findall(value)))
        if keeps and is_ours(value):
            return {"ours"}
        kinds: list[Asked] | None = None
        # A bare type is that of a parameter without a default.
        if keeps and depth < _DEEPEST and not _PLAIN_TYPE.fullmatch(value):
            for chain in chains_in(value):
                found = (self._kinds_of(word, depth + 1) for word in reversed(chain))
                first = next((known for known in found if known is not None), None)
                kinds = kinds if first is None else [*(kinds or ()), *first]
        return {"unseen"} if kinds is None else {*kinds}

    def _kinds_of(self, word: str, depth: int) -> set[Asked] | None:
        """Tell what a variable may hold; None if the text gives it nothing."""
        if word not in self._followed:
            given = self._given.values_of(word)
            # In a circle it adds nothing.
            self._followed[word] = set() if given else None
            if given:
                kinds = set[Asked]().union(*(self._kinds(v, depth) for v in given))
                if re.search(_FROM.format(re.escape(word)), self._text):
                    kinds.add("unseen")
                self._followed[word] = kinds
        return self._followed[word]

    def _is_seen(self, name: str) -> bool:
        """Tell whether a client is built in the text, or of a class of ours."""
        if name not in self._known:
            # True while it is followed; False beyond what any program needs.
            self._known[name] = len(self._known) < _DEEPEST
            self._known[name] = self._known[name] and self._is_built(name)
        return self._known[name]

    def _is_built(self, name: str) -> bool:
        if name in _MODULES and re.search(_MODULE.format(name), self._text):
            return True
        if "Kimi" in self._text and re.search(_TYPED.format(re.escape(name)), self._text):
            return True
        if self._given.defines(name):
            returned = self._given.returned_by(name)
            return bool(returned) and all(map(self._builds, returned))
        given = [v for v in self._given.values_of(name) if not _TYPE.fullmatch(v)]
        if not given or self._given.may_be_left_out(name):
            return self._is_excerpt and not given
        return all(map(self._builds, given))

    def _builds(self, value: str) -> bool:
        """Tell whether each branch of an expression builds a client, or names one that is built."""
        return all(map(self._builds_one, branches_of(value)))

    def _builds_one(self, value: str) -> bool:
        if is_ours(value) or _BUILDS.match(value):
            return True
        if part := _PART.match(value):
            return self._is_seen(part["client"])
        name = _NAMED.fullmatch(value)
        if name is None or name["last"][:1].isupper():
            return False
        if name["called"] and not self._given.defines(name["last"]):
            return False
        return self._is_seen(name["last"])

    def _roots(self) -> Iterator[str]:
        """Yield the names of the clients that requests go through."""
        for match in _ROOT.matches(_IMPORTS.taken_from(self._text)):
            if match["name"] == "OpenAI" and match[0].partition("OpenAI")[2][1:2].isupper():
                # A namespace of types: `OpenAI.Chat.Completions.ChatCompletionTool`.
                continue
            if match["name"] != ")":
                yield match["name"]
                continue
            called = chain_before(match.string, match.start("name"))
            # What builds a client right there needs no further look.
            if called and not _BUILDS.match(f"{called}("):
                yield re.split(r"\W+", called)[-1]

    def _has_plain_client_beside(self) -> bool:
        """Tell whether one of several clients has no address: it goes elsewhere."""
        built = [value_at(self._text, match.start()) for match in clients(self._text)]
        named = [is_ours(c) or any(base_urls(c)) or bool(any(put_in(c))) for c in built]
        return any(named) and not all(named)

    def _is_configured(self, client: re.Match[str]) -> bool:
        """Tell whether the options that a client is built with are in the text, and known."""
        options = inside(self._text, client.end())
        return all(map(self._is_written, put_in(options))) and are_known(options, self._is_ours)

    def _is_written(self, name: str) -> bool:
        values = self._given.values_of(name)
        return bool(values) and all(holds_known(value, self._is_ours) for value in values)

    def _is_known(self, callee: str) -> bool:
        """Tell whether a function is one of an SDK, and not of the rest of the program."""
        if not callee or self._is_excerpt or not re.fullmatch(r"\w+", callee):
            return True
        if not callee[:1].isupper() and callee.lower() not in WORDS["chat-calls"].words:
            return self._given.defines(callee)
        return re.search(_OWN.format(callee), self._text) is None


def _keeps_the_host(function: str) -> bool:
    return function[:1].isupper() or {*words_of(function)} <= _KEEPS


def _is_client(name: str) -> bool:
    return {*words_of(name)[-1:]} <= SHOWING["clients"].words - {"completions", "threads", "beta"}
