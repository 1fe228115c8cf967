"""The questions and answers of `agentsflare-kimi chat`."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterator
from typing import Final

import openai
from openai.types.chat import ChatCompletionMessageParam

from agentsflare_kimi import Kimi, StreamReader, assistant_message, create_client
from agentsflare_kimi.cli import UsageError, tell
from agentsflare_kimi.printable import printable

__all__ = ["talk"]

_PROMPT: Final = "> "


def talk(options: argparse.Namespace) -> int:
    """Ask one question, or hold a conversation.

    Args:
        options: What the command line says.

    Returns:
        0 once everything was answered, or the conversation was ended.

    Raises:
        UsageError: There is no question.
        openai.APIError: The only question was not answered.
    """
    warnings.showwarning = _show_warning
    with create_client(env_file=options.env_file) as client:
        model = options.model or client.settings.model
        history: list[ChatCompletionMessageParam] = []
        if options.system:
            history.append({"role": "system", "content": options.system})
        is_conversation = not options.prompt and sys.stdin.isatty()
        for question in _questions(options.prompt):
            turn: list[ChatCompletionMessageParam] = [{"role": "user", "content": question}]
            try:
                turn.append(_ask(client, options, model, history + turn))
            except openai.APIError as error:
                if not is_conversation:
                    raise
                print()
                tell(error)
            else:
                history += turn
    return 0


def _show_warning(message: Warning | str, *_: object) -> None:
    # The line of the caller's own code is a line of this program.
    print(f"agentsflare-kimi: warning: {printable(str(message))}", file=sys.stderr)


def _questions(words: list[str]) -> Iterator[str]:
    if words:
        yield " ".join(words)
    elif not sys.stdin.isatty():
        question = sys.stdin.read().strip()
        if not question:
            raise UsageError("no prompt: give one as argument or on standard input")
        yield question
    else:
        yield from _typed()


def _typed() -> Iterator[str]:
    while True:
        try:
            line = input(_PROMPT).strip()
        except EOFError:
            print()
            return
        if line:
            yield line


def _ask(
    client: Kimi,
    options: argparse.Namespace,
    model: str,
    messages: list[ChatCompletionMessageParam],
) -> ChatCompletionMessageParam:
    stream = client.chat.completions.create(
        model=model, messages=messages, stream=True, stream_options={"include_usage": True}
    )
    with StreamReader(stream) as reader:
        for text in reader:
            if not options.json:
                print(_shown(text, options), end="", flush=True)
    if options.json:
        print(json.dumps(reader.completion.to_dict(), ensure_ascii=False))
    else:
        print()
    if options.reasoning and reader.reasoning:
        print(printable(reader.reasoning), file=sys.stderr)
    if reader.filter_results:
        print(reader.filter_results, file=sys.stderr)
    if reader.finish_reason == "length":
        print("(cut off: the answer reached its largest number of tokens)", file=sys.stderr)
    return assistant_message(reader)


def _shown(text: str, options: argparse.Namespace) -> str:
    return text if options.raw or not sys.stdout.isatty() else printable(text)
