from __future__ import annotations

import contextlib
import errno
import gc
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from waiting import LONGEST

from agentsflare_kimi import cli
from agentsflare_kimi.lint import LintConfig, lint_paths

ASK = """\
from openai import OpenAI

client = OpenAI()
client.chat.completions.create(
    model="kimi-k2-thinking",
    messages=[{"role": "user", "content": "Hello"}],
)
"""
CONSTANT = 'MODEL = "kimi-k2-turbo-preview"\n'
CATALOGUE = 'KNOWN = ["kimi-k2-thinking"]\n'
KEY = "sk-Zq8RtY3mVw5KpLx2NcB7"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def lint(tree, capsys):
    def run(*arguments):
        code = cli.main(["lint", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def codes(output):
    return [item["code"] for item in json.loads(output)]


def test_nothing_found_is_exit_code_0_and_silent_on_stdout(tree, lint):
    write(tree / "a.py", "x = 1\n")
    assert lint() == (0, "", "Nothing found in 1 file.\n")


def test_a_finding_is_exit_code_1_with_an_excerpt_and_a_caret(tree, lint):
    write(tree / "ask.py", ASK)
    code, out, err = lint()
    assert code == 1
    assert "AFK001 [*] `kimi-k2-thinking` was retired" in out
    assert ' --> ask.py:5:12\n  |\n5 |     model="kimi-k2-thinking",\n' in out
    assert "\n  |            ^^^^^^^^^^^^^^^^\n" in out
    assert "1 fixable with --fix." in err


def test_information_alone_does_not_fail(tree, lint):
    write(tree / "note.py", "# kimi-k2-thinking was here\n")
    assert lint()[0] == 0
    code, out, _ = lint("--select", "AFK001", "--json")
    assert (code, codes(out)) == (0, ["AFK001"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fixx"], "did you mean --fix?"),
        (["--select"], "--select needs a value"),
        (["--fix=yes"], "--fix takes no value"),
        (["--select", "AKF001"], "'AKF001' is neither a rule"),
        (["--ignore", "AFK8"], "there is no rule 'AFK8'"),
        (["--output-format", "xml"], "unknown output format 'xml'"),
        (["--output-format", "xml", "--show-files"], "unknown output format 'xml'"),
        (["--today", "soon"], "--today takes a date"),
        (["--per-file-ignores", "a.py"], "takes FILES:RULE such as *.md:AFK1, not 'a.py'"),
        (["--per-file-ignores", "a.py:AFK8"], "--per-file-ignores: there is no rule 'AFK8'"),
        (["--explain", "AFK999"], "there is no rule 'AFK999'"),
        (["--color", "blue"], "--color takes auto"),
        (["--today", ""], "--today needs a value, not ''"),
        (["--explain="], "--explain needs a value, not ''"),
        (["--select", " , "], "--select needs a value, not ' , '"),
        (["-", "a.py"], "stdin (-, --stdin-filename) is linted alone"),
        (["--stdin-filename", "a.py", "a.py"], "stdin (-, --stdin-filename) is linted alone"),
        (["--stdin-filename", "a.py", "--files-from", "-"], "is linted alone"),
        (
            ["--write-baseline", "-"],
            "--write-baseline, --watch and --interactive need files, not stdin",
        ),
        (["--watch", "--stdin-filename", "a.py"], "need files, not stdin"),
        (["--watch", "--files-from", "-"], "stdin can be read only once"),
        (["--files-from", "gone.txt"], "No such file"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2_before_anything_is_done(
    tree, lint, arguments, message
):
    path = write(tree / "ask.py", ASK)
    code, out, err = lint("--fix", *arguments)
    assert (code, out, path.read_text()) == (2, "", ASK)
    assert message in err
    assert err.count("\n") == 1


def test_a_path_that_is_not_there_is_exit_code_2_and_the_rest_is_linted(tree, lint):
    write(tree / "ask.py", ASK)
    code, out, err = lint("gone.py", "ask.py")
    assert code == 2
    assert "AFK001" in out
    assert "failed: gone.py: No such file or directory" in err


def test_help_names_every_option_once(lint):
    code, out, _ = lint("--help")
    assert code == 0
    for option in ("--fix ", "--diff ", "--select RULES", "--watch ", "--today DATE"):
        assert out.count(f"  {option}") == 1


def test_fix_changes_the_file_and_a_second_run_nothing(tree, lint):
    file = write(tree / "ask.py", ASK)
    code, out, err = lint("--fix")
    assert (code, out) == (0, "")
    assert "1 fixed." in err
    fixed = file.read_text(encoding="utf-8")
    assert 'model="kimi-k2.6"' in fixed
    assert lint("--fix")[0] == 0
    assert file.read_text(encoding="utf-8") == fixed


def test_hooks_can_ask_for_a_failure_after_a_fix(tree, lint):
    write(tree / "ask.py", ASK)
    assert lint("--fix", "--exit-non-zero-on-fix")[0] == 1
    assert lint("--fix", "--exit-non-zero-on-fix")[0] == 0


def test_exit_zero_never_fails_for_findings(tree, lint):
    write(tree / "ask.py", ASK)
    assert lint("--exit-zero")[0] == 0


def test_unsafe_fixes_are_asked_for_and_come_with_their_reason(tree, lint):
    file = write(tree / "conf.yaml", "model: kimi-k2-turbo-preview\n")
    code, out, err = lint()
    assert code == 1
    assert "help: fixed by `--fix --unsafe-fixes`, which needs a look: " in out
    assert "1 fixable with --fix --unsafe-fixes (reasons above)." in err
    assert "(--output-format full says why)" in lint("--output-format", "concise")[2]
    assert lint("--fix")[0] == 1
    assert file.read_text(encoding="utf-8") == "model: kimi-k2-turbo-preview\n"
    code, out, err = lint("--fix", "--unsafe-fixes", "--show-fixes")
    assert code == 0
    assert file.read_text(encoding="utf-8") == "model: kimi-k2.6\n"
    assert "+model: kimi-k2.6" in out
    assert "conf.yaml:1: AFK001: unsafe: " in err


def test_the_last_of_an_option_and_its_opposite_holds(tree, lint):
    file = write(tree / "ask.py", ASK)
    assert lint("--fix", "--no-fix")[0] == 1
    assert file.read_text() == ASK
    assert lint("--no-fix", "--fix")[0] == 0
    assert file.read_text() != ASK
    assert "did you mean" in lint("--no-select")[2]


def test_who_wants_no_unsafe_fixes_is_not_told_of_them(tree, lint):
    write(tree / "conf.yaml", "model: kimi-k2-turbo-preview\n")
    assert "--unsafe-fixes" in lint()[2]
    assert "--unsafe-fixes" not in lint("--no-unsafe-fixes")[2]


def test_diff_changes_nothing_names_the_rest_and_fails(tree, lint):
    file = write(tree / "ask.py", ASK)
    write(tree / "known.py", CATALOGUE)
    code, out, err = lint("--diff")
    assert code == 1
    assert out.startswith("--- ask.py\n+++ ask.py\n")
    assert '+    model="kimi-k2.6",\n' in out
    assert "known.py:1:11: AFK001" in err
    assert file.read_text(encoding="utf-8") == ASK


def test_diff_fails_where_there_is_only_what_it_cannot_fix(tree, lint):
    write(tree / "known.py", CATALOGUE)
    code, out, err = lint("--diff")
    assert (code, out) == (1, "")
    assert "known.py" in err


def test_a_diff_applies(tree, lint):
    file = write(tree / "ask.py", ASK)
    _, out, _ = lint("--diff", "--quiet")
    subprocess.run(["git", "apply", "-p0", "-"], input=out, text=True, check=True, cwd=tree)
    assert 'model="kimi-k2.6"' in file.read_text(encoding="utf-8")


def test_a_file_that_could_not_be_written_is_exit_code_2_and_is_as_it_was(tree, lint):
    file = write(tree / "ask.py", ASK)
    file.chmod(0o444)
    code, out, err = lint("--fix")
    assert code == 2
    assert "ask.py: not fixed: read-only" in err
    assert "AFK001" in out
    assert file.read_text(encoding="utf-8") == ASK


def test_an_untracked_file_is_fixed_only_when_named(tree, lint):
    file = write(tree / "ask.py", ASK)
    subprocess.run(["git", "init", "-q"], check=True, cwd=tree)
    code, _, err = lint("--fix")
    assert code == 1
    assert "ask.py: not fixed: not tracked by git" in err
    assert lint("--fix", "ask.py")[0] == 0
    assert "kimi-k2.6" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("with_git", [True, False])
def test_no_way_of_listing_makes_fixes_reach_what_no_commit_could_bring_back(
    tree, lint, monkeypatch, with_git
):
    write(tree / "ask.py", ASK)
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "ask.py"], check=True)
    write(tree / "untracked.py", ASK)
    write(tree / "out/ignored.py", ASK)
    write(tree / ".gitignore", "out/\n")
    if not with_git:
        monkeypatch.setenv("PATH", "")
    _, _, err = lint("--fix", "--no-respect-gitignore", ".")
    assert err.count("name it to fix it") == (2 if with_git else 3)
    lint("--fix", "out")
    unfixed = {path.name for path in tree.rglob("*.py") if path.read_text(encoding="utf-8") == ASK}
    assert unfixed == {"untracked.py", "ignored.py", *([] if with_git else ["ask.py"])}


def test_fixing_keeps_every_other_byte(tree, lint):
    content = b"\xef\xbb\xbf" + ASK.replace("\n", "\r\n").encode() + b"# \xff\xfe odd\r\nno end"
    (tree / "ask.py").write_bytes(content)
    lint("--fix")
    fixed = (tree / "ask.py").read_bytes()
    assert fixed != content
    assert fixed.startswith(b"\xef\xbb\xbf")
    assert fixed.endswith(b"# \xff\xfe odd\r\nno end")
    assert fixed.count(b"\r\n") == fixed.count(b"\n")


def test_other_hard_links_are_mentioned(tree, lint, tmp_path_factory):
    file = write(tree / "ask.py", ASK)
    other = tmp_path_factory.mktemp("other") / "ask.py"
    other.hardlink_to(file)
    assert "ask.py: fixed; its other hard links keep the old text" in lint("--fix")[2]
    assert other.read_text(encoding="utf-8") == ASK


def test_a_key_is_never_shown(tree, lint):
    text = f'client = OpenAI(api_key="{KEY}", base_url="https://api.agentsflare.com/v1")\n'
    write(tree / "ask.py", "from openai import OpenAI\n\n" + text + ASK)
    write(tree / ".env", f"AGENTSFLARE_API_KEY={KEY}\nMODEL=kimi-k2-thinking\n")
    shown = [
        lint("--output-format", name, "--select", "AFK")
        for name in ("full", "json", "sarif", "rdjson", "gitlab", "junit", "github", "azure")
    ]
    shown += [lint("--diff", "--unsafe-fixes"), lint("--fix", "--unsafe-fixes", "--show-fixes")]
    for _, out, err in shown:
        for start in range(len(KEY) - 8):
            assert KEY[start : start + 8] not in out + err
    assert "AFK203" in shown[0][1]


def test_selection_by_prefix_and_by_file(tree, lint):
    write(tree / "ask.py", ASK)
    write(tree / "tests" / "ask.py", ASK)
    assert lint("--select", "AFK2")[0] == 0
    assert lint("--ignore", "AFK00")[0] == 0
    assert lint("--ignore", "AFK", "--extend-select", "AFK001")[0] == 1
    write(tree / "agentsflare-kimi.toml", '[per-file-ignores]\n"tests/" = ["AFK001"]\n')
    assert [item["filename"] for item in json.loads(lint("--json")[1])] == ["ask.py"]


def test_rules_can_be_ignored_in_some_files(tree, lint):
    write(tree / "gen" / "ask.py", ASK)
    write(tree / "ask.py", ASK)
    write(tree / "agentsflare-kimi.toml", "[lint.per-file-ignores]\n'/ask.py' = ['AFK001']\n")
    assert [item["filename"] for item in json.loads(lint("--json")[1])] == ["gen/ask.py"]
    some = ("--per-file-ignores", "gen/:AFK001,*.md:AFK1")
    assert lint(*some)[0] == lint(*some, "gen/ask.py")[0] == 0
    assert lint("--per-file-ignores", "gen/:AFK1")[0] == 1
    lint("--write-baseline")
    assert "prune" not in lint(*some)[2]


def test_exclusions_do_not_hold_for_named_files_unless_forced(tree, lint):
    write(tree / "gen" / "ask.py", ASK)
    assert lint("--exclude", "gen/")[0] == lint("--extend-exclude", "gen/")[0] == 0
    assert lint("--exclude", "gen/", "gen/ask.py")[0] == 1
    assert lint("--exclude", "gen/", "--force-exclude", "gen/ask.py")[0] == 0


@pytest.mark.parametrize(
    "spelling", ["gen", "./gen", "./gen/", "./gen/ask.py", "{}/gen", "{}/gen/*.py", "../{}/gen"]
)
def test_an_exclusion_may_be_spelt_as_a_path(tree, lint, spelling):
    write(tree / "gen/ask.py", ASK)
    write(tree / "src/gen/ask.py", ASK)
    pattern = spelling.format(tree.name if ".." in spelling else tree)
    _, out, _ = lint("--exclude", pattern, "--output-format", "concise")
    assert "\ngen/ask.py" not in f"\n{out}"
    assert ("src/gen/ask.py" in out) == (spelling != "gen")


@pytest.mark.parametrize("settings", ['select = ["AFK001"]', "unknown = 1"])
@pytest.mark.parametrize("as_option", [True, False])
def test_the_settings_of_an_excluded_directory_are_not_asked(tree, lint, settings, as_option):
    write(tree / "gen/deep/ask.py", ASK)
    write(tree / "gen/agentsflare-kimi.toml", settings)
    write(tree / "agentsflare-kimi.toml", "" if as_option else 'exclude = ["gen/"]')
    assert lint(*(["--exclude", "gen"] if as_option else []))[0] == 0
    assert lint("gen")[0] > 0


def test_the_nearest_settings_win(tree, lint):
    write(tree / "pyproject.toml", '[tool.agentsflare-kimi.lint]\nignore = ["AFK001"]\n')
    write(tree / "a" / "ask.py", ASK)
    write(tree / "b" / "agentsflare-kimi.toml", "[lint]\n")
    write(tree / "b" / "ask.py", ASK)
    assert [item["filename"] for item in json.loads(lint("--json")[1])] == ["b/ask.py"]
    write(tree / "b" / "pyproject.toml", "[project]\nname = 'x'  # uses agentsflare-kimi\n")
    (tree / "b" / "agentsflare-kimi.toml").unlink()
    assert lint("--json")[1] == "[]\n"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("selct = ['AFK']", "unknown setting 'selct'; there are: exclude"),
        ("select = 'AFK'", "select: must be a list of strings, not 'AFK'"),
        ("select = ['F401']", "'F401' is neither a rule"),
        ("select = ['AFK999']", "select: there is no rule 'AFK999'"),
        ("ignore = ['AFK001']\n[lint]\nexclude = ['a.py']", "'ignore' is outside of [lint]"),
        ("max-file-size = 0", "max-file-size: must be a number"),
        ("per-file-ignores = ['x']", "per-file-ignores: must be a table"),
        ("force-exclude = 1", "force-exclude: must be true or false"),
        ("select = [", "cannot be read"),
        ("select = " + "[" * 100_000, "cannot be read"),
    ],
)
@pytest.mark.parametrize("text", ["x = 1\n", ASK])
def test_wrong_settings_are_one_line_and_exit_code_2(tree, lint, settings, message, text):
    write(tree / "agentsflare-kimi.toml", settings)
    write(tree / "a.py", text)
    code, out, err = lint()
    assert (code, out) == (2, "")
    assert message in err
    assert "agentsflare-kimi.toml" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "settings", ["[tool]\nagentsflare-kimi = 5", "[tool.agentsflare-kimi]\nlint = 5"]
)
def test_settings_that_are_no_table_are_refused(tree, lint, settings):
    write(tree / "pyproject.toml", settings)
    code, _, err = lint()
    assert (code, "must be a table, not 5" in err) == (2, True)


