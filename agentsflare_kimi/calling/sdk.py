"""The private hooks of the `openai` SDK that the sync and the async client override.

Only the `sdk` modules touch what is private to the SDK: besides this one, `sdk_shared.py` (what
both clients share), `sdk_options.py` (request options), `sdk_streams.py` (streams) and
`sdk_helpers.py` (the `.stream()` helpers).
Names that begin with an underscore may change in any release of `openai`; the tests pin each of
them and say what to look for. They exist from 1.109.1 to 3.54.0.
Source: facts/reliability.md section 3, facts/openai-sdk.md sections 2 and 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from openai import AsyncStream, Stream

from agentsflare_kimi.calling.answer_checks import reading
from agentsflare_kimi.calling.backends import Backend, transport_maker
from agentsflare_kimi.calling.bodies import guard_body
from agentsflare_kimi.calling.concurrency import Slots
from agentsflare_kimi.calling.connections import AsyncSteadyClient, SteadyClient, is_steady
from agentsflare_kimi.calling.deadlines import fail_after, within
from agentsflare_kimi.calling.guarding import Call
from agentsflare_kimi.calling.sdk_options import carry, checking_answers, without_redirects
from agentsflare_kimi.calling.sdk_shared import SharedHooks, answer_check_of
from agentsflare_kimi.calling.sdk_streams import AsyncGuardedStream, GuardedStream
from agentsflare_kimi.calling.tracing import async_trace, trace

__all__ = ["AsyncGuardedStream", "AsyncHooks", "GuardedStream", "SyncHooks", "carry"]

_RAW_RESPONSE: Final = "X-Stainless-Raw-Response"


class SyncHooks(SharedHooks):
    """Overrides for a sync client: `class Client(SyncHooks, OpenAI)`."""

    _tracer = staticmethod(trace)

    if not TYPE_CHECKING:  # as above

        def _make_http_client(self, *, base_url, timeout=None, **_):
            return SteadyClient(base_url, **_given(timeout=timeout))

        def request(self, cast_to, options, *, stream=False, stream_cls=None):
            call = self._call_of(options)
            try:
                with call, within(call.deadline):
                    answer = super().request(
                        cast_to,
                        _prepared(options, call, self._client),
                        stream=stream,
                        stream_cls=_guarded(stream_cls, Stream, GuardedStream),
                    )
                    self._budget.refill(call.paid)
                    return answer
            finally:
                del options  # as above

        def _sleep_for_retry(self, *, response, options, **kwargs):
            try:
                self._check_retry(response, self._call_of(options))
                super()._sleep_for_retry(response=response, options=options, **kwargs)
            finally:
                del options

        def _process_response(self, *, cast_to, response, options, stream, **kwargs):
            try:
                with reading(response):
                    try:
                        _check_headers(response)
                    except Warning:  # a filter turned it into an error
                        response.close()
                        raise
                    return super()._process_response(
                        cast_to=cast_to,
                        response=_guard_unparsed(response, stream=stream),
                        options=checking_answers(options, cast_to, response),
                        stream=stream,
                        **kwargs,
                    )
            finally:
                del options


class AsyncHooks(SharedHooks):
    """Overrides for an async client: `class Client(AsyncHooks, AsyncOpenAI)`.

    Attributes:
        max_concurrency: The limit of requests in flight, each counted until its body (of a
            stream, its headers) arrived; 0 for no limit.
        http_backend: The HTTP library; see `backends.transport_maker`.
    """

    max_concurrency: int = 100
    http_backend: Backend = "default"
    _slots: Slots
    _tracer = staticmethod(async_trace)

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            self._slots = Slots()
            super().__init__(**options)

        def copy(self, **options):
            twin = super().copy(**options)
            twin._slots = self._slots
            return twin

        with_options = copy

        def _make_http_client(self, *, base_url, timeout=None, **_):
            make_transport = transport_maker(self.http_backend)
            return AsyncSteadyClient(
                base_url, make_transport=make_transport, **_given(timeout=timeout)
            )

        async def request(self, cast_to, options, *, stream=False, stream_cls=None):
            call = self._call_of(options)
            try:
                with call, fail_after(call.deadline):
                    async with self._slots.of(self.max_concurrency) as call.slot:
                        answer = await super().request(
                            cast_to,
                            _prepared(options, call, self._client),
                            stream=stream,
                            stream_cls=_guarded(stream_cls, AsyncStream, AsyncGuardedStream),
                        )
                    self._budget.refill(call.paid)
                    return answer
            finally:
                del options  # as above

        async def _sleep_for_retry(self, *, response, options, **kwargs):
            call = self._call_of(options)
            try:
                self._check_retry(response, call)
                async with call.slot.left():
                    await super()._sleep_for_retry(response=response, options=options, **kwargs)
            finally:
                del options

        async def _process_response(self, *, cast_to, response, options, stream, **kwargs):
            try:
                with reading(response):
                    try:
                        _check_headers(response)
                    except Warning:  # as above
                        await response.aclose()
                        raise
                    return await super()._process_response(
                        cast_to=cast_to,
                        response=_guard_unparsed(response, stream=stream),
                        options=checking_answers(options, cast_to, response),
                        stream=stream,
                        **kwargs,
                    )
            finally:
                del options


def _prepared(options: Any, call: Call, http_client: object) -> Any:
    options = carry(options, call)
    # Our own clients never follow redirects.
    return options if is_steady(http_client) else without_redirects(options)


def _guarded(stream_cls: Any, theirs: type, ours: Any) -> Any:
    """Return the stream class to use in place of *stream_cls*.

    A custom class, such as a tracer's, stays on top, and ours replaces the SDK's base below it,
    so its overrides see what a caller without it would see.
    """
    if get_origin(stream_cls) is theirs:
        return ours[get_args(stream_cls)]
    kind = get_origin(stream_cls) or stream_cls
    if not isinstance(kind, type) or not issubclass(kind, theirs) or issubclass(kind, ours):
        return stream_cls
    # The SDK looks up the type of the chunks there.
    known = {name: getattr(kind, name) for name in ("__module__", "__orig_bases__")}
    both: Any = type(kind.__name__, (kind, ours), known)
    return both[get_args(stream_cls)] if get_args(stream_cls) else both


def _check_headers(response: Any) -> None:
    if (check := answer_check_of(response)) is not None:
        check.check_headers(response)


def _given(**options: object) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _guard_unparsed(response: Any, *, stream: bool) -> Any:
    if stream or response.request.headers.get(_RAW_RESPONSE):
        guard_body(response)
    return response
