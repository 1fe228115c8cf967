"""The SDK's `.stream()`, whose streams raise within `openai`'s tree: more private hooks.

What `.stream()` returns adds chunks up and parses them above the client's `request()`, and
leaves with a bare `TypeError`, `IndexError` or `AssertionError` where a gateway's chunks are
odd. Its modules are imported when a resource is first used, as the SDK does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

__all__ = ["HelperHooks"]


class HelperHooks:
    """Overrides for a client, so that the streams of its `.stream()` keep our promises."""

    if not TYPE_CHECKING:  # for type checkers they stay the SDK's

        @cached_property
        def chat(self):
            """The SDK's own, with a `.stream()` that keeps our promises."""
            chat = super().chat
            _guard_chat(chat)
            return chat

        @cached_property
        def beta(self):
            """The SDK's own, with a `chat` as above."""
            beta = super().beta
            if hasattr(beta, "chat"):
                _guard_chat(beta.chat)
            return beta

        @cached_property
        def responses(self):
            """The SDK's own, with a `.stream()` that keeps our promises."""
            from agentsflare_kimi.calling import sdk_response_stream  # noqa: PLC0415  # as in the SDK

            responses = super().responses
            _guard(responses, sdk_response_stream.guarded)
            return responses


def _guard_chat(chat: Any) -> None:
    from agentsflare_kimi.calling import sdk_chat_stream  # noqa: PLC0415  # as above

    _guard(chat.completions, sdk_chat_stream.guarded)


def _guard(resource: Any, guarded: Callable[[object], object]) -> None:
    kind = cast("Any", type(resource))

    @functools.wraps(resource.stream)
    def stream(*args: object, **options: object) -> object:
        # Looked up each time: tracers patch the class, some of them later.
        return guarded(kind.stream(resource, *args, **options))

    resource.stream = stream