def test_wrong_settings_further_down_are_reported_for_their_files(tree, lint):
    write(tree / "deep" / "agentsflare-kimi.toml", "selct = []")
    write(tree / "deep" / "ask.py", ASK)
    write(tree / "ask.py", ASK)
    code, out, err = lint()
    assert code == 2
    assert "unknown setting 'selct'" in err
    assert "--> ask.py" in out


def test_what_breaks_on_a_day(tree, lint):
    write(tree / "ask.py", ASK)
    assert lint("--today", "2026-01-01")[1].count("AFK001") == 0
    assert lint("--today", "2026-12-31")[1].count("AFK001") == 1
    assert lint_paths(["."], LintConfig(today=date(2026, 1, 1))).findings == ()


def test_a_baseline_takes_what_is_known_and_shows_what_is_new(tree, lint):
    file = write(tree / "known.py", CATALOGUE)
    code, _, err = lint("--write-baseline")
    assert code == 0
    assert "1 findings are known" in err
    code, _, err = lint()
    assert (code, err) == (0, "Nothing new found.\n1 finding hidden by the baseline.\n")
    write(file, "\n\n" + CATALOGUE)
    assert lint()[0] == 0
    write(file, CATALOGUE + 'MORE = ["kimi-k2-thinking"]\n')
    code, out, _ = lint("--output-format", "concise")
    assert (code, out.count("AFK001")) == (1, 2)


