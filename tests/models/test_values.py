"""What the linter loads in place of dataclasses behaves like them."""

import copy
import dataclasses
import inspect
import json
import pickle
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agentsflare_kimi.lint import Finding
from agentsflare_kimi.lint.config import LintConfig
from agentsflare_kimi.lint.findings import Edit, Fix, FixResult, LintReport
from agentsflare_kimi.models.values import Value, fields_of, replace


class Point(Value):
    """A point."""

    x: int
    y: int
    label: str = ""


class Far(Point):
    z: int = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A point."""

    x: int
    y: int
    label: str = ""


numbers = st.integers()
points = st.builds(
    lambda x, y, label: {"x": x, "y": y, "label": label}, numbers, numbers, st.text()
)
PUBLIC = [
    Finding, Fix, Edit, FixResult, LintReport, LintConfig
]  # fmt: skip


@given(points, points)
def test_values_are_compared_hashed_and_shown_as_dataclasses_are(one, other):
    assert (Point(**one) == Point(**other)) == (Twin(**one) == Twin(**other))
    assert hash(Point(**one)) == hash(Twin(**one))
    assert repr(Point(**one)) == repr(Twin(**one)).replace("Twin", "Point")
    assert Point(**one) != Twin(**one)


@given(points, numbers)
def test_copies_are_equal_and_replacing_leaves_the_original_alone(fields, x):
    point = Point(**fields)

    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert replace(point, x=x) == Point(**{**fields, "x": x}) == dataclasses.replace(point, x=x)
    assert point == Point(**fields)


def test_nothing_can_be_assigned_added_or_deleted():
    point = Point(x=1, y=2)

    for name in ("x", "label", "new"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(point, name, 5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    assert not hasattr(point, "__dict__")
    assert point == Point(x=1, y=2)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"x": 1}, "Point lacks y"),
        ({}, "Point lacks x, y"),
        ({"x": 1, "y": 2, "w": 3}, "Point has no field w"),
        ({"x": 1, "w": 3}, "Point lacks y and has no field w"),
    ],
)
def test_a_wrong_field_is_named(fields, told):
    with pytest.raises(TypeError) as caught:
        Point(**fields)
    assert str(caught.value) == told


def test_fields_are_given_by_name_only():
    with pytest.raises(TypeError):
        Point(1, 2)


def test_a_value_can_be_extended():
    assert fields_of(Far) == ("x", "y", "label", "z")
    assert repr(Far(x=1, y=2)) == "Far(x=1, y=2, label='', z=9)"
    assert Far(x=1, y=2) != Point(x=1, y=2)
    assert not hasattr(Far(x=1, y=2), "__dict__")


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_everything_of_the_standard_library_takes_a_value_for_a_dataclass(kind):
    assert dataclasses.is_dataclass(kind)
    assert tuple(field.name for field in dataclasses.fields(kind)) == fields_of(kind)
    assert tuple(inspect.signature(kind).parameters) == fields_of(kind)
    assert typing.get_type_hints(kind).keys() == set(fields_of(kind))
    assert kind.__doc__


def test_defaults_are_told_by_the_signature():
    parameters = inspect.signature(Point).parameters

    assert parameters["label"].default == ""
    assert parameters["x"].default is inspect.Parameter.empty


def test_the_linters_settings_travel_between_processes():
    config = LintConfig(select=("AFK1",), per_file_ignores={"tests/*": ("AFK001",)})

    for each in (LintConfig(), config):
        assert pickle.loads(pickle.dumps(each)) == copy.deepcopy(each) == each
        assert hash(each) == hash(copy.deepcopy(each))
    assert dataclasses.asdict(config)["per_file_ignores"] == {"tests/*": ("AFK001",)}
    assert json.loads(TypeAdapter(LintConfig).dump_json(config))["select"] == ["AFK1"]
