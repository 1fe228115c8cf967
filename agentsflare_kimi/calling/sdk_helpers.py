"""Guards the SDK's `.stream()` helpers, so that they raise `openai` errors; private hooks.

The helpers accumulate and parse chunks above the client's `request()`, and raise a bare
`TypeError`, `IndexError` or `AssertionError` for odd chunks. Their modules are imported when a
resource is first used, as in the SDK.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from agentsflare_kimi.calling.sdk_streams import twin

__all__ = ["HelperHooks"]


class HelperHooks:
    """Overrides for a client, so that its `.stream()` helpers return guarded streams."""

    if not TYPE_CHECKING:  # for type checkers they stay the SDK's

        @cached_property
        def chat(self):
            """The SDK's own, with a guarded `.stream()`."""
            chat = super().chat
            _guard_chat(chat)
            return chat

        @cached_property
        def beta(self):
            """The SDK's own, with a guarded `chat`."""
            beta = super().beta
            if hasattr(beta, "chat"):
                _guard_chat(beta.chat)
            return beta

        @cached_property
        def responses(self):
            """The SDK's own, with a guarded `.stream()`."""
            from agentsflare_kimi.calling import sdk_response_stream  # noqa: PLC0415  # as in the SDK

            responses = super().responses
            _guard(responses, sdk_response_stream.MANAGERS)
            return responses


def _guard_chat(chat: Any) -> None:
    from agentsflare_kimi.calling import sdk_chat_stream  # noqa: PLC0415  # as above

    _guard(chat.completions, sdk_chat_stream.MANAGERS)


def _guard(resource: Any, managers: Mapping[type, type]) -> None:
    kind = cast("Any", type(resource))

    @functools.wraps(resource.stream)
    def stream(*args: object, **options: object) -> object:
        # Looked up each time: tracers patch the class, some of them later.
        manager: object = kind.stream(resource, *args, **options)
        guarded = managers.get(type(manager))  # none for a tracer's own
        return twin(guarded, manager) if guarded else manager

    resource.stream = stream
