"""A user's program that reads answers, streams and errors: only type-checked, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

from openai import APIError, AsyncOpenAI, OpenAI
from openai.types import CompletionUsage
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionAssistantMessageParam,
    ChatCompletionChunk,
)

from agentsflare_kimi import (
    AsyncStreamReader,
    BalanceExhaustedError,
    CategoryResult,
    ChoiceFilter,
    Diagnosis,
    FilterNote,
    FilterReport,
    IncompleteStreamError,
    PromptFilter,
    StreamReader,
    UnreadableResponseError,
    assistant_message,
    diagnose,
    extract_content,
    extract_filter_results,
    extract_reasoning,
    is_filter_error,
)


def show(*values: object) -> None:
    """Stand for whatever a program does with them."""


def whole(client: OpenAI) -> str:
    """Read a whole answer."""
    answer = client.chat.completions.create(
        model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}]
    )
    assert_type(extract_reasoning(answer, index=0), str)
    assert_type(assistant_message(answer, 0), ChatCompletionAssistantMessageParam)
    describe(extract_filter_results(answer))
    return extract_content(answer) or extract_content(answer.model_dump(), 1)


def describe(report: FilterReport) -> dict[str, object]:
    """Use every field of a report."""
    assert_type(report.blocked_categories, tuple[str, ...])
    assert_type(report.flagged_categories, tuple[str, ...])
    assert_type(report.categories, Mapping[str, CategoryResult])
    assert_type(report.filter_error, FilterNote | None)
    assert_type(report.block_verdict, FilterNote | None)
    assert_type(report.prompt, tuple[PromptFilter, ...])
    assert_type(report.choices, tuple[ChoiceFilter, ...])
    for choice in report.choices:
        show(choice.index, choice.content, choice.refusal, choice.finish_reason)
        show(choice.has_tool_calls, choice.is_filtered, choice.offsets)
        for name, result in choice.categories.items():
            assert_type(result.severity, str | None)
            assert_type(result.filtered, bool | None)
            assert_type(result.detected, bool | None)
            show(name, result.details, result.citation, result.extra, result.is_flagged)
    for prompt in report.prompt:
        show(prompt.prompt_index, prompt.categories)
    if report.filter_error:
        show(report.filter_error.code, report.filter_error.message)
    if report or report.is_flagged or not report.annotations_present:
        show(report, report.is_filtered, report.raw)
    return report.to_dict()


def streamed(client: OpenAI) -> ChatCompletion:
    """Read a stream."""
    stream = client.chat.completions.create(
        model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    with StreamReader(stream) as reader:
        for piece in reader:
            assert_type(piece, str)
        for chunk in reader.events():
            assert_type(chunk, ChatCompletionChunk)
    assert_type(reader.content, str)
    assert_type(reader.reasoning, str)
    assert_type(reader.finish_reason, str | None)
    assert_type(reader.usage, CompletionUsage | None)
    assert_type(reader.filter_results, FilterReport)
    assert_type(reader.is_complete, bool)
    assert_type(reader.error, BaseException | None)
    for call in reader.tool_calls:
        show(call.id)
    reader.close()
    return reader.completion


async def streamed_async(client: AsyncOpenAI) -> ChatCompletionAssistantMessageParam:
    """Read a stream of the asynchronous client."""
    stream = await client.chat.completions.create(
        model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    async with AsyncStreamReader(stream) as reader:
        async for piece in reader:
            assert_type(piece, str)
        async for chunk in reader.events():
            assert_type(chunk, ChatCompletionChunk)
    await reader.close()
    return assistant_message(reader)


def explained(client: OpenAI) -> Diagnosis | None:
    """Ask why a call failed."""
    try:
        whole(client)
    except BalanceExhaustedError as error:
        show(error.status_code, error.code)
    except IncompleteStreamError as error:
        assert_type(error.partial, str)
    except UnreadableResponseError as error:
        show(error.body)
    except APIError as error:
        if is_filter_error(error):
            describe(extract_filter_results(error))
        diagnosis = diagnose(error)
        assert_type(diagnosis.cause, str)
        assert_type(diagnosis.is_retryable, bool | None)
        assert_type(diagnosis.parameter, str | None)
        assert_type(diagnosis.allowed, str | float | bool | None)
        assert_type(diagnosis.docs_url, str | None)
        show(diagnosis, diagnosis.summary, diagnosis.advice)
        return diagnosis
    return None
