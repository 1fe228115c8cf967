"""What api.md promises of the values of this room: frozen, built by keyword, compared, pickled."""

import copy
import pickle

import pytest

from agentsflare_kimi import ABSENT, Change, Migration, Notice, get_model, plan_migration

CHANGE = Change(parameter="n", before=3, after=ABSENT, reason="pinned", is_lossy=True)
NOTICE = Notice(kind="unknown", message="unknown model 'x'", model="x", suggestions=("y",))
VALUES = [
    get_model("kimi-k2.6"),
    CHANGE,
    NOTICE,
    Migration(
        request={"model": "x"},
        model_before="x",
        model_after="x",
        changes=(CHANGE,),
        notices=(NOTICE,),
    ),
    plan_migration({"model": "kimi-k2-thinking", "messages": []}),
]
each_value = pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)


@each_value
def test_a_value_is_rebuilt_from_its_fields_by_keyword(value):
    kind = type(value)
    fields = {name: getattr(value, name) for name in kind.__annotations__}

    assert kind(**fields) == value
    assert kind(**fields) is not value


@each_value
def test_copies_and_pickles_are_equal(value):
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


@each_value
def test_no_field_can_be_changed_or_added(value):
    for name in (*type(value).__annotations__, "new"):
        with pytest.raises(AttributeError):
            setattr(value, name, None)


@each_value
def test_the_repr_names_every_field(value):
    shown = repr(value)

    assert shown.startswith(f"{type(value).__name__}(")
    assert all(f"{name}=" in shown for name in type(value).__annotations__)


def test_values_differ_where_a_field_does():
    assert CHANGE._replace(before=4) != CHANGE
    assert NOTICE._replace(is_refusal=True) != NOTICE
    assert hash(get_model("kimi-k2.6")) != hash(get_model("kimi-k2.5"))
