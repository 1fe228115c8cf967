from __future__ import annotations

import os
import runpy
import subprocess
import sys
import types
from pathlib import Path

import pytest

from agentsflare_kimi import cli
from agentsflare_kimi.errors import MissingApiKeyError


@pytest.fixture
def command(monkeypatch):
    """Put a function in the place of the command `demo`."""

    def install(run):
        module = types.ModuleType("agentsflare_kimi.cli.demo")
        module.run = run
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return install


def fail_with(error):
    def run(arguments):
        raise error

    return run


def run_module(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", *arguments],
        check=False,
        text=True,
        capture_output=True,
        **options,
    )


def test_the_exit_code_is_the_commands(command, capsys):
    command(lambda arguments: 1 if arguments == ["--json"] else 0)
    assert cli.main(["demo", "--json"]) == 1
    assert cli.main(["demo"]) == 0


def test_the_index_is_what_the_commands_say():
    script = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "make_command_index.py"))
    made = {}
    exec(compile(script["page"](), "index", "exec"), made)  # noqa: S102  # our own

    assert made["COMMANDS"] == cli.COMMANDS, "run `make generate`"


def test_help_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in cli.COMMANDS:
        assert f"\n  {name} " in text


def test_no_command_is_wrong_use(capsys):
    assert cli.main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage:" in captured.err


def test_an_unknown_command_is_named_with_the_known_ones(capsys):
    assert cli.main(["lnit\x1b"]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "'lnit\\x1b'" in captured.err
    assert "did you mean lint?" in captured.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["models", "--jsn"], "unknown option '--jsn', did you mean --json?"),
        (["doctor", "--ofline"], "unknown option '--ofline', did you mean --offline?"),
        (["batch", "in.jsonl", "--resum=x"], "--resum"),
        (["chat", "--zzz", "hello"], "unknown option '--zzz'; see `agentsflare-kimi chat --help`"),
        (["demo", "please"], "too many arguments: 'please'"),
        (["serve", "--port", "many"], "--port: must be from 0 to 65535, got 'many'"),
        (["lint", "--fxi"], "unknown option '--fxi', did you mean --fix?"),
        (["proxy", "--prot", "1"], "unknown option '--prot', did you mean --port?"),
        (["demo", "--lvie"], "unknown option '--lvie', did you mean --live?"),
        (["completion", "bash", "--hlep"], "unknown option '--hlep', did you mean --help?"),
        (["completion", "bsh"], "'bsh'"),
        (["--offline", "chat"], "unknown option '--offline'; a command's options follow its name"),
    ],
)
def test_a_misspelt_option_is_one_line_with_what_was_meant(arguments, told, capsys):
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert told in captured.err


@pytest.mark.parametrize("arguments", [["--debug", "demo"], ["demo", "--debug"]])
def test_debug_shows_where_an_error_comes_from(arguments, command, capsys):
    command(fail_with(FileNotFoundError(2, "gone")))
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("Traceback")
    assert told.splitlines()[-1] == "agentsflare-kimi: error: gone"


def test_what_follows_two_dashes_is_no_option(command):
    received = []
    command(lambda arguments: received.extend(arguments) or 0)
    assert cli.main(["demo", "--", "--debug"]) == 0
    assert received == ["--", "--debug"]


@pytest.mark.parametrize(
    "error",
    [MissingApiKeyError("set AGENTSFLARE_API_KEY"), FileNotFoundError(2, "gone"), OSError()],
)
def test_a_foreseeable_error_is_one_line_and_exit_code_2(command, capsys, error):
    command(fail_with(error))
    assert cli.main(["demo"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("agentsflare-kimi: error: ")
    assert captured.err.count("\n") == 1


def test_a_programming_error_says_how_to_report_it_and_is_not_taken_for_findings(command, capsys):
    command(fail_with(ZeroDivisionError("by what?")))
    assert cli.main(["demo"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: by what?. This is a defect of agentsflare-kimi" in line
    assert "--debug" in line
    assert cli.main(["demo", "--debug"]) == 2
    assert "in run\n" in capsys.readouterr().err


def test_an_interrupt_exits_with_130(command):
    command(fail_with(KeyboardInterrupt()))
    assert cli.main(["demo"]) == 130


def test_a_closed_pipe_is_quiet():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        run = subprocess.run(
            [sys.executable, "-m", "agentsflare_kimi", "--help"],
            check=False,
            stdout=closed,
            stderr=subprocess.PIPE,
        )
    assert run.stderr == b""
    assert run.returncode == 141


def test_the_version_needs_no_sdk():
    run = run_module("--version")
    assert run.stdout.startswith("agentsflare-kimi ")
    loaded = run_module("--version", env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}).stderr
    names = {line.rpartition("|")[2].strip() for line in loaded.splitlines()}
    assert "agentsflare_kimi.cli" in names
    assert not names & {"openai", "pydantic", "structlog", "argparse", "typing", "re"}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_loads_neither_the_sdk_nor_pydantic(name):
    run = run_module(name, "--help", env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"})
    assert run.returncode == 0
    assert run.stdout.startswith(f"usage: agentsflare-kimi {name}")
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert f"agentsflare_kimi.cli.{name}" in loaded
    assert not loaded & {"openai", "pydantic", "pydantic_settings", "structlog", "httpx", "httpx2"}
    assert len(loaded) < 250
