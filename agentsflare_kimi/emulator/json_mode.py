"""Finds the JSON object that a prompt describes, for frameworks that ask for JSON in words.

instructor's JSON modes write a JSON schema into the prompt; DSPy's JSON adapter writes an
object with placeholders for the fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from agentsflare_kimi.emulator.sample import sample
from agentsflare_kimi.reading.lenient import (
    as_list,
    as_mapping,
    as_string,
    json_value,
    message_text,
)

__all__ = ["described_object", "wants_code_block"]

_MAX_ATTEMPTS: Final = 2_000
_SCHEMA_KEYS: Final = frozenset({"$defs", "$ref", "anyOf", "properties"})
# DSPy's placeholder for a field: its name in braces, then what its value must be.
_PLACEHOLDER: Final = re.compile(r"\{(?P<name>[^{}]+)\}\s*(?P<rule>.*)", re.DOTALL)
_SINGLE: Final = re.compile(r"must be a single (int|float|bool) value")
_ONE_OF: Final = re.compile(r"one of: ([^;]+)")
_SCHEMA: Final = re.compile(r"JSON schema: (\{.*\})", re.DOTALL)
_VALUES: Final[Mapping[str, object]] = {"int": 0, "float": 0.0, "bool": False}
_CODE_BLOCK: Final = re.compile(r"within a ```json code ?block", re.IGNORECASE)


def described_object(body: Mapping[str, object]) -> object:
    """Make an instance of the object that the prompt describes; None if it describes none.

    Args:
        body: A chat-completions body. The last description in its messages counts.
    """
    made: object = None
    for message in as_list(body.get("messages")):
        for found in _objects(message_text(message)):
            if _SCHEMA_KEYS & found.keys() or found.get("type") == "object":
                made = sample(found)
            elif found and all(
                _PLACEHOLDER.fullmatch(as_string(value)) for value in found.values()
            ):
                made = {name: _fill(as_string(value)) for name, value in found.items()}
    return made


def wants_code_block(body: Mapping[str, object]) -> bool:
    """Tell whether the prompt asks for JSON in a fenced code block."""
    return any(
        _CODE_BLOCK.search(message_text(message)) for message in as_list(body.get("messages"))
    )


def _objects(text: str) -> Iterator[Mapping[str, object]]:
    decoder, start = json.JSONDecoder(), text.find("{")
    for _ in range(_MAX_ATTEMPTS):
        if start < 0:
            return
        try:
            found, end = cast("tuple[object, int]", decoder.raw_decode(text, start))
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield as_mapping(found)
        start = text.find("{", end)


def _fill(placeholder: str) -> object:
    found = _PLACEHOLDER.fullmatch(placeholder)
    name, rule = (found["name"], found["rule"]) if found else (placeholder, "")
    if single := _SINGLE.search(rule):
        return _VALUES[single[1]]
    if choices := _ONE_OF.search(rule):
        return choices[1].strip()
    if schema := _SCHEMA.search(rule):
        return sample(json_value(schema[1]), name)
    return name
