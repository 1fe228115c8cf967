"""Our `NamedTuple` makes what `typing.NamedTuple` makes, without compiling annotations."""

from __future__ import annotations

import builtins
import inspect
import pickle
import subprocess
import sys
import typing

import pytest

from agentsflare_kimi.named_tuple import NamedTuple


class Place(NamedTuple):
    """A place.

    Attributes:
        line: Its line.
        column: Its column.
    """

    line: int
    column: int | None = None

    @property
    def is_first(self) -> bool:
        """Whether it is on the first line."""
        return self.line == 1

    def moved(self, lines: int) -> Place:
        """Return the place some lines below."""
        return self._replace(line=self.line + lines)

    @classmethod
    def start(cls) -> Place:
        """Return the first place."""
        return cls(1, 1)


class Original(typing.NamedTuple):
    line: int
    column: int | None


def test_has_fields_defaults_and_a_signature():
    assert Place._fields == Original._fields == Place.__match_args__
    assert Place._field_defaults == {"column": None}
    assert list(inspect.signature(Place).parameters) == ["line", "column"]
    assert typing.get_type_hints(Place) == {"line": int, "column": int | None}
    with pytest.raises(TypeError, match="line"):
        Place()  # pyright: ignore[reportCallIssue]


def test_is_a_tuple_with_names():
    place = Place(3, column=4)
    assert isinstance(place, tuple)
    assert place == (3, 4) == (place.line, place.column)
    assert repr(place) == "Place(line=3, column=4)"
    assert Place.__mro__ == (Place, tuple, object)
    assert not hasattr(place, "__dict__")
    with pytest.raises(AttributeError):
        place.line = 5  # pyright: ignore[reportAttributeAccessIssue]


def test_keeps_methods_docstring_and_module():
    assert Place(1).is_first
    assert Place(1).moved(2) == Place(3)
    assert Place.start() == (1, 1)
    assert str(Place.__doc__).startswith("A place.")
    assert Place.__module__ == __name__


def test_makes_and_changes_copies_as_the_original_does():
    place = Place._make([3, 4])
    assert type(place) is Place
    assert place._replace(column=5) == Place(3, 5)
    assert place._asdict() == {"line": 3, "column": 4}
    with pytest.raises(TypeError, match="2 fields, not 1"):
        Place._make([3])
    with pytest.raises(TypeError, match="row"):
        place._replace(row=5)  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match="positional"):
        Place(1, 2, 3)  # pyright: ignore[reportCallIssue]


def test_can_be_pickled():
    assert pickle.loads(pickle.dumps(Place(3, 4))) == Place(3, 4)


def test_compiles_no_annotation_and_one_constructor_for_each_number_of_fields(monkeypatch):
    compiled = []
    for name in ("compile", "eval"):
        original = getattr(builtins, name)
        monkeypatch.setattr(
            builtins,
            name,
            lambda *args, original=original, **kw: compiled.append(args) or original(*args, **kw),
        )

    class Other(NamedTuple):
        one: int
        two: Unknown  # noqa: F821  # never looked up

    assert Other(1, 2) == (1, 2)
    assert compiled == []


@pytest.mark.parametrize("module", ["lint.check", "models.migration"])
def test_is_used_by_all_that_the_linter_loads(module):
    code = (
        "import typing; made = []; typing._make_nmtuple = lambda *a, **k: made.append(a) or 1/0\n"
        f"import agentsflare_kimi.{module}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
