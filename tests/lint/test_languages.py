"""Each language is one data file; what derives from them is up to date."""

import runpy
from pathlib import Path

import pytest

import agentsflare_kimi
from agentsflare_kimi.lint.languages import index, language_of, load, tagged
from agentsflare_kimi.lint.sources import read

ROOT = Path(agentsflare_kimi.__file__).parent / "lint" / "languages"
NAMES = sorted(
    path.stem
    for path in ROOT.glob("*.py")
    if path.stem not in {"__init__", "base", "forms", "handlers", "index", "jsx"}
)


def test_the_index_is_what_the_data_files_say():
    script = runpy.run_path(str(ROOT.parents[2] / ".ci" / "make_language_index.py"))
    rows = {}
    exec(compile(script["page"](), "index", "exec"), rows)  # noqa: S102  # our own
    for table in ("SUFFIXES", "FILENAMES", "TAGS", "INTERPRETERS"):
        assert rows[table] == getattr(index, table), "run `make generate`"


@pytest.mark.parametrize("name", NAMES)
def test_a_language_names_itself_and_is_read(name):
    language = load(name)

    assert language.name == name
    assert tagged(name) in {name, ""}
    assert read("kimi-k2-thinking", name).value_at(0, 16).text
    for suffix in language.suffixes.split():
        assert language_of(f"a.{suffix}", "x") == name or suffix in {
            "log",
            "csv",
            "tsv",
            "diff",
            "patch",
        }


@pytest.mark.parametrize(
    ("filename", "language"),
    [
        ("config.py.example", "python"),
        ("c.json.tmpl", "json"),
        ("env.example", "env"),
        (".env.local", "env"),
        ("a.blade.php", "page"),
        ("Jenkinsfile", "groovy"),
        ("a.service", "ini"),
        ("mystery", "plain"),
    ],
)
def test_a_file_that_others_are_made_from_is_in_their_language(filename, language):
    assert language_of(filename, "x") == language
