"""`NamedTuple` makes what `typing.NamedTuple` makes; the linter loads no `typing`."""

from __future__ import annotations

import builtins
import inspect
import pickle
import subprocess
import sys
import typing

import pytest

from agentsflare_kimi.fast_typing import NamedTuple


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


def run(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("module", ["lint.check", "models.migration"])
def test_named_tuple_is_used_by_all_that_the_linter_loads(module):
    done = run(
        "import typing; made = []; typing._make_nmtuple = lambda *a, **k: made.append(a) or 1/0\n"
        f"import agentsflare_kimi.{module}"
    )
    assert done.returncode == 0, done.stderr


FOUND = {
    "ask.py": 'client.chat.completions.create(model="kimi-k2-thinking", messages=messages)\n',
    "ask.ts": "await client.chat.completions.create({ model: 'kimi-k2-thinking', messages });\n",
    "ask.yaml": "model: kimi-k2-thinking\n",
    "ask.json": '{"model": "kimi-k2-thinking", "messages": []}\n',
}


@pytest.mark.parametrize("name", FOUND)
def test_linter_reports_a_finding_without_loading_typing(name, tmp_path):
    (tmp_path / name).write_text(FOUND[name])
    done = run(
        "import sys; from agentsflare_kimi.cli import main; code = main(sys.argv[1:])\n"
        "print(code, 'typing' in sys.modules)",
        "lint",
        str(tmp_path / name),
    )
    assert done.stdout.splitlines()[-1] == "1 False", done.stderr


def test_linter_checks_the_models_of_an_overlay_without_typing(tmp_path):
    (tmp_path / "ask.py").write_text(FOUND["ask.py"].replace("k2-thinking", "k9"))
    overlay = tmp_path / "models.toml"
    overlay.write_text(
        'format = 2\n[[models]]\nid = "kimi-k9"\nstatus = "deprecated"\nfamily = "plain"\n'
        'successor = "kimi-k2.6"\n'
    )
    done = run(
        "import os, sys; os.environ['AGENTSFLARE_MODELS_FILE'] = sys.argv.pop()\n"
        "from agentsflare_kimi.cli import main; main(sys.argv[1:])",
        "lint",
        str(tmp_path / "ask.py"),
        str(overlay),
    )
    assert "`kimi-k9` is deprecated" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "imported",
    [
        "agentsflare_kimi import KimiModel as Public",
        "agentsflare_kimi import Migration as Public",
        "agentsflare_kimi import Notice as Public",
        "agentsflare_kimi.lint import Finding as Public",
        "agentsflare_kimi.lint import LintConfig as Public",
    ],
)
def test_users_can_resolve_the_annotations_of_public_types(imported):
    done = run(
        f"from {imported}; import typing; hints = typing.get_type_hints(Public)\n"
        "print([str(hint) for hint in hints.values()])"
    )
    assert "'str[" not in done.stdout
    assert done.returncode == 0, done.stderr


def test_status_of_a_model_has_its_values():
    done = run("from agentsflare_kimi import ModelStatus; print(ModelStatus.__args__)")
    assert "'retired'" in done.stdout
