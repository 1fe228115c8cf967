"""Instances of JSON schemas, checked by pydantic, which wrote the schemas."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from agentsflare_kimi.emulator.sample import sample


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Tree(BaseModel):
    name: str
    children: list[Tree] = Field(default_factory=list)
    parent: Tree | None


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    on: date
    colour: Colour
    state: Literal["open", "closed"]
    count: Annotated[int, Field(gt=2, le=9, multiple_of=4)]
    price: Annotated[float, Field(gt=0)]
    debt: Annotated[float, Field(lt=-3)]
    code: Annotated[str, Field(min_length=12, max_length=14)]
    tags: Annotated[list[str], Field(min_length=2)]
    unique: Annotated[set[int], Field(min_length=3)]
    pair: tuple[int, str]
    either: int | str
    note: str | None
    paid: bool


@pytest.mark.parametrize(
    "kind",
    [Order, Tree, list[int], dict[str, int], int | None, Literal["a"], tuple[str, bool], None],
)
def test_an_instance_is_valid(kind):
    adapter = TypeAdapter(kind)
    adapter.validate_python(sample(adapter.json_schema()), strict=False)


def test_an_instance_is_the_same_every_time_and_says_where_its_texts_belong():
    schema = Order.model_json_schema()
    assert sample(schema) == sample(schema)
    assert sample({"type": "object", "properties": {"city": {"type": "string"}}}) == {
        "city": "city"
    }


def test_parts_of_a_schema_are_joined():
    schema = {
        "allOf": [
            {"properties": {"a": {"const": 1}}, "required": ["a"]},
            {"$ref": "#/$defs/more~1parts"},
        ],
        "$defs": {"more/parts": {"properties": {"b": {"enum": [2, 3]}}, "required": ["b"]}},
    }
    assert sample(schema) == {"a": 1, "b": 2}


@given(low=st.integers(-50, 50), span=st.integers(0, 50), is_exclusive=st.booleans())
def test_numbers_keep_their_limits(low, span, is_exclusive):
    prefix = "exclusiveM" if is_exclusive else "m"
    high = low + span + 2 * is_exclusive
    schema = {"type": "integer", f"{prefix}inimum": low, f"{prefix}aximum": high}
    value = sample(schema)
    assert low + is_exclusive <= value <= high - is_exclusive


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "$ref", "anyOf", "allOf", "required", "a"]
            ),
            inner | st.sampled_from(["#", "#/properties/a", "object", "array", "integer"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"$ref": "#"}]},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"$ref": "#"},
        {"properties": {name: {"$ref": "#"} for name in "abc"}},
        {"type": "array", "minItems": 10**12},
    ],
)
def test_a_schema_without_an_instance_ends_all_the_same(schema):
    sample(schema)


@given(JSON)
def test_no_schema_breaks_it(schema):
    sample(schema)
