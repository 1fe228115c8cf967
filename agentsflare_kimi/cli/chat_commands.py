"""The slash commands of a conversation."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, NamedTuple

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.chat_conversation import Conversation, Question
from agentsflare_kimi.cli.chat_images import read_image
from agentsflare_kimi.reading.content import extract_content

__all__ = ["COMMANDS", "Outcome", "is_command", "run_command"]


class Outcome(NamedTuple):
    """The result of a command.

    Attributes:
        told: Text to show to the user.
        question: The question to ask now, if any.
        is_end: Whether the conversation ends.
    """

    told: str = ""
    question: Question | None = None
    is_end: bool = False


class _Command(NamedTuple):
    argument: str
    purpose: str
    run: Callable[[Conversation, str], Outcome]


def is_command(line: str) -> bool:
    """Tell whether *line* is a command; two slashes escape a question that begins with one."""
    return line.startswith("/") and not line.startswith("//")


def run_command(conversation: Conversation, line: str) -> Outcome:
    """Run one command.

    Args:
        conversation: The conversation to change; unchanged if the command fails.
        line: The line, including the slash.

    Raises:
        UsageError: The command is unknown or cannot be run.
    """
    name, _, argument = line.partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        close = get_close_matches(name, COMMANDS, n=1)
        meant = f", did you mean {close[0]}?" if close else "."
        raise UsageError(
            f"unknown command {name!r}{meant} /help lists them; begin with // to ask a question "
            "that begins with a slash"
        )
    if argument.strip() and not command.argument:
        raise UsageError(f"{name} takes no argument")
    return command.run(conversation, argument.strip())


def _help(_conversation: Conversation, _argument: str) -> Outcome:
    rows = {f"{name} {each.argument}".rstrip(): each.purpose for name, each in COMMANDS.items()}
    rows |= {'"""': "around a question of several lines", "Ctrl-C": "cancel; twice, end"}
    width = max(map(len, rows))
    return Outcome("\n".join(f"{row:<{width}}  {purpose}" for row, purpose in rows.items()))


def _model(conversation: Conversation, name: str) -> Outcome:
    if not name:
        return Outcome(conversation.model)
    before = conversation.model, conversation.thinking
    conversation.model = name
    try:
        conversation.check()
    except UsageError:
        # Choices for the previous model may not suit this one.
        conversation.thinking = None
        try:
            conversation.check()
        except UsageError:
            conversation.model, conversation.thinking = before
            raise
        return Outcome(f"{name} answers from now on; it decides itself whether it thinks")
    return Outcome(f"{name} answers from now on")


def _system(conversation: Conversation, text: str) -> Outcome:
    if not text:
        return Outcome(conversation.system or "there is no system message")
    conversation.system = "" if text == "-" else text
    return Outcome("the system message is gone" if text == "-" else "the system message is set")


def _image(conversation: Conversation, name: str) -> Outcome:
    if not name:
        names = ", ".join(image.name for image in conversation.images)
        return Outcome(f"the next question shows: {names or 'no image'}")
    conversation.images.append(read_image(_unquoted(name)))
    try:
        conversation.check()
    except UsageError:
        conversation.images.pop()
        raise
    return Outcome("the next question shows it")


def _thinking(conversation: Conversation, choice: str) -> Outcome:
    words = {"on": True, "off": False}
    if not choice:
        states = {True: "on", False: "off", None: "as the model does by itself"}
        return Outcome(f"thinking: {states[conversation.thinking]}")
    if choice not in words:
        raise UsageError(f"/thinking takes on or off, not {choice!r}")
    before, conversation.thinking = conversation.thinking, words[choice]
    try:
        conversation.check()
    except UsageError:
        conversation.thinking = before
        raise
    return Outcome(f"thinking: {choice}")


def _save(conversation: Conversation, name: str) -> Outcome:
    if not name:
        raise UsageError("/save takes the name of a file: *.json for messages, else Markdown")
    path = os.path.expanduser(_unquoted(name))  # noqa: PTH111  # a name may hold NUL
    text = _as_json(conversation) if path.endswith(".json") else _as_markdown(conversation)
    try:
        with open(path, "x", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{name} already exists; choose another name") from None
    except ValueError:
        raise UsageError(f"{name!r} is not a file name") from None
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from error
    return Outcome(f"saved in {path}")


def _as_json(conversation: Conversation) -> str:
    saved = {"model": conversation.model, "messages": conversation.messages}
    return json.dumps(saved, ensure_ascii=False, indent=2) + "\n"


def _as_markdown(conversation: Conversation) -> str:
    parts = [f"# Conversation with {conversation.model}"]
    if conversation.system:
        parts += ["## System", conversation.system]
    for question, answer in conversation.turns:
        images = [f"(image: {image.name})" for image in question.images]
        parts += ["## Question", *images, question.text]
        parts += ["## Answer", extract_content({"choices": [{"message": answer}]})]
    return "\n\n".join(parts) + "\n"


def _retry(conversation: Conversation, _argument: str) -> Outcome:
    question = conversation.ask_again()
    if question is None:
        raise UsageError("nothing has been asked yet")
    return Outcome(question=question)


def _quit(_conversation: Conversation, _argument: str) -> Outcome:
    return Outcome(is_end=True)


def _unquoted(name: str) -> str:
    # Terminals quote the name of a file that is dragged into them.
    is_quoted = len(name) > 1 and name[0] == name[-1] and name[0] in "\"'"
    return name[1:-1] if is_quoted else name


COMMANDS: Final = {
    "/help": _Command("", "list these commands", _help),
    "/model": _Command("[NAME]", "show or change the model", _model),
    "/system": _Command("[TEXT]", "set the system message, - for none", _system),
    "/image": _Command("[FILE]", "show an image with the next question", _image),
    "/thinking": _Command("[on|off]", "think before answering, or not", _thinking),
    "/save": _Command("FILE", "save as Markdown, *.json as messages", _save),
    "/retry": _Command("", "ask the last question again", _retry),
    "/quit": _Command("", "end the conversation, as Ctrl-D does", _quit),
}
