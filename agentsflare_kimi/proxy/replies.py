"""Writes an answer to the caller, piece by piece, and notices a disconnect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

import anyio

from agentsflare_kimi.models.notice_texts import Notice
from agentsflare_kimi.printable import printable
from agentsflare_kimi.proxy.exchange import Exchange
from agentsflare_kimi.proxy.refusals import Refusal

if TYPE_CHECKING:
    from starlette.types import Receive, Send

__all__ = ["Reply", "while_connected"]

# Hop-by-hop headers, headers of the encoded body, and headers that name the account.
_NOT_PASSED_ON: Final = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "keep-alive",
        "msh-gid",
        "msh-org-id",
        "msh-project-id",
        "msh-uid",
        "proxy-authenticate",
        "server",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_MAX_NOTICE: Final = 1_000


class Reply:
    """The answer to one request.

    Attributes:
        is_over: Whether all of it has been sent.
    """

    def __init__(self, send: Send, exchange: Exchange) -> None:
        """Begin with nothing sent."""
        self._send = send
        self._exchange = exchange
        self.is_over: bool = False

    @property
    def has_begun(self) -> bool:
        """Whether the status has been sent."""
        return self._exchange.status != 0

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status and *headers*, with headers that tell what was done to the request."""
        self._exchange.status = status
        told = [*headers.items(), *_told(self._exchange)]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, piece: bytes) -> None:
        """Send a piece of the body; waits while the caller does not read."""
        if self._exchange.first_byte is None:
            self._exchange.first_byte = self._exchange.seconds
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self) -> None:
        """End the body."""
        self.is_over = True
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a complete answer."""
        await self.begin(status, {**headers, "content-length": str(len(body))})
        await self.write(body)
        await self.end()

    async def refuse(self, refusal: Refusal) -> None:
        """Send a refusal: as an answer, or as the last event of a stream that has begun."""
        self._exchange.cause = refusal.code
        if self.has_begun:
            await self.write(refusal.event())
            await self.end()
            return
        headers = {"content-type": "application/json", **refusal.headers}
        await self.answer(refusal.status, refusal.body(), headers)


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the gateway's *headers* that are meant for the caller."""
    return {name: value for name, value in headers.items() if name.lower() not in _NOT_PASSED_ON}


def _told(exchange: Exchange) -> Iterable[tuple[str, str]]:
    sent = exchange.observed.model_sent
    if sent and sent != exchange.model:
        yield "agentsflare-kimi-model", _header(sent)
    notices = [_notice(notice) for notice in exchange.observed.notices]
    if notices:
        yield "agentsflare-kimi-notice", _header(" | ".join(notices))


def _notice(notice: Notice) -> str:
    return f"{notice.kind}: {notice.message}"


def _header(text: str) -> str:
    shown = printable(text.replace("\n", " ").replace("\t", " "))[:_MAX_NOTICE]
    return shown.encode("ascii", "replace").decode()


async def while_connected(
    receive: Receive, reply: Reply, work: Callable[[], Awaitable[None]]
) -> bool:
    """Do *work* while the caller is connected; cancel it when the caller disconnects.

    Args:
        receive: The ASGI channel that reports the disconnect; the body has been read.
        reply: The reply that *work* writes to; servers report a disconnect after its end, too.
        work: Must not raise.

    Returns:
        Whether the caller stayed connected to the end.
    """
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        await work()
        group.cancel_scope.cancel()
    return reply.is_over
