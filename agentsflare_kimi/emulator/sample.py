"""Makes a small instance of a JSON schema, for JSON mode and for arguments of tools."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string

__all__ = ["sample"]

_FORMATS: Final[Mapping[str, str]] = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "duration": "PT1S",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "00:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_MAX_DEPTH: Final = 24
# A schema that requires itself has no instance; this bounds the search.
_MAX_STEPS: Final = 5_000


def sample(schema: object, name: str = "text") -> object:
    """Make the smallest instance that *schema* allows; the same one every time.

    Strings carry the name of their property, so that a reader sees where they belong.
    `pattern` and `not` are not solved.

    Args:
        schema: A JSON schema; `$ref` into its own `#/$defs` is followed.
        name: What a bare string holds.
    """
    return _Sampler(as_mapping(schema)).make(schema, name, 0)


class _Sampler:
    def __init__(self, root: Mapping[str, object]) -> None:
        self._root = root
        self._steps = 0

    def make(self, schema: object, name: str, depth: int) -> object:
        rules = self._resolve(as_mapping(schema), depth)
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            return None
        for key in ("const", "default"):
            if key in rules:
                return rules[key]
        if choices := as_list(rules.get("enum")):
            return choices[0]
        if options := as_list(rules.get("anyOf")) or as_list(rules.get("oneOf")):
            return self.make(self._shallowest(options, depth), name, depth + 1)
        return self._make_typed(rules, name, depth)

    def _make_typed(self, rules: Mapping[str, object], name: str, depth: int) -> object:
        match _type_of(rules):
            case "object":
                return self._make_object(rules, depth)
            case "array":
                return self._make_array(rules, name, depth)
            case "integer" | "number" as kind:
                return _number(rules, is_integer=kind == "integer")
            case "boolean" | "null" as kind:
                return False if kind == "boolean" else None
            case _:
                return _string(rules, name)

    def _make_object(self, rules: Mapping[str, object], depth: int) -> dict[str, object]:
        properties = as_mapping(rules.get("properties"))
        required = as_list(rules["required"]) if "required" in rules else tuple(properties)
        names = map(as_string, required)
        return {key: self.make(properties.get(key), key, depth + 1) for key in names}

    def _make_array(self, rules: Mapping[str, object], name: str, depth: int) -> list[object]:
        heads = [self.make(item, name, depth + 1) for item in as_list(rules.get("prefixItems"))]
        wanted = rules.get("minItems", 0)
        missing = min(_MAX_STEPS, max(0, wanted - len(heads))) if isinstance(wanted, int) else 0
        return heads + [self._make_item(rules, name, depth, i) for i in range(missing)]

    def _make_item(self, rules: Mapping[str, object], name: str, depth: int, index: int) -> object:
        unique = rules.get("uniqueItems") is True
        item = self.make(rules.get("items"), f"{name}{index}" if unique else name, depth + 1)
        return item + index if unique and isinstance(item, int | float) else item

    def _resolve(self, rules: Mapping[str, object], depth: int) -> Mapping[str, object]:
        self._steps += 1
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            return {}
        if reference := as_string(rules.get("$ref")):
            beside = {key: value for key, value in rules.items() if key != "$ref"}
            return self._resolve(self._look_up(reference) | beside, depth + 1)
        return self._merge_all_of(rules, depth)

    def _look_up(self, reference: str) -> dict[str, object]:
        found: Mapping[str, object] = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            found = as_mapping(found.get(step.replace("~1", "/").replace("~0", "~")))
        return dict(found)

    def _merge_all_of(self, rules: Mapping[str, object], depth: int) -> Mapping[str, object]:
        merged = {key: value for key, value in rules.items() if key != "allOf"}
        for part in as_list(rules.get("allOf")):
            for key, value in self._resolve(as_mapping(part), depth + 1).items():
                merged[key] = _combine(key, merged.get(key), value)
        return merged

    def _shallowest(self, options: object, depth: int) -> object:
        # A recursive type ends at the option that does not recurse, most often null.
        resolved = [self._resolve(as_mapping(option), depth) for option in as_list(options)]
        simple = [rules for rules in resolved if _type_of(rules) not in {"object", "array"}]
        return simple[0] if simple and depth else resolved[0]


def _combine(key: str, before: object, after: object) -> object:
    if key == "properties":
        return {**as_mapping(before), **as_mapping(after)}
    if key == "required":
        return [*as_list(before), *as_list(after)]
    return after


def _type_of(rules: Mapping[str, object]) -> str:
    kind = rules.get("type")
    if isinstance(kind, str):
        return kind
    if kinds := [as_string(item) for item in as_list(kind)]:
        return kinds[0]
    implied = {"properties": "object", "items": "array", "minimum": "number", "maximum": "number"}
    return next((value for key, value in implied.items() if key in rules), "string")


def _number(rules: Mapping[str, object], *, is_integer: bool) -> float:
    step = 1 if is_integer else 0.5
    low = _limit(rules, "minimum", "exclusiveMinimum", step)
    high = _limit(rules, "maximum", "exclusiveMaximum", -step)
    value = 0 if low is None or low <= 0 <= (0 if high is None else high) else low
    if low is not None and low > value:
        value = low
    if high is not None and high < value:
        value = high if low is None else max(low, high)
    multiple = rules.get("multipleOf")
    if isinstance(multiple, int | float) and multiple:
        value = math.ceil(value / multiple) * multiple
    return math.ceil(value) if is_integer else value


def _limit(
    rules: Mapping[str, object], inclusive: str, exclusive: str, step: float
) -> float | None:
    if isinstance(value := rules.get(exclusive), int | float):
        return value + step
    return value if isinstance(value := rules.get(inclusive), int | float) else None


def _string(rules: Mapping[str, object], name: str) -> str:
    text = _FORMATS.get(as_string(rules.get("format")), name)
    shortest, longest = rules.get("minLength"), rules.get("maxLength")
    if isinstance(shortest, int):
        text = text.ljust(shortest, "x")
    return text[:longest] if isinstance(longest, int) else text
