"""AFK205: OpenAI's key used for the gateway."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.urls import GATEWAY
from agentsflare_kimi.lint.sources.calls import ClientCall, find_client_calls, resolve
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.keys import is_api_key
from agentsflare_kimi.lint.sources.regions import STRING, Source
from agentsflare_kimi.lint.sources.shell import ShellDocument
from agentsflare_kimi.lint.sources.tree import Part, Tree, is_word

__all__ = ["RULE"]

_VARIABLE: Final = "OPENAI_API_KEY"
_HOST: Final = "agentsflare.com"
_USE: Final = re.compile(rf"(?<!\w){_VARIABLE}(?!\w)")
_RISK: Final = "AGENTSFLARE_API_KEY must be set where the program runs"
_MESSAGE: Final = "the gateway gets the key for OpenAI; use a variable of its own"
_COMMAND_END: Final = re.compile(r"(?<!\\)\n|[;&|]")
_FURTHEST: Final = 2000
_ITSELF: Final = frozenset({"self", "this", "$this"})
# A file with more than so many is no program.
_MOST: Final = 100
# What they hold is read by a program that is not in sight.
_DATA: Final = frozenset({"json", "toml", "terraform"})


def _check(reading: Reading) -> Iterator[Problem]:
    document = reading.document
    if not isinstance(document, CodeDocument) or document.language in _DATA:
        return
    if GATEWAY not in document.text:
        return
    is_sent = _is_in_command if isinstance(document, ShellDocument) else _is_sent
    for use in islice(_USE.finditer(document.text), _MOST):
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
    """Whether the name stands for what is in the variable: as code, `"..."` or `$...`."""
    region = document.source.region_at(start)
    if region is None or (region.inner_start, region.inner_end) == (start, end):
        return True
    is_text = region.kind in {"comment", "prose"}
    return not is_text and document.text[max(0, start - 2) : start].endswith(("$", "${"))


def _is_in_command(document: CodeDocument, position: int) -> bool:
    text = document.text
    first = max(0, position - _FURTHEST)
    start = max((m.end() for m in _COMMAND_END.finditer(text, first, position)), default=first)
    end = _COMMAND_END.search(text, position, position + _FURTHEST)
    return _HOST in text[start : end.start() if end else position + _FURTHEST]


def _is_sent(document: CodeDocument, position: int) -> bool:
    """Whether the statement, or one that uses what it sets, speaks of the gateway, too."""
    statement = document.tree.statement_at(position)
    if _speaks_of_gateway(document, statement, position):
        return True
    name = _set_by(document, statement)
    if not name or not _is_set_once(document, name):
        return False
    return any(
        _speaks_of_gateway(document, document.tree.statement_at(use), use)
        for use in _places_of(document, name)
        if not statement.start <= use < statement.end
    )


def _set_by(document: CodeDocument, statement: Part) -> str:
    """Name what a statement sets: a variable, or an object whose key is set."""
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
    """Whether two places are in two objects side by side: one says nothing of the other."""
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


@lru_cache(maxsize=1)
def _gateway_places(document: CodeDocument) -> Sequence[int]:
    """Where a program names the gateway's URL, or a variable that is set to it."""
    places = [match.start() for match in re.finditer(re.escape(_HOST), document.text)]
    for place in places[:_MOST]:
        statement = document.tree.statement_at(place)
        name = _set_by(document, statement)
        tokens = document.tree.tokens(statement)
        is_alone = [token.text for token in tokens if token.text != "("][-1:] == [STRING]
        if name and is_alone and _is_set_once(document, name):
            places += _places_of(document, name)
    return sorted(places)


def _problem(start: int, end: int) -> Problem:
    edit = Edit(start=start, end=end, replacement="AGENTSFLARE_API_KEY")
    fix = Fix(edits=(edit,), is_safe=False, reason=_RISK)
    return Problem(message=f"{_MESSAGE}, AGENTSFLARE_API_KEY", start=start, end=end, fix=fix)


def _implicit(call: ClientCall) -> Problem:
    return Problem(
        message=f"without an `api_key` this reads {_VARIABLE}: {_MESSAGE} (AGENTSFLARE_API_KEY)",
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
)
