"""What docs/linter.md shows is true."""

import importlib.util
import re
from pathlib import Path

import pytest

from agentsflare_kimi.lint import LintConfig, lint_text
from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.files.settings_files import settings_for
from agentsflare_kimi.lint.reporters import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "linter.md").read_text("utf-8")
SETTINGS = re.findall(r"^\| `([a-z-]+)` \| `(.*?)` \|", PAGE, flags=re.MULTILINE)


def test_the_tables_of_evidence_are_what_the_linter_goes_by():
    path = Path(__file__).parents[2] / "docs" / "make_evidence_table.py"
    spec = importlib.util.spec_from_file_location("make_evidence_table", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert script.with_tables(PAGE) == PAGE, "run `make generate`"
    assert all(evidence.what in PAGE for evidence in EVIDENCE.values())


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_table_has_every_setting_and_its_default():
    named = {name.replace("-", "_"): default for name, default in SETTINGS}
    shown = {"()": "[]", "{}": "{}", "True": "true", "False": "false", "None": "none"}

    assert named.keys() == set(LintConfig._fields) - {"today"}
    for name, default in named.items():
        value = str(getattr(LintConfig(), name))
        assert shown.get(value, value) == default


def test_the_settings_shown_are_accepted(tmp_path):
    (tmp_path / "pyproject.toml").write_text(blocks("toml")[0])

    config = settings_for(str(tmp_path / "a.py"), {}).config

    assert config.select == ("AFK0", "AFK1")
    assert config.max_file_size == 2_000_000


def test_the_comments_shown_silence():
    silenced = lint_text(blocks("python")[0], "a.py")

    assert {finding.code for finding in silenced} <= {"AFK903"}  # the day may be past


def test_the_program_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    exec(compile(blocks("python")[1], "linter.md", "exec"), {})  # noqa: S102

    assert "AFK001" in capsys.readouterr().out


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_named(name):
    assert f"`{name}`" in PAGE
