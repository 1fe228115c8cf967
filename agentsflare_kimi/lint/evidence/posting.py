"""Tells whether a call sends a request to a chat API over HTTP, by its method and its URL."""

from __future__ import annotations

from itertools import pairwise

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.calling import posts
from agentsflare_kimi.lint.evidence.chains import chain_before
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.targets import content_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.requests.bindings import Bindings
    from agentsflare_kimi.lint.sources.tree import Part, Tree

__all__ = ["CHAT_PATHS", "is_body_of_request", "is_posted", "is_posted_in_block", "may_be_chat_url"]

CHAT_PATHS: Final = ("completions", "/responses")
"""What the URLs of a chat API hold."""

_HAVE_URL: Final = frozenset({"post", "uri", "url", "newbuilder"})
# Attributes that hold a request's body, and the types of such requests.
_BODIES: Final = frozenset({"httpbody", "body", "content"})
_REQUESTS: Final = frozenset({"URLRequest", "HttpRequestMessage", "Post"})
_OWNER_AND_NAME: Final = 3
_LONGEST_METHOD: Final = len("MethodPost")
_STRING: Final = lazy(r"\"[^\"$]*\"|'[^'$]*'")
# What answers requests, and may make some of its own: `app.post("/chat", async () => ...)`; and the
# URL of such a request.
_FUNCTION: Final = lazy(
    r"=>|\b(?:function|func|lambda|def)\b|\breq(?:uest)?\.(?:url|originalUrl)\b"
)
_WORD: Final = lazy(r"[A-Za-z_$][\w$]*")


def is_posted(tree: Tree, names: tuple[str, ...], opener: int) -> bool:
    """Tell whether a call sends a chat request over HTTP.

    Args:
        tree: The program.
        names: The names of the call's chain.
        opener: Where the bracket around the body begins.
    """
    at = posts(names)
    if not at:
        return False
    if at == "before":
        opener = _opener_of_url(tree, opener)
    parts = tree.parts_of(opener) if opener >= 0 else ()
    place = 0
    if at == "named":
        # The method is an argument: `request("POST", url, body)`; `Request(url, data)` has none.
        place = _method_in(tree, opener) + 1
        place = 0 if place > len(parts) and names[-1] == "Request" else place
    if place >= len(parts):
        return False
    if names[-1].lower() == "fetch" and _text(tree, parts[place]).startswith("/"):
        # The page's own server, whose models may be named otherwise.
        return False
    url = tree.source.text[parts[place].start : parts[place].end]
    return _is_handle(names) or may_be_chat_url(url)


def is_posted_in_block(tree: Tree, names: tuple[str, ...], opener: int) -> bool:
    """Tell whether a call gives the body to a request around it: `post(url) { setBody(...) }`."""
    if len(names) != 1 or names[0].lower() not in SHOWING["bodies"].words:
        return False
    block = tree.part_at(opener).opener
    if block < 0 or tree.source.text[block] != "{":
        return False
    outer = tree.tokens(tree.part_at(block))
    before = tree.index_of(outer, block) - 1
    if before < 0 or outer[before].text != "(":
        return False
    around = chain_before(outer, before)
    return bool(around) and is_posted(tree, around, outer[before].start)


def _opener_of_url(tree: Tree, opener: int) -> int:
    """Return the bracket of the call before in a chain that has the URL; -1 if none has."""
    outer = tree.tokens(tree.part_at(opener))
    called = (
        token.start
        for name, token in pairwise(outer[: tree.index_of(outer, opener)])
        if token.text == "(" and name.text.lower() in _HAVE_URL
    )
    return next((at for at in called if tree.parts_of(at)), -1)


@kept_with_first
def _method_in(tree: Tree, opener: int) -> int:
    """Return which argument of a call is the method POST; their number if none is."""
    parts = tree.parts_of(opener)
    tree.source.visits += len(parts)
    return next((p.nth for p in parts if _is_method(tree, p)), len(parts))


def _is_method(tree: Tree, part: Part) -> bool:
    """Tell whether an argument is the method POST: `"POST"`, `http.MethodPost`."""
    end = tree.source.text[max(part.start, part.end - _LONGEST_METHOD) : part.end]
    return end == "MethodPost" or _text(tree, part).upper() == "POST"


def may_be_chat_url(expression: str) -> bool:
    """Tell whether an expression may be the URL of a chat API."""
    if _FUNCTION.search(expression):
        return False
    if any(map(expression.__contains__, CHAT_PATHS)):
        return True
    if "://" in expression or "{" in expression[:1] or '"/' in expression or "'/" in expression:
        return False
    names = _WORD.findall(_STRING.sub("", expression))
    words = {word for name in names for word in words_of(name)}
    return bool(words) and words <= SHOWING["url-words"].words


def is_body_of_request(tree: Tree, target: Sequence[str]) -> bool:
    """Tell whether what is assigned is the body of a request: `request.httpBody = ...`.

    Args:
        tree: The program.
        target: The words and signs before the sign of assignment.
    """
    if len(target) != _OWNER_AND_NAME or target[-1].lower() not in _BODIES:
        return False
    from agentsflare_kimi.lint.requests.bindings import bindings_of  # noqa: PLC0415  # few need it

    bindings = bindings_of(tree)
    for part in map(tree.part_at, bindings.places_of(target[0])):
        texts = {token.text for token in tree.tokens(part)}
        if "=" in texts and not _REQUESTS.isdisjoint(texts):
            made = tree.source.text[part.start : part.end]
            given = [tree.part_at(at) for at in _places_of_words(bindings, made)]
            texts = {made, *(tree.source.text[part.start : part.end] for part in given)}
            return any(path in text for text in texts for path in CHAT_PATHS)
    return False


def _places_of_words(bindings: Bindings, text: str) -> Iterator[int]:
    """Yield the first place of each variable in a text, where it may be given its value."""
    for word in {*_WORD.findall(text)}:
        yield from bindings.places_of(word)[:1]


def _is_handle(names: tuple[str, ...]) -> bool:
    """Tell whether a call takes a handle, whose URL was given to it before."""
    return names[-1] in {"curl_setopt", "curl_setopt_array"}


def _text(tree: Tree, part: Part) -> str:
    return content_at(tree, part.start)
