"""The ASGI application: its routes, and the handling of every request."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agentsflare_kimi.calling.notices import log_event
from agentsflare_kimi.calling.observing import observing
from agentsflare_kimi.printable import printable
from agentsflare_kimi.proxy.access import Gate
from agentsflare_kimi.proxy.exchange import Exchange, current_exchange
from agentsflare_kimi.proxy.forwarding import METHODS, Incoming, forward, gateway_path
from agentsflare_kimi.proxy.metrics import metrics_if_there
from agentsflare_kimi.proxy.options import ProxySettings, store_of
from agentsflare_kimi.proxy.refusals import Refusal, refusal_of
from agentsflare_kimi.proxy.replies import Reply, while_connected
from agentsflare_kimi.proxy.upstream import Asking, Upstream
from agentsflare_kimi.settings import KimiSettings

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["create_app"]

_CLIENT_GONE: Final = 499


def create_app(settings: KimiSettings | None = None, **options: Any) -> ASGIApp:  # noqa: ANN401  # fields of ProxySettings, which checks them
    """Make the proxy, for any ASGI server: `uvicorn --factory agentsflare_kimi.proxy:create_app`.

    Args:
        settings: The settings of the clients; from the environment (`AGENTSFLARE_…`) if None.
            The key is used only if callers send tokens.
        options: Fields of `ProxySettings`; those not given come from the environment
            (`AGENTSFLARE_PROXY_…`).

    Returns:
        An ASGI application.

    Raises:
        ConfigurationError: A setting or an option is wrong.
        MissingApiKeyError: There are tokens but no gateway key.
    """
    settings = settings or KimiSettings()
    chosen = ProxySettings(**options)
    proxy = _Proxy(settings, chosen)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await proxy.upstream.close()

    routes = [Route("/healthz", proxy.show_health)]
    if proxy.metrics is not None:
        routes.append(Route("/metrics", proxy.show_metrics))
    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.router.default = proxy  # every other path
    return app


class _Proxy:
    """The handler of every gateway path."""

    def __init__(self, settings: KimiSettings, options: ProxySettings) -> None:
        self._options = options
        self._gate = Gate(options, settings)
        self._store = store_of(options)
        self.upstream = Upstream(settings, options.most_callers, self._store)
        self.metrics = metrics_if_there()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        raw_path = scope.get("raw_path") or scope["path"].encode()
        path = raw_path.decode("latin-1").partition("?")[0]
        exchange = Exchange(method=scope["method"], path=path)
        token = current_exchange.set(exchange)
        reply = Reply(send, exchange)
        try:
            with observing() as exchange.observed:
                await self._serve(scope, receive, exchange, reply)
        finally:
            current_exchange.reset(token)
            if exchange.is_gone and not exchange.status:
                exchange.status = _CLIENT_GONE
            if self.metrics is not None:
                self.metrics.count(exchange)
            log_event("request", level=logging.INFO, **exchange.log_fields())

    async def show_health(self, _: Request) -> JSONResponse:
        """Answer `/healthz`; the proxy is healthy without its shared memory, but reports that."""
        health = {"status": "ok"}
        if self._store is not None:
            health["memory"] = "ok" if self._store.is_up else "unavailable"
        return JSONResponse(health)

    async def show_metrics(self, request: Request) -> Response:
        """Answer `/metrics`."""
        try:
            self._gate.check_connection(request.scope, dict(request.headers))
        except Refusal as refusal:
            return Response(refusal.body(), refusal.status, media_type="application/json")
        if self.metrics is None or not self._gate.may_see_metrics(request.scope, request.headers):
            return JSONResponse({"error": {"message": "not for you"}}, 403)
        return Response(self.metrics.text(), media_type=self.metrics.media_type)

    async def _serve(
        self, scope: Scope, receive: Receive, exchange: Exchange, reply: Reply
    ) -> None:
        try:
            incoming, asking = await self._admit(scope, receive, exchange)
        except Exception as error:  # noqa: BLE001  # every failure is answered
            await _refuse(error, reply)
            return

        async def work() -> None:
            try:
                passes_unknown = self._options.unknown_paths == "pass"
                await forward(incoming, asking, exchange, reply, passes_unknown=passes_unknown)
            except Exception as error:  # noqa: BLE001  # as above
                await _refuse(error, reply)

        try:
            exchange.is_gone = not await while_connected(receive, reply, work)
        except asyncio.CancelledError:
            # The server ends, and has waited as long as it was told to; so does this task, now.
            told = "the proxy was stopped before the answer was complete"
            await reply.refuse(Refusal(503, told, code="proxy_stopped"))

    async def _admit(
        self, scope: Scope, receive: Receive, exchange: Exchange
    ) -> tuple[Incoming, Asking]:
        headers = _headers(scope)
        self._gate.check_connection(scope, headers)
        if exchange.method not in METHODS:
            # Among them OPTIONS: a web page that asks before it sends (CORS) may not.
            raise Refusal(
                405,
                f"{printable(exchange.method)} is not passed on",
                code="method_not_allowed",
                headers={"allow": ", ".join(sorted(METHODS))},
            )
        path = gateway_path(exchange.path)
        caller = self._gate.check_caller(headers)
        exchange.caller = caller.name
        body = await self._read(receive, headers)
        query = scope["query_string"].decode("latin-1")
        incoming = Incoming(scope["method"], path, query, headers, body)
        return incoming, self.upstream.of(caller)

    async def _read(self, receive: Receive, headers: dict[str, str]) -> bytes:
        most = self._options.max_body_bytes
        too_large = Refusal(413, f"the body has more than {most} bytes", code="body_too_large")
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > most:
            raise too_large
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(400, "the body broke off", code="client_gone")
            body += message.get("body", b"")
            if len(body) > most:
                raise too_large
            if not message.get("more_body"):
                return bytes(body)


def _headers(scope: Scope) -> dict[str, str]:
    raw: list[tuple[bytes, bytes]] = scope["headers"]
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


async def _refuse(error: Exception, reply: Reply) -> None:
    refusal = refusal_of(error)
    if refusal.code == "proxy_error":
        # Log the stack without the message, which may quote the prompt.
        stack = "".join(traceback.format_tb(error.__traceback__))
        log_event("proxy_error", level=logging.ERROR, kind=type(error).__name__, stack=stack)
    await reply.refuse(refusal)
