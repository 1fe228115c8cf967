"""Every private hook of the `openai` SDK that the package needs, and nothing else does.

Names that begin with an underscore may change in any release of `openai`; tests/test_sdk.py pins
each of them and says what to look for. They exist from 1.109.1 to 3.54.0.
Source: facts/reliability.md section 3, facts/openai-sdk.md sections 2 and 4.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin

from openai import AsyncStream, Stream

from agentsflare_kimi.calling import retries
from agentsflare_kimi.calling.answer_checks import (
    checked_answer,
    checked_data,
    failure_message,
    reading,
    refuse_blocked,
)
from agentsflare_kimi.calling.concurrency import Slots
from agentsflare_kimi.calling.connections import (
    AsyncSteadyClient,
    SteadyClient,
    async_trace,
    certificates,
    check_origin,
    is_steady,
    trace,
)
from agentsflare_kimi.calling.deadlines import at_most, fail_after, within
from agentsflare_kimi.calling.failures import as_openai_error
from agentsflare_kimi.calling.guarding import current_call, deadline_of, guard
from agentsflare_kimi.calling.redaction import guard_logs, hide_account_ids
from agentsflare_kimi.calling.sse import Event, EventDecoder
from agentsflare_kimi.calling.stream_watch import StreamWatch
from agentsflare_kimi.calling.unread_bodies import guard_unread
from agentsflare_kimi.errors import BalanceExhaustedError

__all__ = [
    "AsyncGuardedStream",
    "AsyncHooks",
    "GuardedStream",
    "SyncHooks",
    "guard",
    "isolate",
]

_T = TypeVar("_T")
_END: Final = object()
_MAX_URLS: Final = 100


class GuardedStream(Stream[_T]):
    """An `openai.Stream` that raises where the SDK's ends as if all had come.

    Attributes:
        watch: What has passed through it.
    """

    watch: StreamWatch

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._deadline = deadline_of(self.response)

        def __next__(self):
            self.watch.check_left()
            chunk = None
            try:
                while chunk is None:  # an event without data
                    chunk = self._next_in_time()
            except BaseException as error:
                self.response.close()
                self.watch.check_failure(error)
                raise
            if chunk is _END:
                self.watch.check_end(is_done=self.is_done)
                raise StopIteration
            self.watch.see(chunk)
            return chunk

        def _next_in_time(self):
            if self._deadline is None:
                return next(self._iterator, _END)
            with within(self._deadline):
                at_most(None)
                return next(self._iterator, _END)

        def __iter__(self):
            with self.watch.leaving():
                try:
                    while (chunk := next(self, _END)) is not _END:
                        yield chunk
                finally:
                    self.response.close()

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)


class AsyncGuardedStream(AsyncStream[_T]):
    """An `openai.AsyncStream` that raises where the SDK's ends as if all had come.

    Attributes:
        watch: What has passed through it.
    """

    watch: StreamWatch

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._deadline = deadline_of(self.response)

        async def __anext__(self):
            watch, chunk = self.watch, None
            if watch.is_left:
                watch.check_left()
            try:
                while chunk is None:
                    if self._deadline is None:
                        chunk = await self._iterator.__anext__()
                        continue
                    with fail_after(self._deadline):
                        chunk = await self._iterator.__anext__()
            except StopAsyncIteration:
                watch.check_end(is_done=self.is_done)
                raise
            except BaseException as error:
                await self.response.aclose()
                watch.check_failure(error)
                raise
            watch.see(chunk)
            return chunk

        async def __aiter__(self):
            with self.watch.leaving():
                try:
                    while True:
                        yield await self.__anext__()
                except StopAsyncIteration:
                    return
                finally:
                    await self.response.aclose()

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)

    @property
    def latest_event(self) -> Event:
        """The event that the latest chunk was made of."""
        return getattr(self._decoder, "latest", None) or Event()


class _Hooks:
    """What the sync and the async client override alike.

    Attributes:
        deadline: Seconds for a whole call or stream, retries included; None for no bound.
        on_filtered: `error` raises where a content filter blocked the answer.
    """

    deadline: float | None = None
    on_filtered: str = "report"
    _budget: retries.RetryBudget

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            guard_logs()
            self._budget = retries.RetryBudget()
            self._urls = {}
            if not options.get("http_client"):
                with certificates():
                    options["http_client"] = self._make_http_client(options.get("timeout"))
            super().__init__(**options)
            isolate(self, options)

        def copy(self, **options):
            twin = super().copy(**options)
            twin._budget = self._budget
            return twin

        with_options = copy

        def _make_sse_decoder(self):
            return EventDecoder()

        def _process_response_data(self, *, data, cast_to, response):
            data = checked_data(data, cast_to, response)
            if self.on_filtered == "error":
                refuse_blocked(data, cast_to, response)
            return super()._process_response_data(data=data, cast_to=cast_to, response=response)

        def _prepare_url(self, url):
            # Parsing URLs takes the SDK a twentieth of a call's time; the same few come again.
            known, base_url = self._urls, self.base_url
            if known.get("") is not base_url or len(known) > _MAX_URLS:
                known = self._urls = {"": base_url}
            if url not in known:
                known[url] = self._check_origin(super()._prepare_url(url))
            return known[url]

        def _check_origin(self, url):
            given = getattr(self, "websocket_base_url", None)
            also = (type(url)(str(given)),) if given else ()
            return check_origin(url, self.base_url, *also)

        def _should_retry(self, response):
            retry_after = self._parse_retry_after_header(response.headers)
            return (
                retries.is_worthwhile(response, retry_after, current_call(self))
                and super()._should_retry(response)
                and self._pay(response.status_code)
            )

        def _calculate_retry_timeout(self, remaining_retries, options, response_headers=None):
            if not retries.is_sleeping():
                return 0
            pause = self._parse_retry_after_header(response_headers)
            if pause is None or not 0 < pause <= retries.MAX_RETRY_AFTER:
                pause = super()._calculate_retry_timeout(
                    remaining_retries, options, response_headers
                )
            return current_call(self).at_most(pause)

        def _make_status_error(self, err_msg, *, body, response):
            message, body = failure_message(err_msg, body), hide_account_ids(body)
            if retries.is_balance_exhausted(response):
                inner = body.get("error", body) if isinstance(body, dict) else body
                return BalanceExhaustedError(message, response=response, body=inner)
            return super()._make_status_error(message, body=body, response=response)

    def _pay(self, status_code: int | None = None) -> bool:
        paid = self._budget.spend(status_code)
        current_call(self).paid += paid
        return paid > 0

    def _check_retry(self, response: object) -> None:
        # After a failed connection the SDK tries again unasked; here is the only place to object.
        error = sys.exception()
        if response is not None or not isinstance(error, Exception):
            return
        call = current_call(self)
        if call.is_over():
            raise (as_openai_error(TimeoutError(), call.request) or error) from error
        if retries.is_permanent(error) or not self._pay():
            raise (as_openai_error(error, call.request) or error) from error


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
            current_call(self).prepare(request, trace)
            return super()._prepare_request(request)

        def _sleep_for_retry(self, *, response, **options):
            self._check_retry(response)
            try:
                super()._sleep_for_retry(response=response, **options)
            finally:
                del options

        def _process_response(self, *, cast_to, response, **options):
            try:
                with reading(response):
                    answer = super()._process_response(
                        cast_to=cast_to, response=response, **options
                    )
                    return checked_answer(guard_unread(answer, response), cast_to, response)
            finally:
                del options


class AsyncHooks(_Hooks):
    """Overrides for an async client: `class Client(AsyncHooks, AsyncOpenAI)`.

    Attributes:
        max_concurrency: Requests in flight, each counted until its body (a stream: its
            headers) arrived; 0 for no limit.
    """

    max_concurrency: int = 100
    _slots: Slots

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            self._slots = Slots()
            super().__init__(**options)

        def copy(self, **options):
            twin = super().copy(**options)
            twin._slots = self._slots
            return twin

        with_options = copy

        def _make_http_client(self, timeout):
            return AsyncSteadyClient() if timeout is None else AsyncSteadyClient(timeout=timeout)

        async def request(self, cast_to, options, *, stream=False, stream_cls=None):
            try:
                with guard(self) as call:
                    with fail_after(call.deadline):
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
            current_call(self).prepare(request, async_trace)
            return await super()._prepare_request(request)

        async def _sleep_for_retry(self, *, response, **options):
            self._check_retry(response)
            try:
                await super()._sleep_for_retry(response=response, **options)
            finally:
                del options

        async def _process_response(self, *, cast_to, response, **options):
            try:
                with reading(response):
                    answer = await super()._process_response(
                        cast_to=cast_to, response=response, **options
                    )
                    return checked_answer(guard_unread(answer, response), cast_to, response)
            finally:
                del options


def isolate(client: Any, given: Mapping[str, Any]) -> None:
    """Undo what the SDK's constructor took from `OPENAI_…` variables.

    Args:
        client: A client, just made.
        given: The keywords that it was made with; what stands there was meant.

    Source: facts/openai-sdk.md section 4.
    """
    for name in ("organization", "project", "admin_api_key", "webhook_secret"):
        if given.get(name) is None and hasattr(client, name):
            setattr(client, name, None)
    if os.environ.get("OPENAI_CUSTOM_HEADERS"):
        # They may even replace the Authorization header.
        client._custom_headers = dict(given.get("default_headers") or {})
        if hasattr(client, "_ambient_authorizations"):
            client._ambient_authorizations = type(client._ambient_authorizations)()


def _guarded(stream_cls: Any, theirs: type, ours: Any) -> Any:
    # A caller's own class is left alone.
    return ours[get_args(stream_cls)] if get_origin(stream_cls) is theirs else stream_cls


def _without_redirects(options: Any, http_client: object) -> Any:
    if is_steady(http_client) or options.follow_redirects is False:
        return options
    return options.model_copy(update={"follow_redirects": False})
