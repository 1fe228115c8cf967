"""What the site shows is run, and what the package exports is on it."""

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import agentsflare_kimi
from agentsflare_kimi import errors
from agentsflare_kimi.cli import COMMANDS
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.lint.rules import RULES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"])
sys.path.insert(0, str(ROOT / "docs"))


def blocks(page, language):
    """Return the blocks of one language, whose text starts where it does in the file."""
    text = page.read_text("utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return ["\n" * text[: each.start(1)].count("\n") + each[1] for each in found]


# Engines of half a gigabyte, which are run by the examples that show them.
NOT_INSTALLED_HERE = ("import daft",)


def programs(page):
    return [
        block
        for block in blocks(page, "python")
        if "def test_" not in block and not any(name in block for name in NOT_INSTALLED_HERE)
    ]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if programs(page)], ids=lambda page: page.stem
)
def test_every_program_runs(page, monkeypatch, capsys):
    namespace = {"__name__": "__main__"}
    with Emulator() as emulator, warnings.catch_warnings():
        warnings.simplefilter("default")  # pages may show warnings, and filters of their own
        monkeypatch.setenv("AGENTSFLARE_API_KEY", "k")
        monkeypatch.setenv("AGENTSFLARE_BASE_URL", emulator.base_url)
        for program in programs(page):
            exec(compile(program, str(page), "exec"), namespace)  # noqa: S102

    assert emulator.base_url not in capsys.readouterr().err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_that_is_shown_exists(page):
    shown = re.findall(
        r"(?:^\$ |`)(agentsflare-kimi(?: [a-z]+)?)\b", page.read_text("utf-8"), re.MULTILINE
    )
    help_text = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    for command in {line.partition(" ")[2] for line in shown} - {""}:
        assert re.search(rf"^  {command} ", help_text, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_shown(command):
    shown = "\n".join(page.read_text("utf-8") for page in PAGES)

    assert re.search(rf"agentsflare-kimi {command}\b", shown), f"no page shows {command}"


def test_every_exported_name_is_in_the_reference(tmp_path):
    import generate_pages  # noqa: PLC0415  # it stands beside the pages

    generate_pages.write_pages(tmp_path)
    reference = (tmp_path / "reference" / "index.md").read_text("utf-8")

    missing = [
        name
        for name in agentsflare_kimi.__all__
        if f":: agentsflare_kimi.{name}\n" not in reference
    ]
    assert missing == []


def test_every_setting_error_and_rule_is_on_a_page(tmp_path):
    import generate_pages  # noqa: PLC0415  # it stands beside the pages

    generate_pages.write_pages(tmp_path)
    settings, exceptions = (
        (tmp_path / "generated" / f"{name}.md").read_text("utf-8")
        for name in ("settings", "exceptions")
    )

    named = [
        f"`AGENTSFLARE_{field.upper()}`" for field in agentsflare_kimi.KimiSettings.model_fields
    ]
    assert [name for name in named if name not in settings] == []
    raised = [name for name in errors.__all__ if name[0].isupper()]
    assert [name for name in raised if f"`{name}` (" not in exceptions] == []
    assert [rule.code for rule in RULES if not (tmp_path / f"rules/{rule.code}.md").exists()] == []


def test_the_list_for_language_models_has_the_pages_in_their_order(tmp_path):
    import generate_pages  # noqa: PLC0415  # it stands beside the pages

    generate_pages.write_pages(tmp_path)
    listed = (tmp_path / "generated" / "llms.txt").read_text("utf-8")
    pages = re.findall(rf"\({generate_pages.SITE}([\w-]+)/\)", listed)

    assert pages[:3] == ["start", "replace-openai", "migration"]
    assert {page.stem for page in PAGES} - {"index", "CONTRIBUTING", "rules"} <= {*pages}


def test_every_page_is_in_the_index_of_the_site():
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    listed = set(re.findall(r"^([\w/-]+)$", index, re.MULTILINE))

    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index", "rules"}
    assert pages <= listed


@pytest.mark.skipif(shutil.which("git") is None, reason="git lists the files")
def test_links_to_files_of_the_repository_are_alive():
    shown = "\n".join(page.read_text("utf-8") for page in [*PAGES, ROOT / "README.md"])
    paths = re.findall(
        r"https://github\.com/agentsflare/agentsflare-kimi/(?:blob|tree)/main/([\w./-]+)", shown
    )

    assert [path for path in paths if not (ROOT / path).exists()] == []
