"""`agentsflare-kimi completion`: the scripts, loaded by the shells that they are for."""

import shutil
import subprocess
import sys

import pytest

from agentsflare_kimi import cli, get_model
from agentsflare_kimi.cli import completion
from agentsflare_kimi.cli.completion_table import read_table

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from terminal import terminal_of

# What stands on the line, what Tab must offer, and what it must not.
LINES = [
    ("", ["chat", "models", "completion", "--version"], ["--model"]),
    ("ch", ["chat"], ["models"]),
    ("chat --mo", ["--model"], ["--json"]),
    ("chat --model kimi-k2.", ["kimi-k2.6", "kimi-k2.7-code"], ["kimi-k2.5"]),
    ("models kimi-k3", ["kimi-k3"], ["kimi-k2.6"]),
    ("completion ", ["bash", "fish", "zsh"], ["chat"]),
    ("proxy --unknown-paths ", ["pass", "refuse"], ["chat"]),
    ("lint --output-format sa", ["sarif"], ["full"]),
    ("lint --unsafe", ["--unsafe-fixes"], ["--fix"]),
    ("serve --scenario overl", ["overloaded", "overloaded-503"], ["ok"]),
    ("lint here_is", ["here_is_a_file.py"], ["chat"]),
    ("chat --image here_is", ["here_is_a_file.py"], ["chat"]),
    ("doctor --env-file here_is", ["here_is_a_file.py"], ["chat"]),
]


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@pytest.fixture
def script(tmp_path, monkeypatch, capsys):
    def write(shell):
        assert completion.run([shell]) == 0
        path = tmp_path / f"completion.{shell}"
        path.write_text(capsys.readouterr().out)
        (tmp_path / "here_is_a_file.py").touch()
        monkeypatch.chdir(tmp_path)
        return path

    return write


def output_of(*command):
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    return run.stdout


def test_every_command_and_option_is_in_the_table():
    table = {command.name: command for command in read_table()}

    assert list(table) == list(cli.COMMANDS)
    for name, command in table.items():
        text = output_of(sys.executable, "-m", "agentsflare_kimi", name, "--help")
        for option in command.options:
            assert any(spelling in text for spelling in option.names)
            assert option.purpose


def test_only_living_models_are_offered():
    (chat,) = [command for command in read_table() if command.name == "chat"]
    (model,) = [option for option in chat.options if "--model" in option.names]

    assert all(
        get_model(name).status in {"new", "active", "unlisted"} for name in model.values.words
    )


def test_another_shell_is_wrong_use(capsys):
    assert cli.main(["completion", "tcsh"]) == 2
    assert "'bash', 'zsh', 'fish'" in capsys.readouterr().err


@needs("bash")
@pytest.mark.parametrize(("line", "offered", "not_offered"), LINES)
def test_bash_completes(script, line, offered, not_offered):
    words = ["agentsflare-kimi", *line.split(" ")]
    quoted = " ".join(f"'{word}'" for word in words)
    found = output_of(
        "bash",
        "-c",
        # Outside of a line editor, compopt has nothing to set and compgen stands for what it sets.
        f'source {script("bash")}; files=""; compopt() {{ default=yes; }}; COMP_WORDS=({quoted}); '
        f"COMP_CWORD={len(words) - 1}; _agentsflare_kimi; "
        'printf "%s\\n" "${COMPREPLY[@]}"; [ -z "$default" ] || compgen -f -- "'
        f'{words[-1]}"',
    ).split()

    assert set(offered) <= set(found)
    assert not set(not_offered) & set(found)


@needs("fish")
@pytest.mark.parametrize(("line", "offered", "not_offered"), LINES)
def test_fish_completes(script, line, offered, not_offered):
    path = script("fish")
    if not line:
        offered = [name for name in offered if not name.startswith("-")]  # fish waits for the dash
    text = output_of(
        "fish", "--no-config", "-c", f'source {path}; complete -C "agentsflare-kimi {line}"'
    )
    found = [row.partition("\t")[0] for row in text.splitlines()]

    assert set(offered) <= set(found)
    assert not set(not_offered) & set(found)


@needs("bash")
def test_tab_completes_in_a_bash_that_someone_types_in(script):
    path = script("bash")
    command = ["bash", "--norc", "--noprofile", "-i"]
    with terminal_of(command, env={"PS1": "ready> "}, width=200) as opened:
        opened.expect("ready> ")
        opened.send(f"source {path}\n")
        opened.expect("ready> ")
        opened.send("agentsflare-kimi chat --mod\t")
        opened.expect("--model ")
        opened.send("kimi-k2.7-code-h\t")
        opened.expect("kimi-k2.7-code-highspeed ")
        opened.send("--image here_is\t")
        opened.expect("here_is_a_file.py")


@needs("zsh")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("agentsflare-kimi complet\t", "completion "),
        ("agentsflare-kimi chat --mod\t", "--model"),
        ("agentsflare-kimi chat --model kimi-k2.7-code-h\t", "kimi-k2.7-code-highspeed "),
        ("agentsflare-kimi proxy --unknown-paths ref\t", "refuse "),
        ("agentsflare-kimi lint --output-format sa\t", "sarif "),
        ("agentsflare-kimi lint here_is\t", "here_is_a_file.py "),
        ("agentsflare-kimi chat --te\t", "--temperature"),
    ],
)
def test_tab_completes_in_zsh(script, typed, completed, tmp_path):
    path = script("zsh")
    env = {"HOME": str(tmp_path), "PS1": "ready> ", "TERM": "dumb"}
    with terminal_of([shutil.which("zsh"), "-f", "-i"], env=env, width=200) as opened:
        opened.expect("ready> ")
        opened.send(f"autoload -U compinit; compinit -u -D; source {path}; print loa''ded\n")
        opened.expect("loaded")
        opened.expect("ready> ")
        opened.send(typed)
        opened.expect(completed)
