"""Finds the statements of a program that use the gateway, and so where a key goes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.requests.bodies import callee_of
from agentsflare_kimi.lint.requests.keys import is_api_key
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.tree import Part, Tree, is_word

if TYPE_CHECKING:
    from typing import Final

__all__ = ["HOST", "MOST", "goes_to_gateway", "goes_to_gateway_alone"]

HOST: Final = "agentsflare.com"
"""The gateway's domain."""

MOST: Final = 100
"""A file with more places than this is not a program."""

_ITSELF: Final = frozenset({"self", "this", "$this"})
_OURS: Final = frozenset({"Kimi", "AsyncKimi", "create_client", "create_async_client"})
# The gateway's URL is a default or a parameter, so that the host may be another one.
_DEFAULT_URL: Final = re.compile(
    r"(?:\?\?|\|\||\bor\b|\?:|:-)\s*[\"'`]?https?://[\w.-]*agentsflare\."
    r"|(?i:env|get\w*|fetch|Or)\w*\([^()\n]*,\s*[\"'`]https?://[\w.-]*agentsflare\."
    r"|\A\s*(?:async\s+)?(?:def|function|func|fun|fn)\b"
)
_URL: Final = re.compile(r"(?i)https?://|base_?ur[li]|endpoint")


def goes_to_gateway(document: CodeDocument, position: int) -> bool:
    """Tell whether the statement, or one that uses what it sets, mentions the gateway."""
    statement = document.tree.statement_at(position)
    if _speaks_of_gateway(document, statement, position):
        return True
    return any(
        _speaks_of_gateway(document, document.tree.statement_at(use), use)
        for use in _uses_of(document, statement)
    )


def goes_to_gateway_alone(document: CodeDocument, position: int) -> bool:
    """Tell whether a key at *position* goes only to the gateway.

    Args:
        document: A program.
        position: The offset of the key.

    Returns:
        Whether each statement that the key reaches builds a client for the gateway.
    """
    statement = document.tree.statement_at(position)
    if _asks_gateway(document, statement, position):
        return True
    uses = _uses_of(document, statement)
    return bool(uses) and all(
        _asks_gateway(document, document.tree.statement_at(use), use) for use in uses[:MOST]
    )


def _asks_gateway(document: CodeDocument, statement: Part, position: int) -> bool:
    """Tell whether the gateway is the only host that a statement mentions."""
    text = document.text[statement.start : statement.end]
    if _speaks_of_gateway(document, statement, position):
        return text.count("://") == text.count(HOST) and not _DEFAULT_URL.search(text)
    opener = document.tree.opener_around(position)
    callee = callee_of(document.tree, opener) if opener >= 0 else ""
    return callee.rpartition(".")[2] in _OURS and not _URL.search(text)


def _set_by(document: CodeDocument, statement: Part) -> str:
    """Return the name that a statement sets: a variable, or an object whose key is set."""
    tokens = document.tree.tokens(statement)
    place = next((i for i, token in enumerate(tokens) if token.text in {"=", ":="}), 0)
    names = [token.text for token in tokens[:place] if is_word(token.text)]
    annotation = next((i for i, token in enumerate(tokens[:place]) if token.text == ":"), 0)
    if annotation:
        return tokens[annotation - 1].text
    members = [i for i, token in enumerate(tokens[:place]) if token.text in {".", "->"}]
    if not members:
        return names[-1] if names else ""
    owner = tokens[members[0] - 1].text
    if owner in _ITSELF:
        return document.source.masked[tokens[members[0] - 1].start : tokens[members[0] + 1].end]
    return owner if is_api_key(names[-1]) else ""


def _uses_of(document: CodeDocument, statement: Part) -> Sequence[int]:
    """List where what a statement sets is used elsewhere; none if it is set more than once."""
    name = _set_by(document, statement)
    if not name or not _is_set_once(document, name):
        return ()
    places = _places_of(document, name)
    return [place for place in places if not statement.start <= place < statement.end]


def _places_of(document: CodeDocument, name: str) -> Sequence[int]:
    if name.isidentifier():
        return document.bindings.places_of(name)
    whole = rf"(?<![\w.]){re.escape(name)}(?!\w)"
    return [match.start() for match in re.finditer(whole, document.source.masked)]


def _is_set_once(document: CodeDocument, name: str) -> bool:
    tree = document.tree
    found = 0
    for place in _places_of(document, name):
        part = tree.part_at(place)
        tokens = tree.tokens(part)
        index = tree.index_of(tokens, place)
        is_argument = part.opener >= 0 and tree.source.text[part.opener] == "("
        following = [token.text for token in tokens[index + 1 : index + 2]]
        is_annotated = following == [":"] and any(token.text == "=" for token in tokens[index:])
        found += not is_argument and (following in (["="], [":="]) or is_annotated)
    return found <= 1


def _speaks_of_gateway(document: CodeDocument, statement: Part, position: int) -> bool:
    places = _gateway_places(document)
    first = bisect_left(places, statement.start)
    return any(
        not _are_apart(document.tree, place, position)
        for place in islice(places, first, None)
        if place < statement.end
    )


def _are_apart(tree: Tree, first: int, second: int) -> bool:
    """Tell whether two places are in separate sibling objects, and so unrelated."""
    here, there = _openers_around(tree, first), _openers_around(tree, second)
    ours = next((opener for opener in here if opener not in there), None)
    theirs = next((opener for opener in there if opener not in here), None)
    return all(each is not None and tree.source.text[each] == "{" for each in (ours, theirs))


def _openers_around(tree: Tree, offset: int) -> list[int]:
    openers: list[int] = []
    opener = tree.opener_around(offset)
    while opener >= 0:
        openers.append(opener)
        opener = tree.opener_around(opener)
    return openers[::-1]


@kept_with_first
def _gateway_places(document: CodeDocument) -> Sequence[int]:
    """List where a program names the gateway's URL, or a variable set to it."""
    places = [match.start() for match in re.finditer(re.escape(HOST), document.text)]
    for place in places[:MOST]:
        statement = document.tree.statement_at(place)
        name = _set_by(document, statement)
        tokens = document.tree.tokens(statement)
        is_alone = [token.text for token in tokens if token.text != "("][-1:] == [STRING]
        if name and is_alone and _is_set_once(document, name):
            places += _places_of(document, name)
    return sorted(places)
