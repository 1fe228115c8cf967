"""Asks one question in `agentsflare-kimi chat`, and classifies the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import openai
from openai.types.chat import ChatCompletionMessageParam

from agentsflare_kimi import (
    FilterReport,
    Kimi,
    StreamReader,
    assistant_message,
    extract_content,
    extract_reasoning,
    is_filter_error,
)
from agentsflare_kimi.cli.chat_display import Display

__all__ = ["Answer", "ask"]

_Ending = Literal["whole", "cut", "blocked", "cancelled", "failed"]


class Answer(NamedTuple):
    """An answer, complete or not.

    Attributes:
        ending: `whole`; `cut` at the token limit; `blocked` by the content filter;
            `cancelled` by Ctrl-C; `failed` with `error`.
        message: The message to keep in the conversation; None if there is no text.
        completion: The completion received so far, as JSON data; None if nothing arrived.
        notes: Notes to show to the user.
        error: Why it failed.
    """

    ending: _Ending
    message: ChatCompletionMessageParam | None = None
    completion: dict[str, object] | None = None
    notes: tuple[str, ...] = ()
    error: openai.OpenAIError | None = None


def ask(client: Kimi, request: dict[str, Any], display: Display) -> Answer:
    """Stream an answer, and show it as it arrives.

    Args:
        client: The client.
        request: The body, without the streaming parameters.
        display: Shows the answer.

    Returns:
        The answer. Ctrl-C and API errors are not raised, so that partial text is kept.
    """
    reader: StreamReader | None = None
    error: openai.OpenAIError | None = None
    is_cancelled = False
    try:
        with display.answering():
            stream = client.chat.completions.create(
                **request, stream=True, stream_options={"include_usage": True}
            )
            reader = StreamReader(stream)
            with reader:
                for chunk in reader.events():
                    display.show(extract_reasoning(chunk), extract_content(chunk))
    except KeyboardInterrupt:
        is_cancelled = True
    except openai.OpenAIError as caught:
        error = caught
    if reader is None:
        is_blocked = error is not None and is_filter_error(error)
        nothing = "blocked" if is_blocked else "failed" if error else "cancelled"
        return Answer(nothing, error=error)
    return Answer(
        ending=_ending(reader, error, is_cancelled=is_cancelled),
        message=assistant_message(reader) if reader.content else None,
        completion=reader.completion.to_dict(),
        notes=tuple(_notes(reader, request)),
        error=error,
    )


def _ending(
    reader: StreamReader, error: openai.OpenAIError | None, *, is_cancelled: bool
) -> _Ending:
    if reader.filter_results.is_filtered:
        return "blocked"
    if is_cancelled:
        return "cancelled"
    if error is not None:
        return "failed"
    return "cut" if reader.finish_reason == "length" else "whole"


def _notes(reader: StreamReader, request: dict[str, Any]) -> Iterator[str]:
    report: FilterReport = reader.filter_results
    if report.is_filtered or report.is_flagged or report.filter_error:
        yield str(report)
    if reader.finish_reason == "length":
        what = "" if reader.content else " while it was reasoning,"
        limit = request.get("max_tokens", "the model's usual number of")
        yield f"(cut off{what} at {limit} tokens; --max-tokens sets how many there may be)"
    elif reader.is_complete and not reader.content and not report.is_filtered:
        yield "(the answer is empty)"
