"""Every private hook of the `openai` SDK that the clients need, and nothing else.

The names that begin with an underscore may change in any release of `openai`; tests/test_sdk.py
pins each of them and says what to look for. They exist from 1.109.1 to 3.54.0.
Source: facts/reliability.md section 3, facts/openai-sdk.md sections 2 and 4.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin

import anyio
from openai import APITimeoutError, AsyncStream, Stream

from agentsflare_kimi import retries
from agentsflare_kimi.answers import checked_data, failure_message, is_model, reading
from agentsflare_kimi.concurrency import Slots
from agentsflare_kimi.connections import AsyncSteadyClient, SteadyClient, async_trace, trace
from agentsflare_kimi.deadlines import Deadline, at_most, within
from agentsflare_kimi.errors import BalanceExhaustedError, UnsafeBaseUrlError
from agentsflare_kimi.failures import as_openai_error, unreadable_response
from agentsflare_kimi.printable import printable
from agentsflare_kimi.redaction import guard_logs, redact
from agentsflare_kimi.sse import EventDecoder
from agentsflare_kimi.stream_watch import StreamWatch

__all__ = ["AsyncGuardedStream", "AsyncHooks", "GuardedStream", "SyncHooks", "guard", "isolate"]

_T = TypeVar("_T")
_CALL_KEY: Final = "agentsflare_kimi"
_END: Final = object()
_EDGE_TIMEOUT: Final = 524
_TOO_MANY_REQUESTS: Final = 429
_PHASES: Final = ("connect", "read", "write", "pool")
# With these the SDK wants to make its HTTP client by itself.
_OWN_TRANSPORT: Final = ("provider", "workload_identity")


class GuardedStream(Stream[_T]):
    """An `openai.Stream` that raises where the SDK's ends as if all had come.

    Attributes:
        watch: What has passed through it.
    """

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._iterator = self._guard(self._iterator)

        def __next__(self):
            self.watch.check_left()
            return next(self._iterator)

        def __iter__(self):
            self.watch.check_left()
            yield from self._iterator

    watch: StreamWatch

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)

    def _guard(self, chunks: Any) -> Iterator[_T]:
        watch = self.watch
        deadline = _deadline_of(self.response)
        try:
            while True:
                with within(deadline):
                    at_most(None)
                    chunk = next(chunks, _END)
                if chunk is _END:
                    break
                if chunk is not None:
                    watch.see(chunk)
                    yield chunk
        except GeneratorExit:
            watch.is_left = True
            raise
        except Exception as error:
            found = watch.failed(error)
            if found is error:
                raise
            raise found from error
        finally:
            chunks.close()
            self.response.close()
        watch.check_end(is_done=self.is_done)


class AsyncGuardedStream(AsyncStream[_T]):
    """An `openai.AsyncStream` that raises where the SDK's ends as if all had come.

    Attributes:
        watch: What has passed through it.
    """

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._iterator = self._guard(self._iterator)

        async def __anext__(self):
            self.watch.check_left()
            return await anext(self._iterator)

        async def __aiter__(self):
            self.watch.check_left()
            try:
                async for chunk in self._iterator:
                    yield chunk
            finally:
                await self._iterator.aclose()

    watch: StreamWatch

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)

    async def _guard(self, chunks: Any) -> AsyncIterator[_T]:
        watch = self.watch
        deadline = _deadline_of(self.response)
        try:
            while True:
                if deadline is None:
                    chunk = await anext(chunks, _END)
                else:
                    with anyio.fail_after(deadline.remaining()):
                        chunk = await anext(chunks, _END)
                if chunk is _END:
                    break
                if chunk is not None:
                    watch.see(chunk)
                    yield chunk
        except GeneratorExit:
            watch.is_left = True
            raise
        except Exception as error:
            found = watch.failed(error)
            if found is error:
                raise
            raise found from error
        finally:
            await chunks.aclose()
            await self.response.aclose()
        watch.check_end(is_done=self.is_done)


class _Call:
    """One call of the caller's, over all its tries."""

    __slots__ = ("deadline", "edge_timeouts", "paid", "request")

    def __init__(self, seconds: float | None) -> None:
        self.deadline = None if seconds is None else Deadline(seconds)
        self.request: Any = None
        self.edge_timeouts = 0
        self.paid = 0


_call: ContextVar[_Call | None] = ContextVar("agentsflare_kimi_call", default=None)