def test_a_baseline_that_has_too_much_says_so_and_is_pruned(tree, lint):
    write(tree / "known.py", CATALOGUE)
    write(tree / "other" / "known.py", CATALOGUE)
    lint("--write-baseline")
    write(tree / "known.py", "x = 1\n")
    code, _, err = lint(".")
    assert code == 0
    assert "baseline: known.py: AFK001: 0 left of 1; prune it with --write-baseline" in err
    assert "prune" not in lint("other")[2]
    lint("--write-baseline", "known.py")
    known = json.loads((tree / "agentsflare-kimi-baseline.json").read_text(encoding="utf-8"))
    assert known == {"version": 1, "files": {"other/known.py": {"AFK001": 1}}}


@pytest.mark.parametrize("arguments", [(), ("--fix",), ("--write-baseline", "--fix")])
def test_a_damaged_baseline_is_refused_before_anything_is_changed(tree, lint, arguments):
    file = write(tree / "ask.py", ASK)
    baseline = write(tree / "agentsflare-kimi-baseline.json", "{}")
    code, _, err = lint(*arguments, "ask.py")
    assert code == 2
    assert "is not a baseline" in err
    assert (file.read_text(), baseline.read_text()) == (ASK, "{}")


def test_a_pipe_with_the_baselines_name_does_not_hold_up_the_run(tree, lint):
    write(tree / "ask.py", ASK)
    os.mkfifo(tree / "agentsflare-kimi-baseline.json")
    assert lint("ask.py")[0] == 1
    code, _, err = lint("--write-baseline", "ask.py")
    assert (code, "not written: not a regular file" in err) == (2, True)


