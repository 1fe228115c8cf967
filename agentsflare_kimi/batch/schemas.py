"""Requests answers in a JSON schema, validates them, and repairs them once if wanted."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.errors import BatchError
from agentsflare_kimi.reading.content import assistant_message, extract_content

__all__ = ["SchemaCheck", "load_schema"]

_CODE: Final = "schema_mismatch"
_MOST_PROBLEMS: Final = 5
_LONGEST: Final = 300
_LONGEST_NUMBER: Final = 40
_ENDLESS: Final = "its references never end for this value"


def load_schema(path: Path) -> dict[str, object]:
    """Read a JSON schema.

    Raises:
        BatchError: The file holds no JSON schema.
        OSError: The file cannot be read.
    """
    try:
        schema: object = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BatchError(f"{path}: not JSON: {error}") from error
    if not isinstance(schema, dict):
        raise BatchError(f"{path}: a JSON schema must be an object")
    return cast("dict[str, object]", schema)


class SchemaCheck:
    """Requests JSON that matches a schema for each row, and validates the answer.

    Args:
        schema: The JSON schema.
        is_repairing: Whether a row whose answer does not validate is asked once more, with the
            problems.

    Raises:
        BatchError: jsonschema is not installed, or the schema is invalid.
    """

    def __init__(self, schema: dict[str, object], *, is_repairing: bool = False) -> None:
        """Make a validator of *schema*."""
        try:
            jsonschema: Any = importlib.import_module("jsonschema")
        except ImportError as error:
            raise BatchError(
                "a schema needs jsonschema: pip install 'agentsflare-kimi[batch]'"
            ) from error
        if not isinstance(schema.get("$schema", ""), str):
            raise BatchError("not a valid schema: `$schema` is not text")
        kind: Any = jsonschema.validators.validator_for(schema)
        try:
            kind.check_schema(schema)
        except jsonschema.SchemaError as error:
            raise BatchError(f"not a valid schema: {error.message}") from error
        except RecursionError as error:
            raise BatchError("not a valid schema: nested too deeply") from error
        referencing: Any = importlib.import_module("referencing")
        jsonschema_kinds: Any = importlib.import_module("referencing.jsonschema")
        # An empty registry: a schema is never fetched over the network.
        registry = referencing.Registry()
        resource = referencing.Resource.from_contents(
            schema, default_specification=jsonschema_kinds.DRAFT202012
        )
        _refuse_dead_references(resource, registry.resolver_with_root(resource))
        self._schema = schema
        self._validator: Any = kind(schema, registry=registry)
        self._is_repairing = is_repairing
        if self._problems(None) == [_ENDLESS]:
            raise BatchError(f"not a valid schema: {_ENDLESS}")

    def prepare(self, body: dict[str, object]) -> None:
        """Request JSON that matches the schema, unless the row sets a `response_format` itself.

        Args:
            body: The request; changed in place.
        """
        form = {"name": "answer", "schema": self._schema, "strict": True}
        body.setdefault("response_format", {"type": "json_schema", "json_schema": form})

    def judge(self, record: Record, sent: Mapping[str, object]) -> Mapping[str, object] | None:
        """Add the parsed answer to *record*, or an error.

        Args:
            record: The record of an answer; changed in place. Its `response` is kept, so the text
                is not lost.
            sent: The request that was answered.

        Returns:
            The request for a repair, if one is worthwhile.
        """
        body = record["response"]["body"] if record["response"] is not None else None
        text = extract_content(body)
        try:
            value: object = json.loads(text, parse_constant=_refuse_constant, parse_float=_float)
        except RecursionError:
            problems = ["not JSON: nested too deeply"]
        except ValueError as error:
            problems = [f"not JSON: {error}"]
        else:
            problems = self._problems(value)
            if not problems:
                record["parsed"] = value
                return None
        record["error"] = {"code": _CODE, "message": "; ".join(problems), "type": "BatchError"}
        verdict = record["filter"] or {}
        if not self._is_repairing or not text or verdict.get("is_filtered"):
            return None
        return _repair(sent, body, problems)

    def _problems(self, value: object) -> list[str]:
        found: list[str] = []
        try:
            for problem in self._validator.iter_errors(value):
                found.append(f"{problem.json_path}: {problem.message}"[:_LONGEST])
                if len(found) == _MOST_PROBLEMS:
                    break
        except RecursionError:
            return [_ENDLESS]
        return found


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not one of its numbers")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:_LONGEST_NUMBER]} is too large")
    return value


def _refuse_dead_references(resource: Any, resolver: Any) -> None:  # noqa: ANN401  # of referencing, which may be missing
    """Refuse a `$ref` that cannot be resolved, before any answer is paid for."""
    contents: object = resource.contents
    fields = cast("dict[str, object]", contents) if isinstance(contents, dict) else {}
    reference = fields.get("$ref")
    if isinstance(reference, str):
        exceptions: Any = importlib.import_module("referencing.exceptions")
        try:
            resolver.lookup(reference)
        except exceptions.Unresolvable as error:
            raise BatchError(
                f"the schema refers to {reference!r}, which it lacks; put it into `$defs`"
            ) from error
    for part in resource.subresources():
        _refuse_dead_references(part, resolver.in_subresource(part))


def _repair(
    sent: Mapping[str, object], answer: object, problems: list[str]
) -> Mapping[str, object]:
    wrong = "\n".join(f"- {problem}" for problem in problems)
    ask = (
        f"Your answer does not fit the JSON schema:\n{wrong}\nAnswer again, with nothing but JSON."
    )
    messages = cast("list[object]", sent["messages"])
    history = [*messages, assistant_message(answer), {"role": "user", "content": ask}]
    return {**sent, "messages": history}
