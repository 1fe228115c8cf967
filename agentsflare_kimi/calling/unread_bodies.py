"""Bodies that are read after their call: with the call's deadline, and its promises on errors.

`with_streaming_response`, and a raw response of a stream, hand out a response whose body has
yet to come; what reads it goes past the SDK, and its errors carry the key and the prompt.
Source: facts/reliability.md sections 2b (T16) and 3 ("timeout").
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from agentsflare_kimi.calling.answer_checks import reading
from agentsflare_kimi.calling.deadlines import at_most, fail_after, within
from agentsflare_kimi.calling.guarding import deadline_of

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["guard_unread"]

_Answer = TypeVar("_Answer")


def guard_unread(answer: _Answer, response: Response) -> _Answer:
    """Guard the body of *response*, unless it has come or a guarded stream reads it.

    All ways to read a body pass one of these methods: `read`, `iter_lines`, `stream_to_file`.

    Args:
        answer: What the SDK made of *response*.
        response: The HTTP response.

    Returns:
        *answer*.
    """
    if not response.is_stream_consumed and not hasattr(answer, "watch"):
        response.iter_raw = _guarded(response.iter_raw, response)
        response.iter_bytes = _guarded(response.iter_bytes, response)
        response.aiter_raw = _async_guarded(response.aiter_raw, response)
        response.aiter_bytes = _async_guarded(response.aiter_bytes, response)
    return answer


def _guarded(
    read: Callable[..., Iterator[bytes]], response: Response
) -> Callable[..., Iterator[bytes]]:
    deadline = deadline_of(response)

    @wraps(read)
    def guarded(*args: int | None, **options: int | None) -> Iterator[bytes]:
        pieces = read(*args, **options)
        while True:
            try:
                with reading(response), within(deadline):
                    at_most(None)
                    piece = next(pieces, None)
            except Exception:
                response.close()
                raise
            if piece is None:
                return
            yield piece

    return guarded


def _async_guarded(
    read: Callable[..., AsyncGenerator[bytes, None]], response: Response
) -> Callable[..., AsyncGenerator[bytes, None]]:
    deadline = deadline_of(response)

    @wraps(read)
    async def guarded(*args: int | None, **options: int | None) -> AsyncGenerator[bytes, None]:
        pieces = read(*args, **options)
        while True:
            try:
                with reading(response), fail_after(deadline):
                    piece = await anext(pieces, None)
            except Exception:
                await response.aclose()
                raise
            if piece is None:
                return
            yield piece

    return guarded