class guard:  # noqa: N801  # used as a function is: `with guard(client):`
    """Lets nothing out of a call but errors of `openai`'s tree, without key and prompt.

    Guards may be nested: the outermost one holds the deadline and converts.
    """

    __slots__ = ("_token", "call")

    def __init__(self, client: _Hooks, options: object = None) -> None:
        """Begin a call of *client*, unless one is under way."""
        del options  # what is in it must not be seen in a traceback
        self.call = _call.get() or _Call(client.deadline)

    def __enter__(self) -> _Call:
        self._token = None if _call.get() is self.call else _call.set(self.call)
        return self.call

    def __exit__(self, kind: object, error: BaseException | None, trace_back: object) -> None:
        if self._token is None:
            return
        _call.reset(self._token)
        if not isinstance(error, Exception):
            return
        found = as_openai_error(error, self.call.request)
        redact(found or error)
        if found is not None and found is not error:
            redact(error)
            raise found from error


class _Hooks:
    """What the sync and the async client override alike.

    Attributes:
        deadline: Seconds for a whole call or stream, retries included; None for no bound.
    """

    deadline: float | None = None

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            guard_logs()
            self._budget = retries.RetryBudget()
            if not any(options.get(name) for name in ("http_client", *_OWN_TRANSPORT)):
                options["http_client"] = self._make_http_client(options.get("timeout"))
            super().__init__(**options)
            isolate(self, options)

        def copy(self, **options):
            twin = super().copy(**options)
            twin._budget, twin.deadline = self._budget, self.deadline
            return twin

        with_options = copy

        def _make_sse_decoder(self):
            return EventDecoder()

        def _process_response_data(self, *, data, cast_to, response):
            data = checked_data(data, cast_to, response)
            return super()._process_response_data(data=data, cast_to=cast_to, response=response)

        def _prepare_url(self, url):
            prepared = super()._prepare_url(url)
            _check_origin(prepared, self.base_url)
            return prepared

        def _should_retry(self, response):
            call = _call.get()
            if not retries.is_worthwhile(
                response, self._parse_retry_after_header(response.headers)
            ):
                return False
            if response.status_code == _EDGE_TIMEOUT and call is not None:
                call.edge_timeouts += 1
                if call.edge_timeouts > 1:
                    return False
            return super()._should_retry(response) and self._pay(response.status_code)

        def _calculate_retry_timeout(self, remaining_retries, options, response_headers=None):
            if not retries.is_sleeping():
                return 0
            asked = self._parse_retry_after_header(response_headers)
            if asked is not None and 0 < asked <= retries.MAX_RETRY_AFTER:
                return asked
            return super()._calculate_retry_timeout(remaining_retries, options, response_headers)

        def _make_status_error(self, err_msg, *, body, response):
            if response.status_code == _TOO_MANY_REQUESTS and retries.is_balance_exhausted(body):
                inner = body.get("error", body) if isinstance(body, dict) else body
                return BalanceExhaustedError(err_msg, response=response, body=inner)
            return super()._make_status_error(
                failure_message(err_msg, body), body=body, response=response
            )

    def _pay(self, status_code: int | None = None) -> bool:
        paid = self._budget.spend(status_code)
        call = _call.get()
        if call is not None:
            call.paid += paid
        return paid > 0

    def _prepare_call(self, request: Any, tracer: Any) -> None:
        call = _call.get() or _Call(self.deadline)
        call.request = request
        extensions = request.extensions
        extensions[_CALL_KEY] = call
        extensions.setdefault("trace", tracer)
        if call.deadline is not None:
            left = call.deadline.remaining()
            if not left:
                raise APITimeoutError(request)
            given = extensions.get("timeout") or {}
            extensions["timeout"] = {
                phase: min(given.get(phase) or left, left) for phase in _PHASES
            }

    def _check_retry(self, response: Any) -> None:
        # After a failed connection the SDK tries again unasked; this is the only place to object.
        error = sys.exception()
        if response is not None or error is None:
            return
        call = _call.get()
        request = call.request if call else getattr(error, "request", None)
        if call is not None and call.deadline is not None and not call.deadline.remaining():
            raise APITimeoutError(request) from error
        if retries.is_permanent(error) or not self._pay():
            raise as_openai_error(error, request) from error


class SyncHooks(_Hooks):
    """Overrides for a sync client: `class Client(SyncHooks, OpenAI)`."""

    if not TYPE_CHECKING:  # as above

        def _make_http_client(self, timeout):
            return SteadyClient() if timeout is None else SteadyClient(timeout=timeout)

        def request(self, cast_to, options, *, stream=False, stream_cls=None):
            try:
                with guard(self) as call, within(call.deadline):
                    answer = super().request(
                        cast_to,
                        _without_redirects(options, self._client),
                        stream=stream,
                        stream_cls=_guarded(stream_cls, Stream, GuardedStream),
                    )
                    self._budget.refill(call.paid)
                    return answer
            finally:
                del options  # tracebacks may show it, and the prompt is in it

        def _prepare_request(self, request):
            self._prepare_call(request, trace)
            return super()._prepare_request(request)

        def _sleep_for_retry(self, *, response, **options):
            self._check_retry(response)
            super()._sleep_for_retry(response=response, **options)

        def _process_response(self, *, cast_to, response, **options):
            try:
                with reading(response):
                    answer = super()._process_response(
                        cast_to=cast_to, response=response, **options
                    )
                    return _checked_answer(answer, cast_to, response)
            finally:
                del options