@pytest.mark.parametrize("less", [("--select", "AFK002"), ("--today", "2026-01-01")])
def test_a_run_that_looks_at_less_leaves_the_baseline(tree, lint, less):
    write(tree / "known.py", CATALOGUE)
    lint("--write-baseline")
    assert "prune" not in lint(*less, ".")[2]
    assert "pruned" not in lint(*less, "--write-baseline", ".")[2]
    assert lint()[0] == 0


def test_a_diff_is_no_baseline(tree, lint):
    write(tree / "ask.py", ASK)
    code, _, err = lint("--write-baseline", "--diff")
    assert code == 2
    assert "cannot be used with --diff" in err


def test_a_file_that_is_reached_twice_is_reported_once(tree, lint):
    write(tree / "sub" / "known.py", CATALOGUE)
    lint("--write-baseline")
    assert lint(".", "sub", "./sub/known.py", "sub/known.py")[0] == 0
    (tree / "agentsflare-kimi-baseline.json").unlink()
    assert len(json.loads(lint(".", "sub", "sub/known.py", "--json")[1])) == 1
    assert len(lint_paths(["sub/known.py", "./sub/known.py"]).findings) == 1


@pytest.mark.parametrize(
    "text", ['{"version": 1, "files": {"a.py": {"AFK001": 1e999}}}', "[" * 100_000]
)
def test_an_absurd_baseline_is_refused(tree, lint, text):
    write(tree / "agentsflare-kimi-baseline.json", text)
    code, _, err = lint()
    assert code == 2
    assert "is not a baseline" in err


