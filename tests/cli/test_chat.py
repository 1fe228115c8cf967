"""`agentsflare-kimi chat` with one question: a real process, real streams."""

import base64
import json
import os
import subprocess
import sys

import pytest

from agentsflare_kimi.cli import chat_images
from agentsflare_kimi.emulator import Emulator

KEY = "sk-canary-0123456789abcdef"
ANSWER = "The answer is here."
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def emulator():
    with Emulator(api_key=KEY, answers=lambda body: ANSWER) as emulator:
        yield emulator


@pytest.fixture
def chat(emulator, tmp_path):
    def run(*arguments, text_in="", **variables):
        result = subprocess.run(
            [sys.executable, "-m", "agentsflare_kimi", "chat", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "AGENTSFLARE_API_KEY": KEY,
                "AGENTSFLARE_BASE_URL": emulator.base_url,
                "AGENTSFLARE_MAX_RETRIES": "0",
                **variables,
            },
            input=text_in.encode() if isinstance(text_in, str) else text_in,
            capture_output=True,
            cwd=tmp_path,
            check=False,
        )
        result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
        assert "Traceback" not in result.stderr
        assert "defect" not in result.stderr
        assert KEY not in result.stdout + result.stderr
        return result

    return run


def test_options_arrive_in_the_request(chat, emulator):
    options = ["--no-thinking", "--max-tokens", "100", "--temperature", "0.6", "--system", "Brief"]
    result = chat(*options, "Hi")

    assert (result.returncode, result.stdout, result.stderr) == (0, f"{ANSWER}\n", "")
    body = emulator.requests[0].body
    assert body["thinking"] == {"type": "disabled"}
    assert (body["max_tokens"], body["temperature"]) == (100, 0.6)
    assert body["messages"][0] == {"role": "system", "content": "Brief"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--temperature", "0.3"], "kimi-k2.6 samples at temperature 1, whatever the request says"),
        (["--temperature", "7"], "'7' is not a number from 0 to 1"),
        (["--max-tokens", "0"], "must be a whole number, 1 or more, got '0'"),
        (["-m", "kimi-k2.7-code", "--no-thinking"], "kimi-k2.7-code always thinks"),
        (["-m", "kimi-k2.66"], "Did you mean kimi-k2.6"),
        (["--image", "missing.png"], "image 'missing.png': No such file or directory"),
        (["--image", "."], "is not a file"),
        (["--image", "note.png"], "unsupported type"),
        (["--image", "https://example.com/a.png"], "download it first"),
        (["--thinkng"], "unknown option '--thinkng', did you mean --thinking?"),
    ],
)
def test_what_a_model_does_not_take_is_told_before_anything_is_asked(
    chat, emulator, tmp_path, arguments, told
):
    (tmp_path / "note.png").write_text("no image")
    result = chat(*arguments, "Hello")

    assert result.returncode == 2
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not emulator.requests


def test_a_model_without_eyes_names_those_that_have_them(tmp_path, monkeypatch, chat, emulator):
    (tmp_path / "dot.png").write_bytes(PNG)
    result = chat("-m", "moonshot-v1-8k", "--image", "dot.png", "Hello")

    assert result.returncode == 2
    assert "takes no images; these do: " in result.stderr
    assert "kimi-k2.6" in result.stderr


def test_an_image_is_sent_as_a_data_url(chat, emulator, tmp_path):
    (tmp_path / "dot").write_bytes(PNG)
    assert chat("--image", "dot", "What is it?").returncode == 0

    image, text = emulator.requests[0].messages[0]["content"]
    assert image["image_url"]["url"] == "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert text == {"type": "text", "text": "What is it?"}


def test_an_image_that_is_too_large_is_not_read(tmp_path):
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(chat_images._MOST_BYTES + 1)

    with pytest.raises(Exception, match="at most 70 MB can be sent"):
        chat_images.read_image(str(large))


def test_a_pipe_is_no_image_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Exception, match="is not a file"):
        chat_images.read_image(str(tmp_path / "pipe"))
    with pytest.raises(Exception, match="is not a file"):
        chat_images.read_image("a\0b")


