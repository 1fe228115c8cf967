"""A user's program, for type checkers alone: what is accepted, and with which types."""

from __future__ import annotations

from typing import assert_type

import openai
from openai import AsyncStream, Stream
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi import (
    AsyncKimi,
    Kimi,
    KimiSettings,
    create_async_client,
    create_client,
)


def construct(settings: KimiSettings) -> Kimi:
    return Kimi(
        settings=settings,
        api_key="k",
        base_url="https://gateway.test/v1",
        timeout=30,
        max_retries=3,
        default_headers={"X-Team": "blue"},
        default_query={"q": 1},
        organization="o",
        project="p",
        http_client=openai.DefaultHttpxClient(),
        model="kimi-k2.6",
        deadline=60,
        max_concurrency=10,
        on_retired="error",
        on_deprecated="migrate",
        on_unknown="warn",
        adapt_parameters="always",
        keep_reasoning=False,
        on_forced_tool="auto",
        on_filtered="error",
        on_substitution="ignore",
        migrate_to="kimi-k3",
        models_file="models.toml",
        http_backend="auto",
        extra_models=("house-model",),
        allow_insecure_http=True,
    )


def construct_async() -> AsyncKimi:
    return AsyncKimi(
        api_key="k", timeout=openai.Timeout(3), http_client=openai.DefaultAsyncHttpxClient()
    )


def refresh() -> str:
    return "k"


async def refresh_async() -> str:
    return "k"


def keys_may_be_functions() -> tuple[Kimi, AsyncKimi]:
    return Kimi(api_key=refresh), AsyncKimi(api_key=refresh_async)


def factories_and_copies(settings: KimiSettings) -> None:
    assert_type(create_client(settings, on_retired="warn"), Kimi)
    assert_type(create_async_client(max_retries=0), AsyncKimi)
    assert_type(Kimi().with_options(timeout=5, on_unknown="ignore"), Kimi)
    assert_type(AsyncKimi().copy(max_retries=1), AsyncKimi)
    assert_type(Kimi().settings, KimiSettings)


def takes_the_sdks_client(client: openai.OpenAI) -> openai.OpenAI:
    return client


def ask() -> str | None:
    with Kimi() as client:
        assert_type(client, Kimi)
        _ = takes_the_sdks_client(client)
        answer = client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}]
        )
        assert_type(answer, ChatCompletion)
        chunks = client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}], stream=True
        )
        assert_type(chunks, Stream[ChatCompletionChunk])
        return answer.choices[0].message.content


async def ask_async() -> str | None:
    async with AsyncKimi() as client:
        assert_type(client, AsyncKimi)
        answer = await client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}]
        )
        assert_type(answer, ChatCompletion)
        chunks = await client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}], stream=True
        )
        assert_type(chunks, AsyncStream[ChatCompletionChunk])
        return answer.choices[0].message.content
