"""`lint --interactive` on a real terminal."""

import subprocess
import sys

import pytest
from terminal import terminal

PROGRAM = """\
from openai import OpenAI

client = OpenAI(base_url="https://api.agentsflare.com/v1")
client.chat.completions.create(model="kimi-k2-turbo-preview", messages=m)
client.chat.completions.create(model="kimi-k2-turbo-preview", messages=m)
"""
QUESTION = "[y,n,a,d,q,?]? "


@pytest.fixture
def program(tmp_path):
    file = tmp_path / "ask.py"
    file.write_text(PROGRAM)
    return file


def answer(folder, answers):
    """Run the command in *folder*, and give one answer to each question."""
    with terminal(
        "lint", "--interactive", "--select", "AFK001", env={"NO_COLOR": "1"}, cwd=folder
    ) as opened:
        for key in answers:
            opened.expect(QUESTION)
            if key == "\x03":
                opened.interrupt()
            else:
                opened.send(key if key == "\x04" else f"{key}\n")  # Ctrl-D acts at once
        return opened.close(), opened.text


def left(file):
    return file.read_text().count("kimi-k2-turbo-preview")


def test_a_fix_is_applied_where_the_answer_is_yes(program, tmp_path):
    code, shown = answer(tmp_path, ["y", "n"])

    assert left(program) == 1
    assert PROGRAM.splitlines()[4] in program.read_text().splitlines()
    assert code == 1
    assert '-client.chat.completions.create(model="kimi-k2-turbo-preview"' in shown


def test_all_and_done_hold_for_the_rest_of_a_file(program, tmp_path):
    answer(tmp_path, ["a"])
    assert left(program) == 0

    program.write_text(PROGRAM)
    answer(tmp_path, ["d"])
    assert program.read_text() == PROGRAM


def test_quitting_keeps_what_was_accepted_and_asks_no_more(program, tmp_path):
    (tmp_path / "later.py").write_text(PROGRAM)

    answer(tmp_path, ["y", "q"])

    assert left(program) == 1
    assert (tmp_path / "later.py").read_text() == PROGRAM


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_an_interruption_keeps_what_was_accepted_in_other_files_and_leaves_whole_files(
    program, tmp_path, key
):
    second = tmp_path / "second.py"
    second.write_text(PROGRAM)
    code, shown = answer(tmp_path, ["y", "y", "y", key])

    assert left(program) == 0
    assert left(second) in {1, 2}
    compile(second.read_text(), "second.py", "exec")
    assert code in {1, 130}
    assert "Traceback" not in shown


def test_other_answers_show_what_may_be_answered(program, tmp_path):
    _, shown = answer(tmp_path, ["?", "what", "d"])

    assert shown.count("leave this place as it is") == 2


def test_a_script_is_told_what_to_use_instead(program, tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "lint", "--interactive"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 2
    assert "use --fix or --diff in scripts" in run.stderr
    assert program.read_text() == PROGRAM