@pytest.mark.parametrize(
    ("scenario", "told", "shown"),
    [
        ("output-blocked", "content filter: blocked", True),
        ("output-blocked-late", "content filter: blocked", True),
        ("prompt-blocked", "content filter", False),
        ("stream-cut", "the stream ended", True),
        ("truncated", "error", True),
        ("stream-error", "content policy", True),
        ("overloaded-503", "error", False),
        ("html-200", "error", False),
    ],
)
def test_a_blocked_or_broken_answer_is_exit_code_1(chat, emulator, scenario, told, shown):
    emulator.scenario = scenario
    result = chat("--no-thinking", "Hello")

    assert result.returncode == 1
    assert told in result.stderr
    assert bool(result.stdout.strip()) is shown
    assert ANSWER.startswith(result.stdout.strip())
    assert ".partial" not in result.stderr


def test_an_answer_that_is_cut_off_says_which_option_helps(chat, emulator):
    cut = chat("--offline", "--no-thinking", "--max-tokens", "2", "Hello")
    empty = chat("--offline", "--max-tokens", "2", "Hello")

    assert cut.returncode == empty.returncode == 1
    assert "(cut off at 2 tokens; --max-tokens" in cut.stderr
    assert "Hello! How can I".startswith(cut.stdout.strip())
    assert "(cut off while it was reasoning, at 2 tokens;" in empty.stderr


def test_a_filter_that_did_not_run_is_told_and_is_no_failure(chat, emulator):
    emulator.scenario = "filter-down"
    result = chat("Hello")

    assert result.returncode == 0
    assert "content filter: did not run" in result.stderr


def test_what_was_flagged_is_told(chat, emulator):
    emulator.scenario = "flagged"
    result = chat("Hello")

    assert result.returncode == 0
    assert "content filter: flagged" in result.stderr


def test_reasoning_is_shown_in_a_pipe_only_when_it_is_asked_for(chat, emulator):
    assert chat("Hello").stderr == ""
    assert chat("--reasoning", "Hello").stderr.startswith("| ")


def test_json_is_one_line_with_what_came_even_if_it_broke(chat, emulator):
    emulator.scenario = "stream-cut"
    result = chat("--no-thinking", "--json", "Hello")

    assert result.returncode == 1
    (line,) = result.stdout.splitlines()
    (choice,) = json.loads(line)["choices"]
    assert ANSWER.startswith(choice["message"]["content"])


def test_offline_needs_neither_key_nor_network(chat, emulator):
    result = chat("--offline", "Hello", AGENTSFLARE_API_KEY="", AGENTSFLARE_BASE_URL="nonsense")

    assert result.returncode == 0
    assert "help you today" in result.stdout
    assert not emulator.requests


def test_what_is_no_text_is_not_sent(chat, emulator):
    result = chat(text_in=b"\xff\xfe\x00\x80")

    assert result.returncode == 2
    assert "not UTF-8 text" in result.stderr
    assert not emulator.requests


def test_a_long_pipe_with_nul_arrives_whole(chat, emulator):
    text = "a\0" + "long " * 40_000 + "end"
    assert chat(text_in=text).returncode == 0
    assert emulator.requests[0].messages[0]["content"] == text


def test_a_byte_order_mark_before_the_question_is_not_sent(chat, emulator):
    assert chat(text_in="\ufeffHi\r\n").returncode == 0
    assert emulator.requests[0].messages == [{"role": "user", "content": "Hi"}]


def test_a_warning_is_told_even_where_warnings_are_errors(chat, emulator):
    result = chat("-m", "kimi-k2-thinking", "Hello", PYTHONWARNINGS="error")

    assert result.returncode == 0
    assert result.stderr.count("kimi-k2-thinking was retired") == 1


def test_a_closed_standard_input_is_no_prompt(emulator):
    result = subprocess.run(
        ["sh", "-c", f'exec "{sys.executable}" -m agentsflare_kimi chat --offline <&-'],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert "no prompt" in result.stderr


def test_a_reader_that_leaves_ends_it_quietly(emulator):
    result = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m agentsflare_kimi chat --offline Hello | true'],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stderr == ""


@pytest.mark.parametrize("words", [[""], [" ", " "]])
def test_an_empty_question_is_not_sent(chat, emulator, words):
    result = chat(*words)

    assert result.returncode == 2
    assert "no prompt" in result.stderr
    assert not emulator.requests


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize(("limit", "code"), [("2", 1), ("2000", 0)])
def test_where_stderr_takes_nothing_the_exit_code_still_tells(limit, code):
    options = ["--offline", "--no-thinking", "--max-tokens", limit]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        result = subprocess.run(
            [sys.executable, "-m", "agentsflare_kimi", "chat", *options, "Hello"],
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )

    assert result.returncode == code
