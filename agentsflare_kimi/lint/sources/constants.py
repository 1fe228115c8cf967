"""Requests whose model is a constant: `MODEL = "..."`, and `model=MODEL` further down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.bodies import Body, read_body
from agentsflare_kimi.lint.sources.regions import STRING, Source

__all__ = ["find_uses"]

# Names that are spelt as constants: by convention no parameter and no second value hides them.
_NAME: Final = r"(?<![\w.$])(?P<name>[A-Z_][A-Z0-9_]*)\b"
# `model=MODEL`, `"model": MODEL`; of a string there is nothing left here.
_USE: Final = re.compile(rf"(?:\bmodel|{STRING})\s*[=:]\s*{_NAME}(?=\s*[,)}}\r\n])")
_ASSIGNMENT: Final = re.compile(
    rf"{_NAME}(?:\s*:[^=\n]{{0,80}})?\s*=(?![=>])"
    rf"(?P<plain>[\s(]*{STRING}+[\s)]*(?:as\s+const)?[ \t]*(?:;|$))?",
    re.MULTILINE,
)


class _Constants(NamedTuple):
    """What each is given: whether a plain string; and where each is the model of a request."""

    values: Mapping[str, Sequence[bool]]
    uses: Mapping[str, Sequence[tuple[int, int]]]


def find_uses(source: Source, name: str, model: str, language: str) -> Sequence[Body]:
    """Find the requests whose model is a constant.

    Args:
        source: A program.
        name: The constant.
        model: What it is.
        language: The program's language.

    Returns:
        The requests or the parts of them that are in sight; none where the constant may have
        another value.
    """
    constants = _constants(source)
    if constants.values.get(name) != [True]:
        return ()
    spans = constants.uses.get(name, ())
    bodies = (read_body(source, span, model, language) for span in spans)
    return tuple(body for body in bodies if body)


# One pass for all of them, since a file may have many.
@lru_cache(maxsize=1)
def _constants(source: Source) -> _Constants:
    uses: dict[str, list[tuple[int, int]]] = {}
    for match in _USE.finditer(source.masked):
        uses.setdefault(match["name"], []).append(match.span("name"))
    values: dict[str, list[bool]] = {}
    for match in _ASSIGNMENT.finditer(source.masked):
        values.setdefault(match["name"], []).append(match["plain"] is not None)
    return _Constants(values, uses)