def test_a_full_disk_leaves_no_half_a_baseline(tree, lint, monkeypatch):
    def fail(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    write(tree / "known.py", CATALOGUE)
    monkeypatch.setattr(os, "fsync", fail)
    code, _, err = lint("--write-baseline")
    assert code == 2
    assert "agentsflare-kimi-baseline.json: not written: No space left on device" in err
    assert [path.name for path in tree.iterdir()] == ["known.py"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize(
    ("command", "output"),
    [
        (". >/dev/full", ""),
        (". 2>/dev/full", "AFK001"),
        ("gone.py 2>/dev/full", ""),
        ("--fixx 2>/dev/full", ""),
    ],
)
def test_a_full_disk_under_the_output_is_exit_code_2(tree, command, output):
    write(tree / "ask.py", ASK)
    line = f'"$0" -m agentsflare_kimi lint {command}'
    run = subprocess.run(
        ["sh", "-c", line, sys.executable],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "Traceback" in run.stderr) == (2, False)
    assert run.stdout[:6] == output


@pytest.mark.parametrize(
    ("command", "closed", "message"),
    [
        (". >&-", 2, "stdout is closed"),
        ("--fix - >&-", 2, "stdout is closed"),
        ("- <&-", 2, "stdin is closed"),
        ("--files-from - <&-", 2, "stdin is closed"),
        (". 2>&-", 1, ""),
    ],
)
def test_a_closed_stream_is_told_without_a_traceback(tree, command, closed, message):
    write(tree / "ask.py", ASK)
    line = f'exec "$0" -m agentsflare_kimi lint {command}'
    run = subprocess.run(
        ["sh", "-c", line, sys.executable],
        cwd=tree,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "Traceback" in run.stdout + run.stderr) == (closed, False)
    assert message in run.stderr
    assert "fixable with" not in run.stdout


def test_statistics_count_for_each_rule(tree, lint):
    write(tree / "known.py", CATALOGUE * 2)
    code, out, _ = lint("--statistics")
    assert (code, out) == (1, "     2 AFK001 retired-model\n")
    assert json.loads(lint("--statistics", "--json")[1]) == [{"code": "AFK001", "count": 2}]


def test_a_list_of_models_is_recognised(tree, lint):
    write(tree / "known.py", CATALOGUE * 11)
    assert "known.py has 11 findings: if it is a list of models" in lint()[2]


def test_the_longest_lists_of_models_are_named_and_the_others_counted(tree, lint):
    for number in range(11, 16):
        write(tree / f"known{number}.py", CATALOGUE * number)

    *_, first, second, third, rest = lint()[2].splitlines()

    assert first.startswith("known15.py has 15 findings: if it is a list of models")
    assert [line.split()[0] for line in (second, third)] == ["known14.py", "known13.py"]
    assert rest == "and 2 more files."


def test_rules_are_explained(lint):
    code, out, _ = lint("--explain", "AFK001")
    assert code == 0
    assert out.startswith("# retired-model (AFK001)")
    assert "## Fix safety" in out
    everything = json.loads(lint("--explain", "ALL", "--json")[1])
    assert {rule["code"] for rule in everything} >= {"AFK001", "AFK205", "AFK901"}


def test_files_and_settings_are_shown(tree, lint):
    write(tree / "b.py", "")
    write(tree / "a" / "c.py", "")
    write(tree / "gen" / "d.py", "")
    write(tree / ".ignore", "b.py\n")
    write(tree / "pyproject.toml", '[tool.agentsflare-kimi.lint]\nexclude = ["gen/"]\n')
    assert lint("--show-files")[1] == ".ignore\na/c.py\npyproject.toml\n"
    out = lint("--show-settings", "--select", "AFK1")[1]
    assert f"# .: {tree}/pyproject.toml\n" in out
    assert 'select = ["AFK1"]\n' in out
    assert 'exclude = ["gen/"]\n' in out


@pytest.mark.parametrize("separator", ["\n", "\0", "\r\n"])
def test_paths_from_a_file(tree, lint, separator):
    write(tree / "a b.py", ASK)
    write(tree / "c.py", ASK)
    write(tree / "other.py", ASK)
    (tree / "names").write_bytes(separator.join(["a b.py", "c.py", ""]).encode())
    out = lint("--files-from", "names", "--json")[1]
    assert [item["filename"] for item in json.loads(out)] == ["a b.py", "c.py"]


def test_no_paths_from_a_file_are_no_paths(tree, lint):
    write(tree / "ask.py", ASK)
    write(tree / "names", "")
    assert lint("--files-from", "names")[0] == 0


class Stdin:
    def __init__(self, content):
        self.buffer = io.BytesIO(content)


def test_stdin_is_linted_under_its_name(tree, lint, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Stdin(ASK.encode()))
    code, out, _ = lint("--stdin-filename", "src/ask.py", "--output-format", "concise")
    assert code == 1
    assert out.startswith("src/ask.py:5:12: AFK001")


def test_stdin_is_fixed_to_stdout():
    # Its name is another one: a whole call is not safe to change where its own name stays.
    catalogue = CATALOGUE.replace("kimi-k2-thinking", "kimi-k2-0905-preview")
    run = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "lint", "--fix", "-", "--stdin-filename=a.py"],
        input=ASK.replace("\n", "\r\n").encode() + catalogue.encode(),
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1
    assert b'model="kimi-k2.6",\r\n' in run.stdout
    assert b"a.py:9:11" in run.stderr


def test_colours_are_for_terminals_unless_asked_for(tree, lint, monkeypatch):
    write(tree / "ask.py", ASK)
    assert "\x1b[" not in lint()[1]
    assert "\x1b[1;31mAFK001\x1b[0m" in lint("--color", "always")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in lint()[1]
    assert "\x1b[" not in lint("--json")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in lint()[1]


def test_foreign_text_cannot_command_the_terminal(tree, lint):
    write(tree / "a\x1b[2J.py", 'x = "\x1b]0;owned\x07"; MODEL = "kimi-k2-thinking"\n')
    for arguments in ([], ["--diff", "--unsafe-fixes"], ["--output-format", "grouped"]):
        _, out, err = lint(*arguments)
        assert "\x1b" not in out + err
        assert "\x07" not in out + err
    assert "a\\x1b[2J.py" in lint()[1]


@pytest.fixture
def watching(tree):
    write(tree / "ask.py", "x = 1\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "agentsflare_kimi", "lint", "--watch"],
        cwd=tree,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr.readline().startswith("Nothing found")
        assert "Watching" in process.stderr.readline()
        time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=LONGEST)
        process.kill()
        process.communicate()
    assert process.returncode == 130


def test_watching_checks_again_when_a_file_changes(tree, watching):
    write(tree / "ask.py", ASK)
    assert watching.stdout.readline().startswith("AFK001")


def test_watching_outlives_half_a_settings_file(tree, watching):
    write(tree / "agentsflare-kimi.toml", "exclude = [")
    assert "agentsflare-kimi.toml cannot be read" in watching.stderr.readline()
    write(tree / "agentsflare-kimi.toml", "exclude = []")
    write(tree / "ask.py", ASK)
    assert watching.stdout.readline().startswith("AFK001")


def test_nothing_of_the_tree_is_run(tree):
    for name in ("typing", "re", "dataclasses", "sitecustomize", "agentsflare_kimi", "ast"):
        write(tree / f"{name}.py", "import os; os._exit(42)\n")
    write(tree / ".env", "AGENTSFLARE_LINT=1\nMODEL=kimi-k2-thinking\n")
    entry = "import sys; from agentsflare_kimi.cli import main; sys.exit(main(['lint', '--json']))"
    run = subprocess.run(
        [sys.executable, "-P", "-c", entry], cwd=tree, capture_output=True, check=False
    )
    assert run.returncode == 1
    assert json.loads(run.stdout)[0]["filename"] == ".env"


def loaded_modules(tree, *arguments):
    script = (
        "import sys; from agentsflare_kimi.cli import main; "
        "code = main(sys.argv[1:]); "
        "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    return (
        subprocess.run(
            [sys.executable, "-c", script, "lint", *arguments],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        .stderr.splitlines()[-1]
        .split()
    )


def test_a_clean_file_loads_next_to_nothing(tree):
    write(tree / "clean.py", "x = 1\n")
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    more = set(loaded_modules(tree, "clean.py")) - set(bare)
    assert {name for name in more if not name.startswith("agentsflare_kimi")} <= {
        "__future__",
        "errno",
        "atexit",
        "gc",
    }


def test_a_file_with_a_finding_loads_nothing_slow(tree):
    write(tree / "a.py", ASK)

    slow = {"dataclasses", "inspect", "tomllib", "pathlib", "json", "tokenize", "subprocess"}

    assert not slow & set(loaded_modules(tree, "a.py"))


@pytest.mark.parametrize("text", ["x = 1\n", ASK])
def test_linting_never_loads_the_sdk(tree, text):
    write(tree / "a.py", text)
    loaded = loaded_modules(tree, "--fix", "a.py")
    assert not {"openai", "pydantic", "structlog", "httpx", "httpx2", "argparse"} & set(loaded)


def test_a_huge_file_is_skipped_aloud_and_never_changed(tree, lint):
    with (tree / "huge.py").open("wb") as file:
        for _ in range(100):
            file.write(b"x = 1 # filler\n" * 70_000)
        file.write(ASK.encode())
    size = (tree / "huge.py").stat().st_size
    assert size > 100_000_000
    code, out, err = lint("--fix", "huge.py")
    assert (code, out) == (0, "")
    assert "skipped: huge.py: larger than 5,000,000 bytes" in err
    assert (tree / "huge.py").stat().st_size == size


def test_a_bundle_is_skipped_aloud(tree, lint):
    (tree / "app.min.js").write_text('ask({model:"kimi-k2-thinking"});')
    (tree / "page.js").write_text('ask({model:"kimi-k2-thinking"});' * 400)

    code, _out, err = lint("app.min.js", "page.js")

    assert code == 0
    assert "skipped: app.min.js: a bundle made of other files" in err
    assert "skipped: page.js: a bundle made of other files, by its long lines" in err


def test_a_huge_binary_is_no_text_that_was_skipped(tree, lint):
    (tree / "weights.bin").write_bytes(b"\0" * 6_000_000 + b"kimi-k2-thinking")
    assert lint() == (0, "", "Nothing found in 1 file.\n")


@pytest.mark.parametrize("name", ["deep.py", "deep.json", "deep.js", "deep.yaml", "deep.md"])
@pytest.mark.parametrize("bracket", ["[", "{", "(", "`${", "- "])
def test_deep_nesting_is_no_crash_and_loses_nothing(tree, lint, name, bracket):
    text = bracket * 100_000 + '"model": "kimi-k2-thinking"'
    write(tree / name, text)
    code, _, err = lint("--fix", "--unsafe-fixes")
    assert code in {0, 1}
    assert "Traceback" not in err
    assert len((tree / name).read_text(encoding="utf-8")) >= len(text) - 20


def test_a_defect_of_the_linter_costs_one_file_and_is_told_without_what_is_in_it(
    tree, lint, monkeypatch
):
    def break_down(text, *_, **__):
        raise TypeError(f"cannot read {text}")

    monkeypatch.setattr("agentsflare_kimi.lint.texts.lint_text", break_down)
    write(tree / "a.py", f"{ASK}# sk-secret\n")

    code, _, err = lint("a.py")

    assert code == 2
    assert "failed: a.py: a defect of the linter (TypeError in test_command.py line" in err
    assert "sk-secret" not in err


def test_a_program_that_calls_the_command_keeps_its_garbage_collector(tree, lint):
    before = gc.get_threshold(), gc.get_freeze_count()

    lint(".")

    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def git(*arguments):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], check=True)


