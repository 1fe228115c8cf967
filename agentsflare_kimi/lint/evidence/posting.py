"""Tells whether a call sends a request to a chat API over HTTP, by its method and its URL."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.calling import posts
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.targets import content_at
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from agentsflare_kimi.lint.sources.tree import Part, Tree

__all__ = ["CHAT_PATHS", "is_posted", "may_be_chat_url"]

CHAT_PATHS: Final = ("completions", "/responses")
"""What the URLs of a chat API hold."""

_STRING: Final = lazy(r"\"[^\"$]*\"|'[^'$]*'")
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
        outer = tree.tokens(tree.part_at(opener))
        index = tree.index_of(outer, opener)
        opener = next(
            token.start
            for name, token in pairwise(outer[:index])
            if token.text == "(" and name.text.lower() == "post"
        )
    parts = tree.parts_of(opener)
    place = 0
    if at == "named":
        # The method is an argument: `request("POST", url, body)`.
        place = _method_in(tree, opener) + 1
    if place >= len(parts):
        return False
    if names[-1].lower() == "fetch" and _text(tree, parts[place]).startswith("/"):
        # The page's own server, whose models may be named otherwise.
        return False
    return _is_handle(names) or _is_chat_url(tree, parts[place])


@kept_with_first
def _method_in(tree: Tree, opener: int) -> int:
    """Return which argument of a call is the method POST; their number if none is."""
    parts = tree.parts_of(opener)
    tree.source.visits += len(parts)
    return next((p.nth for p in parts if _text(tree, p).upper() == "POST"), len(parts))


def may_be_chat_url(expression: str) -> bool:
    """Tell whether an expression may be the URL of a chat API."""
    if any(map(expression.__contains__, CHAT_PATHS)):
        return True
    if "://" in expression or "{" in expression[:1] or '"/' in expression or "'/" in expression:
        return False
    names = _WORD.findall(_STRING.sub("", expression))
    words = {word for name in names for word in words_of(name)}
    return bool(words) and words <= SHOWING["url-words"].words


def _is_handle(names: tuple[str, ...]) -> bool:
    """Tell whether a call takes a handle, whose URL was given to it before."""
    return names[-1] == "curl_setopt"


def _is_chat_url(tree: Tree, part: Part) -> bool:
    """Tell whether an argument is the URL of a chat API, or a variable that may hold one."""
    tokens = tree.tokens(part)
    texts = [content_at(tree, token.start) for token in tokens if token.text == STRING]
    if any(path in text for text in texts for path in CHAT_PATHS):
        return True
    if any("/" in text for text in texts) or not tokens:
        return False
    words = {word for token in tokens if is_word(token.text) for word in words_of(token.text)}
    return bool(words) and words <= SHOWING["url-words"].words


def _text(tree: Tree, part: Part) -> str:
    return content_at(tree, part.start)
