"""`agentsflare-kimi chat` as it is typed in: a real pseudo-terminal, the emulator's socket."""

import json
import signal
import sys

import pytest

from agentsflare_kimi.emulator import Emulator

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from terminal import terminal

KEY = "sk-canary-0123456789abcdef"
ANSWER = "The answer is here."
LEFT = "\x1b[D"
UP = "\x1b[A"
ALT_ENTER = "\x1b\r"
CTRL_D = "\x04"
EDITORS = pytest.mark.parametrize(
    "without", [(), ("prompt_toolkit",)], ids=["prompt_toolkit", "readline"]
)
INPUTS = pytest.mark.parametrize(
    "without",
    [(), ("prompt_toolkit",), ("prompt_toolkit", "readline")],
    ids=["prompt_toolkit", "readline", "plain"],
)


def say(body):
    return ANSWER


@pytest.fixture
def emulator():
    with Emulator(api_key=KEY, answers=say) as emulator:
        yield emulator


@pytest.fixture
def environment(emulator, tmp_path):
    return {
        "AGENTSFLARE_API_KEY": KEY,
        "AGENTSFLARE_BASE_URL": emulator.base_url,
        "AGENTSFLARE_MAX_RETRIES": "0",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


@pytest.fixture
def chat(environment):
    def start(*arguments, without=(), width=80, stdout=None, **variables):
        return terminal(
            "chat",
            *arguments,
            env=environment | variables,
            width=width,
            without=without,
            stdout=stdout,
        )

    return start


def asked(emulator):
    return [request.messages[-1]["content"] for request in emulator.requests]


def answer(opened, line):
    opened.send(f"{line}\r")
    opened.expect(ANSWER)
    opened.expect(">")


def end(opened):
    opened.send(CTRL_D)
    return opened.close()


@EDITORS
def test_a_line_can_be_edited_before_it_is_asked(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect(">")
        answer(opened, f"Helo{LEFT}l")
        assert end(opened) == 0

    assert asked(emulator) == ["Hello"]


@EDITORS
def test_the_next_session_remembers_what_was_typed(chat, emulator, without, tmp_path):
    with chat(without=without) as opened:
        opened.expect(">")
        answer(opened, f"My key is {KEY}, and")
        answer(opened, "Remember me")
        end(opened)
    with chat(without=without) as opened:
        opened.expect(">")
        opened.send(UP)
        opened.expect("Remember me")
        answer(opened, "!")
        end(opened)

    assert asked(emulator)[-1] == "Remember me!"
    (history,) = (tmp_path / "state" / "agentsflare-kimi").iterdir()
    assert history.stat().st_mode & 0o777 == 0o600
    assert history.parent.stat().st_mode & 0o777 == 0o700
    assert "canary" not in history.read_text()
    assert [json.loads(line) for line in history.read_text().splitlines()][1:] == [
        "Remember me",
        "Remember me!",
    ]


@EDITORS
def test_what_is_pasted_is_one_question_however_many_lines_it_has(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect(">")
        opened.send("\x1b[200~first\nsecond\nthird\x1b[201~")
        opened.expect("third")
        answer(opened, "")
        end(opened)

    assert asked(emulator) == ["first\nsecond\nthird"]


@EDITORS
def test_alt_enter_begins_a_new_line(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect("Alt-Enter for a new line")
        opened.expect(">")
        answer(opened, f"one{ALT_ENTER}two")
        end(opened)

    assert asked(emulator) == ["one\ntwo"]


@INPUTS
def test_three_quotes_hold_several_lines(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect(">")
        opened.send('"""\r')
        opened.expect("\n.")
        opened.send("one\r")
        opened.expect("\n.")
        answer(opened, 'two"""')
        answer(opened, '"""all at once"""')
        end(opened)

    assert asked(emulator) == ["one\ntwo", "all at once"]


@INPUTS
def test_ctrl_c_twice_while_typing_ends_the_conversation(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect(">")
        opened.send("never asked")
        opened.expect("never asked")
        opened.interrupt()
        opened.expect("\n>")
        answer(opened, "asked")
        opened.interrupt()
        opened.expect("Ctrl-C again ends the conversation")
        opened.expect(">")
        opened.interrupt()
        assert opened.close() == 130

    assert asked(emulator) == ["asked"]


@INPUTS
def test_ctrl_c_while_waiting_keeps_the_conversation(chat, emulator, without):
    emulator.scenario = ["ok", "no-answer", "ok"]
    with chat(without=without) as opened:
        opened.expect(">")
        answer(opened, "first")
        opened.send("second\r")
        opened.expect("waiting 1 s")
        opened.interrupt()
        opened.expect("(cancelled; not kept in the conversation; /retry asks again)")
        opened.expect(">")
        answer(opened, "third")
        assert end(opened) == 0

    messages = emulator.requests[-1].messages
    assert [message["content"] for message in messages] == ["first", ANSWER, "third"]


@EDITORS
def test_ctrl_c_while_streaming_keeps_what_came_and_twice_ends(chat, emulator, without):
    emulator.scenario = ["stall", "stall"]
    with chat("--no-thinking", without=without) as opened:
        opened.expect(">")
        opened.send("first\r")
        opened.expect(ANSWER[:5])
        opened.interrupt()
        opened.expect("(cancelled; what came is kept; /retry asks again)")
        opened.expect(">")
        opened.send("second\r")
        opened.expect(ANSWER[:5])
        opened.interrupt()
        opened.expect("(cancelled")
        opened.expect(">")
        opened.interrupt()
        assert opened.close() == 130

    kept = emulator.requests[1].messages
    assert [message["content"] for message in kept[::2]] == ["first", "second"]
    assert ANSWER.startswith(kept[1]["content"])


def test_a_question_that_was_cancelled_can_be_asked_again(chat, emulator):
    emulator.scenario = ["stall", "ok"]
    with chat("--no-thinking") as opened:
        opened.expect(">")
        opened.send("first\r")
        opened.expect(ANSWER[:5])
        opened.interrupt()
        opened.expect("/retry asks again)")
        opened.expect(">")
        answer(opened, "/retry")
        end(opened)

    assert emulator.requests[1].messages == emulator.requests[0].messages


def test_an_answer_that_breaks_off_is_kept_as_far_as_it_came(chat, emulator):
    emulator.scenario = ["truncated", "ok"]
    with chat("--no-thinking") as opened:
        opened.expect(">")
        opened.send("first\r")
        opened.expect("agentsflare-kimi: error: ")
        opened.expect("(failed; what came is kept; /retry asks again)")
        opened.expect(">")
        answer(opened, "second")
        assert end(opened) == 0

    first, partial, second = (message["content"] for message in emulator.requests[1].messages)
    assert (first, second) == ("first", "second")
    assert ANSWER.startswith(partial)


def test_a_blocked_answer_does_not_block_what_comes_after(chat, emulator):
    emulator.scenario = ["output-blocked", "ok"]
    with chat("--no-thinking") as opened:
        opened.expect(">")
        opened.send("first\r")
        opened.expect("content filter: blocked")
        opened.expect("(blocked; not kept in the conversation; /retry asks again)")
        opened.expect(">")
        answer(opened, "second")
        assert end(opened) == 0

    assert asked(emulator) == ["first", "second"]
    assert len(emulator.requests[1].messages) == 1


@EDITORS
def test_commands_are_typed_with_a_slash(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect(">")
        opened.send("/he\t")
        opened.expect("/help")
        opened.send("\r")
        opened.expect("/retry")
        opened.expect(">")
        opened.send("/thinkin off\r")
        opened.expect("did you mean /thinking?")
        opened.expect(">")
        opened.send("/thinking off\r")
        opened.expect("thinking: off")
        opened.expect(">")
        answer(opened, "//etc/passwd?")
        opened.send("/quit\r")
        assert opened.close() == 0

    assert asked(emulator) == ["/etc/passwd?"]
    assert emulator.requests[0].body["thinking"] == {"type": "disabled"}


@pytest.mark.parametrize("width", [60, 120])
@INPUTS
def test_the_banner_has_two_lines_at_any_width(chat, emulator, width, without):
    with chat("-m", "kimi-k2.7-code-highspeed", width=width, without=without) as opened:
        opened.expect(">")
        lines = [line for line in opened.text.splitlines() if line]
        end(opened)

    assert len(lines) <= 3
    assert lines[0].startswith("kimi-k2.7-code-highspeed at 127.0.0.1 (agentsflare-kimi")
    assert lines[1].startswith("/help for commands")
    assert max(map(len, lines[:2])) <= width


@pytest.mark.parametrize(
    ("variables", "is_dim"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["colour", "NO_COLOR", "dumb"],
)
def test_reasoning_comes_before_the_answer_and_is_told_from_it(chat, emulator, variables, is_dim):
    with chat(**variables) as opened:
        opened.expect(">")
        opened.send("Hello\r")
        opened.expect("Now to the answer itself.")
        opened.expect(f"\n{ANSWER}")
        opened.expect(">")
        end(opened)

    assert ("\x1b[2m" in opened.raw) is is_dim
    assert ("\x1b[22m" in opened.raw) is is_dim
    assert ("| The user wrote" in opened.text) is not is_dim


def test_a_dumb_terminal_gets_no_escape_sequences(chat, emulator):
    with chat(TERM="dumb") as opened:
        opened.expect(">")
        answer(opened, "Hello")
        assert end(opened) == 0

    assert "\x1b" not in opened.raw


@EDITORS
def test_what_ends_the_process_puts_the_terminal_back(chat, emulator, without):
    with chat(without=without) as opened:
        opened.expect(">")
        opened.send("half a line")
        opened.expect("half a line")
        assert opened.mode != opened.before
        opened.settle()
        opened.process.send_signal(signal.SIGTERM)
        assert opened.close() == 143
        assert opened.mode == opened.before


def test_a_window_that_changes_its_size_is_no_trouble(chat, emulator):
    with chat(width=120) as opened:
        opened.expect(">")
        opened.send("wide " * 20)
        opened.expect("wide wide wide")
        opened.resize(20)
        opened.process.send_signal(signal.SIGWINCH)
        answer(opened, "narrow")
        assert end(opened) == 0

    assert asked(emulator) == ["wide " * 20 + "narrow"]


def test_a_warning_is_given_once_a_session(chat, emulator):
    with chat("-m", "kimi-k2-thinking") as opened:
        opened.expect(">")
        answer(opened, "first")
        answer(opened, "second")
        end(opened)

    assert opened.text.count("kimi-k2-thinking was retired") == 1


def test_answers_go_to_stdout_and_nothing_else_does(chat, emulator, tmp_path):
    with (tmp_path / "answers").open("wb") as answers, chat(stdout=answers) as opened:
        opened.expect(">")
        opened.send("Hello\r")
        opened.expect(">")
        assert end(opened) == 0

    assert (tmp_path / "answers").read_text() == f"{ANSWER}\n"


def test_a_history_that_cannot_be_written_is_told_and_no_more(chat, emulator, tmp_path):
    (tmp_path / "file").write_text("")
    with chat(XDG_STATE_HOME=str(tmp_path / "file")) as opened:
        opened.expect("the history of questions is not kept")
        opened.expect(">")
        answer(opened, "Hello")
        assert end(opened) == 0


def test_no_history_leaves_no_file(chat, emulator, tmp_path):
    with chat("--no-history") as opened:
        opened.expect(">")
        answer(opened, "Hello")
        end(opened)

    assert not (tmp_path / "state").exists()


def test_wide_characters_and_emoji_arrive_as_they_were_typed(chat, emulator):
    with chat() as opened:
        opened.expect(">")
        answer(opened, "你好 👩‍👩‍👧 e\u0301")
        end(opened)

    assert asked(emulator) == ["你好 👩‍👩‍👧 e\u0301"]


def test_a_conversation_offline_needs_no_key(chat):
    with chat("--offline", AGENTSFLARE_API_KEY="", AGENTSFLARE_BASE_URL="") as opened:
        opened.expect("offline: an emulator answers")
        opened.expect(">")
        opened.send("/thinking off\r")
        opened.expect("thinking: off")
        opened.send("Hello\r")
        opened.expect("How can I help you today?")
        opened.expect(">")
        assert end(opened) == 0
