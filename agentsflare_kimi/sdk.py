"""The one place that touches private parts of the OpenAI SDK, each pinned by a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["AsyncHooks", "SyncHooks", "guard", "isolate"]


class SyncHooks:
    """Overrides of the sync client's private methods."""


class AsyncHooks:
    """Overrides of the async client's private methods."""


def isolate(client: Any, given: Mapping[str, object]) -> None:  # noqa: ANN401  # either client
    """Take back what the SDK's constructor read from `OPENAI_` variables.

    Args:
        client: A client just constructed.
        given: The keywords it was constructed with; what stands there was meant.

    Source: facts/openai-sdk.md section 4.
    """
    for name in ("organization", "project", "admin_api_key", "webhook_secret"):
        if given.get(name) is None:
            setattr(client, name, None)
    # OPENAI_CUSTOM_HEADERS may even replace the Authorization header.
    client._custom_headers = dict(given.get("default_headers") or {})  # noqa: SLF001
    if hasattr(client, "_ambient_authorizations"):
        client._ambient_authorizations = type(client._ambient_authorizations)()  # noqa: SLF001


@contextmanager
def guard(client: Any, options: Any) -> Iterator[None]:  # noqa: ANN401, ARG001  # the SDK's own
    """Let out of a request nothing but errors of the SDK."""
    yield