class AsyncHooks(_Hooks):
    """Overrides for an async client: `class Client(AsyncHooks, AsyncOpenAI)`.

    Attributes:
        max_concurrency: Requests in flight, each counted until its body (a stream: its
            headers) arrived; 0 for no limit.
    """

    max_concurrency: int = 100

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            self._slots = Slots()
            super().__init__(**options)

        def copy(self, **options):
            twin = super().copy(**options)
            twin._slots, twin.max_concurrency = self._slots, self.max_concurrency
            return twin

        with_options = copy

        def _make_http_client(self, timeout):
            return AsyncSteadyClient() if timeout is None else AsyncSteadyClient(timeout=timeout)

        async def request(self, cast_to, options, *, stream=False, stream_cls=None):
            try:
                with guard(self) as call:
                    left = None if call.deadline is None else call.deadline.remaining()
                    with anyio.fail_after(left):
                        async with self._slots.of(self.max_concurrency):
                            answer = await super().request(
                                cast_to,
                                _without_redirects(options, self._client),
                                stream=stream,
                                stream_cls=_guarded(stream_cls, AsyncStream, AsyncGuardedStream),
                            )
                    self._budget.refill(call.paid)
                    return answer
            finally:
                del options  # as above

        async def _prepare_request(self, request):
            self._prepare_call(request, async_trace)
            return await super()._prepare_request(request)

        async def _sleep_for_retry(self, *, response, **options):
            self._check_retry(response)
            await super()._sleep_for_retry(response=response, **options)

        async def _process_response(self, *, cast_to, response, **options):
            try:
                with reading(response):
                    answer = await super()._process_response(
                        cast_to=cast_to, response=response, **options
                    )
                    return _checked_answer(answer, cast_to, response)
            finally:
                del options


def isolate(client: Any, given: Mapping[str, object]) -> None:
    """Undo what the SDK's constructor took from `OPENAI_…` variables.

    Args:
        client: A client, just made.
        given: The keywords that it was made with.
    """
    for name in ("organization", "project", "admin_api_key", "webhook_secret"):
        if given.get(name) is None and hasattr(client, name):
            setattr(client, name, None)
    if os.environ.get("OPENAI_CUSTOM_HEADERS"):
        client._custom_headers = dict(given.get("default_headers") or {})
        if hasattr(client, "_ambient_authorizations"):
            client._ambient_authorizations = type(client._ambient_authorizations)()


def _guarded(stream_cls: Any, theirs: type, ours: Any) -> Any:
    # A caller's own class is left alone.
    return ours[get_args(stream_cls)] if get_origin(stream_cls) is theirs else stream_cls


def _deadline_of(response: Any) -> Deadline | None:
    call = response.request.extensions.get(_CALL_KEY)
    return call.deadline if call is not None else None


def _without_redirects(options: Any, http_client: object) -> Any:
    # Our own HTTP clients follow none anyway.
    if (
        isinstance(http_client, SteadyClient | AsyncSteadyClient)
        or options.follow_redirects is False
    ):
        return options
    return options.model_copy(update={"follow_redirects": False})


def _check_origin(url: Any, base_url: Any) -> None:
    if (url.scheme, url.host, url.port) != (base_url.scheme, base_url.host, base_url.port):
        raise UnsafeBaseUrlError(
            f"refusing to send the API key to {printable(url.host)!r}: this client talks to "
            f"{base_url.host!r} only. Make a client with that `base_url` if you trust it."
        )


def _checked_answer(answer: Any, cast_to: Any, response: Any) -> Any:
    if isinstance(answer, str) and is_model(cast_to):
        raise unreadable_response("it is no JSON", response)
    if hasattr(answer, "http_response") and hasattr(answer, "parse"):
        _guard_parse(answer, cast_to, response)
    return answer


def _guard_parse(raw: Any, cast_to: Any, response: Any) -> None:
    parse = raw.parse

    def checked(**options: Any) -> Any:
        with reading(response):
            return _checked_answer(parse(**options), options.get("to", cast_to), response)

    async def checked_async(**options: Any) -> Any:
        with reading(response):
            return _checked_answer(await parse(**options), options.get("to", cast_to), response)

    raw.parse = checked_async if inspect.iscoroutinefunction(parse) else checked
