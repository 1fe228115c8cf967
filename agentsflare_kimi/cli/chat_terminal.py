"""Reads the lines of a conversation with prompt_toolkit, readline, or plain input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from agentsflare_kimi.cli.chat_display import is_terminal
from agentsflare_kimi.cli.chat_history import History

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPressEvent

__all__ = ["CancelledLineError", "ReadLine", "open_input"]

ReadLine = Callable[[], str]

_PROMPT: Final = "> "
_MORE: Final = ". "
_FENCE: Final = '"""'


class CancelledLineError(KeyboardInterrupt):
    """Ctrl-C was pressed on a line that was not empty."""


def open_input(history: History, commands: list[str]) -> tuple[ReadLine, str]:
    """Choose a function to read lines with.

    Args:
        history: The input history.
        commands: The commands that Tab completes at the start of a line.

    Returns:
        A function that reads one question, which may be several lines in triple quotes; and a
        hint on how to begin a new line. The function raises EOFError at the end of the input,
        KeyboardInterrupt for Ctrl-C, and `CancelledLineError` if Ctrl-C discards a line.
    """
    if is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb":
        for opener in (_open_prompt_toolkit, _open_readline):
            try:
                return opener(history, commands), "Alt-Enter for a new line"
            except ImportError:
                continue
    return lambda: _read_question(_read_plain), f"{_FENCE} for several lines"


def _open_prompt_toolkit(history: History, commands: list[str]) -> ReadLine:
    # It would ask the terminal for the cursor's position, and some terminals never answer.
    os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")
    from prompt_toolkit import PromptSession  # noqa: PLC0415  # in the extra `chat`
    from prompt_toolkit.completion import WordCompleter  # noqa: PLC0415
    from prompt_toolkit.history import InMemoryHistory  # noqa: PLC0415

    session: PromptSession[str] = PromptSession(
        message=_PROMPT,
        prompt_continuation=_MORE,
        multiline=True,
        key_bindings=_key_bindings(),
        history=InMemoryHistory(history.load()),
        completer=WordCompleter(commands, sentence=True),
        complete_while_typing=False,
        enable_suspend=True,
    )

    def read() -> str:
        text = session.prompt()
        if text.strip():
            history.add(text)
        return _without_fence(text)

    return read


def _key_bindings() -> Any:  # noqa: ANN401  # of a library that may be missing
    from prompt_toolkit.key_binding import KeyBindings  # noqa: PLC0415

    bindings = KeyBindings()

    @bindings.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if _is_open(buffer.text):
            buffer.newline(copy_margin=False)
        else:
            buffer.validate_and_handle()

    @bindings.add("escape", "enter")
    @bindings.add("escape", "c-j")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @bindings.add("c-c")
    @bindings.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        kind = CancelledLineError if event.current_buffer.text else KeyboardInterrupt
        event.app.exit(exception=kind(), style="class:aborting")

    return bindings


def _open_readline(history: History, commands: list[str]) -> ReadLine:
    import readline  # noqa: PLC0415  # not on every system

    readline.set_auto_history(False)
    for entry in history.load():
        readline.add_history(entry)
    readline.set_completer_delims("")
    readline.set_completer(_completer(commands))
    if "libedit" in (readline.__doc__ or ""):
        readline.parse_and_bind("bind ^I rl_complete")
    else:
        readline.parse_and_bind("tab: complete")
        readline.parse_and_bind("set enable-bracketed-paste on")
        readline.parse_and_bind(r'"\e\C-m": "\C-v\C-j"')
        readline.parse_and_bind(r'"\e\C-j": "\C-v\C-j"')

    def read_line(prompt: str) -> str:
        try:
            return input(prompt)
        except KeyboardInterrupt:
            if readline.get_line_buffer():
                raise CancelledLineError from None
            raise

    def read() -> str:
        text = _read_question(read_line)
        if text.strip():
            history.add(text)
            readline.add_history(text)
        return text

    return read


def _completer(commands: list[str]) -> Callable[[str, int], str | None]:
    def complete(text: str, state: int) -> str | None:
        found = [command for command in commands if text and command.startswith(text)]
        return found[state] if state < len(found) else None

    return complete


def _read_plain(prompt: str) -> str:
    # `input` would print the prompt on stdout, where the answers go.
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def _read_question(read_line: Callable[[str], str]) -> str:
    text = read_line(_PROMPT)
    while _is_open(text):
        text += "\n" + read_line(_MORE)
    return _without_fence(text)


def _is_open(text: str) -> bool:
    start = text.lstrip()
    return start.startswith(_FENCE) and not (
        len(start) >= 2 * len(_FENCE) and start.rstrip().endswith(_FENCE)
    )


def _without_fence(text: str) -> str:
    start = text.strip()
    is_fenced = start.startswith(_FENCE) and not _is_open(text)
    return start[len(_FENCE) : -len(_FENCE)].strip("\n") if is_fenced else text
