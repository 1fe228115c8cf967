"""Checks a JSON schema by the rules of Moonshot's own dialect, in the words of its validator.

Only what a public report or the validator's source shows refused is refused here; `title`,
`format` and limits such as `minimum` are undocumented but accepted.
Sources: facts/kimi.md section 3.5; https://github.com/MoonshotAI/walle;
https://github.com/MoonshotAI/kimi-cli/issues/2061;
https://github.com/can1357/oh-my-pi/issues/5952; https://github.com/vercel/ai/pull/18921.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string

__all__ = ["schema_faults"]

_TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_UNSUPPORTED: Final = ("oneOf", "const")
_LOCAL: Final = "#/$defs/"
_MAX_DEPTH: Final = 32


def schema_faults(schema: object, *unsupported: str) -> Iterator[str]:
    """Yield the validator's messages about *schema*, in its order.

    Args:
        schema: A JSON schema.
        unsupported: Further keywords to refuse at the root.
    """
    root = as_mapping(schema)
    if extra := [keyword for keyword in unsupported if keyword in root]:
        yield _at((), f"unsupported keywords: {', '.join(extra)}")
    yield from _faults(root, root, ())


def _faults(
    root: Mapping[str, object], schema: Mapping[str, object], path: tuple[str, ...]
) -> Iterator[str]:
    if len(path) > _MAX_DEPTH:
        return
    for check in (_keywords, _type, _reference, _any_of):
        yield from (_at(path, fault) for fault in check(root, schema))
    yield from _children(root, schema, path)


def _at(path: tuple[str, ...], fault: str) -> str:
    return f"<At path '{'.'.join(path) or 'root'}': {fault}>"


def _keywords(_root: Mapping[str, object], schema: Mapping[str, object]) -> Iterator[str]:
    if found := [keyword for keyword in _UNSUPPORTED if keyword in schema]:
        yield f"unsupported keywords: {', '.join(found)}"


def _type(_root: Mapping[str, object], schema: Mapping[str, object]) -> Iterator[str]:
    if "type" not in schema:
        return
    if "anyOf" in schema:
        yield "when using anyOf, type should be defined in anyOf items instead of the parent schema"
    if "$ref" in schema:
        yield (
            "when using $ref, type should be defined in the referenced schema instead of the "
            "parent schema"
        )
    kinds = as_list(schema["type"])
    if any(as_string(kind) not in _TYPES for kind in kinds or [schema["type"]]):
        yield "invalid type in type array" if kinds else "invalid type"


def _reference(root: Mapping[str, object], schema: Mapping[str, object]) -> Iterator[str]:
    if "$ref" not in schema:
        return
    target = as_string(schema["$ref"])
    if target == "#":
        return
    if not target.startswith(_LOCAL):
        yield f"references must start with {_LOCAL}"
        return
    named = as_mapping(root.get("$defs")).get(target.removeprefix(_LOCAL).partition("/")[0])
    if named is None:
        yield f"invalid $ref path: {target}"
    if both := [key for key in schema if key in as_mapping(named)]:
        yield f"conflicting keywords found after $ref expansion: {', '.join(both)}"


def _any_of(_root: Mapping[str, object], schema: Mapping[str, object]) -> Iterator[str]:
    if "anyOf" not in schema:
        return
    if not _is_array(schema["anyOf"]):
        yield "anyOf must be an array"
    branches = as_list(schema["anyOf"])
    if not all(map(_is_object, branches)):
        yield "schema in anyOf must be an object"
    inner = {key for branch in branches for key in as_mapping(branch)} | {"default"}
    outer = [key for key in schema if key not in {"anyOf", "description", "title", "type"}]
    if both := [key for key in outer if key in inner]:
        yield f"conflicting keywords found in anyOf with parent: {', '.join(both)}"


def _children(
    root: Mapping[str, object], schema: Mapping[str, object], path: tuple[str, ...]
) -> Iterator[str]:
    for group, kind in (("$defs", "$defs"), ("properties", "property")):
        for name, child in as_mapping(schema.get(group)).items():
            if not _is_object(child):
                yield _at((*path, group), f"{kind} schema for '{name}' must be an object")
            yield from _faults(root, as_mapping(child), (*path, group, name))
    if "items" in schema:
        if not _is_object(schema["items"]):
            yield _at((*path, "items"), "items must be an object")
        yield from _faults(root, as_mapping(schema["items"]), (*path, "items"))
    extra = as_mapping(schema.get("additionalProperties"))
    yield from _faults(root, extra, (*path, "additionalProperties"))
    for index, branch in enumerate(as_list(schema.get("anyOf"))):
        yield from _faults(root, as_mapping(branch), (*path, f"anyOf{{{index}}}"))


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_array(value: object) -> bool:
    return isinstance(value, list)
