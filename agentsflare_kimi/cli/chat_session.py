"""`agentsflare-kimi chat`: one question, or a conversation on a terminal."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from textwrap import shorten
from typing import Final, NoReturn
from urllib.parse import urlsplit

import openai

from agentsflare_kimi import Kimi, KimiSettings, KimiWarning, __version__, create_client
from agentsflare_kimi.cli import UsageError, say, tell
from agentsflare_kimi.cli.chat_answer import Answer, ask
from agentsflare_kimi.cli.chat_commands import COMMANDS, is_command, run_command
from agentsflare_kimi.cli.chat_conversation import Conversation, Question
from agentsflare_kimi.cli.chat_display import Display, is_terminal
from agentsflare_kimi.cli.chat_history import History, history_path
from agentsflare_kimi.cli.chat_images import read_image
from agentsflare_kimi.cli.chat_terminal import CancelledLineError, ReadLine, open_input
from agentsflare_kimi.cli.own_words import in_own_words
from agentsflare_kimi.emulator import Emulator

__all__ = ["talk"]

_INTERRUPTED: Final = 130
# Slow enough for a person to see the pieces arrive.
_TOKENS_PER_SECOND: Final = 25.0


def talk(options: argparse.Namespace) -> int:
    """Ask one question, or hold a conversation.

    Args:
        options: The command-line options.

    Returns:
        0 if the question was answered or the conversation ended, 1 if the answer was blocked
        or cut off, 130 if Ctrl-C ended the conversation.

    Raises:
        UsageError: There is no question, or the model rejects a chosen parameter.
        openai.APIError: The only question was not answered.
    """
    display = Display(options)
    is_conversation = not options.prompt and is_terminal(sys.stdin)
    with _warnings_once(display), _client(options) as client:
        conversation = Conversation(
            settings=client.settings,
            model=options.model or client.settings.model,
            system=options.system or "",
            thinking=options.thinking,
            max_tokens=options.max_tokens,
            temperature=options.temperature,
            images=[read_image(name) for name in options.image],
        )
        conversation.check()
        talker = _Talker(client, conversation, display, prints_json=options.json)
        if not is_conversation:
            return talker.answer_once(conversation.ask(_question(options.prompt)))
        keys = [] if options.no_history else [client.api_key]
        history = History(None if options.no_history else history_path(), keys)
        return talker.converse(history, is_offline=options.offline)


@contextmanager
def _warnings_once(display: Display) -> Generator[None]:
    told: set[str] = set()

    def show(message: Warning | str, *_: object) -> None:
        # The warning's location is left out: it is a line of this program.
        text = f"agentsflare-kimi: warning: {in_own_words(str(message))}"
        if text not in told:
            told.add(text)
            display.note(text)

    with warnings.catch_warnings():
        warnings.simplefilter("always", KimiWarning)
        warnings.showwarning = show
        yield


@contextmanager
def _client(options: argparse.Namespace) -> Generator[Kimi]:
    if not options.offline:
        with create_client(env_file=options.env_file) as client:
            yield client
        return
    pace = _TOKENS_PER_SECOND if is_terminal(sys.stdout) else None
    emulator = Emulator(tokens_per_second=pace)
    settings = KimiSettings(
        _env_file=options.env_file, base_url=emulator.base_url, api_key=emulator.api_key
    )
    transport = emulator.transport()
    with Kimi(
        settings=settings, http_client=openai.DefaultHttpxClient(transport=transport)
    ) as client:
        yield client


def _question(words: list[str]) -> str:
    try:
        piped = sys.stdin.read() if sys.stdin and not " ".join(words) else ""
    except UnicodeDecodeError as error:
        raise UsageError(f"standard input is not UTF-8 text: {error.reason}") from None
    # Editors and shells of Windows begin a text with a byte order mark.
    question = " ".join(words) or piped.removeprefix("\ufeff").strip()
    if not question.strip():
        raise UsageError("no prompt: give one as an argument or on standard input")
    return question


class _Talker:
    """Asks questions and reports the outcomes."""

    def __init__(
        self, client: Kimi, conversation: Conversation, display: Display, *, prints_json: bool
    ) -> None:
        self._client = client
        self._conversation = conversation
        self._display = display
        self._prints_json = prints_json
        self._was_interrupted = False

    def answer_once(self, question: Question) -> int:
        answer = self._ask(question)
        if answer.ending == "cancelled":
            raise KeyboardInterrupt
        if answer.error is not None:
            raise answer.error
        return int(answer.ending != "whole")

    def converse(self, history: History, *, is_offline: bool) -> int:
        signal.signal(signal.SIGTERM, _terminate)
        read, hint = open_input(history, list(COMMANDS))
        self._greet(hint, is_offline=is_offline)
        while True:
            if history.problem:
                self._display.note(f"agentsflare-kimi: warning: {history.problem}")
                history.problem = ""
            try:
                if self._take(self._read(read)):
                    return 0
            except CancelledLineError:
                self._was_interrupted = True
                say("")
            except KeyboardInterrupt:
                say("")
                if self._was_interrupted:
                    return _INTERRUPTED
                self._was_interrupted = True
                self._display.note("(Ctrl-C again ends the conversation)")

    def _greet(self, hint: str, *, is_offline: bool) -> None:
        host = urlsplit(str(self._client.base_url)).hostname
        place = ", offline: an emulator answers" if is_offline else f" at {host}"
        line = f"{self._conversation.model}{place} (agentsflare-kimi {__version__})"
        self._display.note(shorten(line, shutil.get_terminal_size().columns, placeholder="..."))
        self._display.note(f"/help for commands, {hint}, Ctrl-D to end")

    def _read(self, read: ReadLine) -> str:
        try:
            return read()
        except EOFError:
            say("")
        except OSError:  # the terminal is gone
            pass
        return "/quit"

    def _take(self, line: str) -> bool:
        """Handle one input line; return True if it ends the conversation."""
        if not line.strip():
            return False
        self._was_interrupted = False
        try:
            if not is_command(line):
                text = line[1:] if line.startswith("//") else line
                self._answer(self._conversation.ask(text.strip()))
                return False
            outcome = run_command(self._conversation, line)
            if outcome.told:
                self._display.note(outcome.told)
            if outcome.question is not None:
                self._answer(outcome.question)
        except UsageError as error:
            tell(error)
            return False
        else:
            return outcome.is_end

    def _answer(self, question: Question) -> None:
        answer = self._ask(question)
        is_kept = answer.message is not None and answer.ending != "blocked"
        if is_kept and answer.message is not None:
            self._conversation.keep(answer.message)
        if answer.error is not None:
            tell(answer.error)
        if answer.ending == "cancelled":
            self._was_interrupted = True
        if answer.ending != "whole":
            kept = "what came is kept" if is_kept else "not kept in the conversation"
            self._display.note(f"({answer.ending}; {kept}; /retry asks again)")

    def _ask(self, question: Question) -> Answer:
        answer = ask(self._client, self._conversation.request(question), self._display)
        if self._prints_json and answer.completion is not None:
            print(json.dumps(answer.completion, ensure_ascii=False), flush=True)
        for note in answer.notes:
            self._display.note(note)
        return answer


def _terminate(_signal: int, _frame: object) -> NoReturn:
    # Raised, so that code which changed the terminal's mode can restore it.
    raise SystemExit(128 + signal.SIGTERM)