@pytest.mark.parametrize("path", [".", ".env"])
def test_a_key_in_an_env_file_is_reported_once_git_tracks_it(tree, lint, path):
    write(tree / ".env", f"AGENTSFLARE_API_KEY={KEY}\n")
    assert lint(path)[0] == 0, "where there is no repository"
    git("init", "-q")
    assert lint(path)[0] == 0, "untracked is where a key belongs"
    git("add", ".env")
    code, out, _ = lint(path)
    assert code == 1
    assert "AFK203 git tracks this file, and a key of 23 characters in it" in out
    assert KEY not in out
    assert lint("--fix", "--unsafe-fixes", path)[0] == 1
    assert (tree / ".env").read_text() == f"AGENTSFLARE_API_KEY={KEY}\n"


def test_a_tracked_env_file_with_a_placeholder_is_fine(tree, lint):
    git("init", "-q")
    write(tree / ".env.example", "AGENTSFLARE_API_KEY=your-key-goes-here-0123456789\nKIMI_MODEL=\n")
    git("add", ".env.example")
    assert lint()[0] == 0


def test_a_key_in_a_tracked_env_file_is_still_told_when_something_else_was_fixed(tree, lint):
    git("init", "-q")
    write(tree / ".env", f"AGENTSFLARE_API_KEY={KEY}\nKIMI_MODEL=kimi-k2-thinking\n")
    git("add", ".env")
    code, out, _ = lint("--fix", ".")
    assert code == 1
    assert "AFK203" in out
    assert "kimi-k2.6" in (tree / ".env").read_text()


def test_what_an_unsafe_fix_could_not_follow_is_said_unasked(tree, lint):
    write(tree / "a.py", 'MODEL = os.getenv("MODEL", "kimi-k2-turbo-preview")\n')
    code, _, err = lint("--fix", "--unsafe-fixes")

    assert code == 0
    assert "a.py:1: AFK001: unsafe: kimi-k2-turbo-preview did not think" in err


def test_of_many_unsafe_fixes_some_are_told_of(tree, lint):
    write(tree / "a.yaml", "model: kimi-k2-turbo-preview\n---\n" * 13)
    err = lint("--fix", "--unsafe-fixes")[2]

    assert err.count("unsafe: ") == 10
    assert "and 3 more unsafe fixes; --show-fixes lists them all." in err
