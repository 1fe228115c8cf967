"""Every private hook of the `openai` SDK that the package needs, beside those of its streams.

Names that begin with an underscore may change in any release of `openai`; tests/test_sdk.py pins
each of them and says what to look for. They exist from 1.109.1 to 3.54.0.
Source: facts/reliability.md section 3, facts/openai-sdk.md sections 2 and 4.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast, get_args, get_origin

from openai import AsyncStream, OpenAIError, Stream

from agentsflare_kimi.calling import retries
from agentsflare_kimi.calling.answer_checks import (
    check_parsed,
    checked_data,
    failure_message,
    reading,
    refuse_blocked,
    unparsed,
)
from agentsflare_kimi.calling.backends import Backend, transport_maker
from agentsflare_kimi.calling.bodies import guard_body
from agentsflare_kimi.calling.concurrency import Slots
from agentsflare_kimi.calling.connections import AsyncSteadyClient, SteadyClient, is_steady
from agentsflare_kimi.calling.deadlines import fail_after, within
from agentsflare_kimi.calling.failures import as_openai_error, explain
from agentsflare_kimi.calling.guarding import AnswerCheck, Call, call_of
from agentsflare_kimi.calling.origins import check_origin
from agentsflare_kimi.calling.redaction import guard_logs, hide_account_ids, hiding_prompts, redact
from agentsflare_kimi.calling.sdk_streams import AsyncGuardedStream, GuardedStream
from agentsflare_kimi.calling.sse import EventDecoder
from agentsflare_kimi.calling.surrogates import lone_surrogate_error
from agentsflare_kimi.calling.tracing import async_trace, trace
from agentsflare_kimi.errors import BalanceExhaustedError

__all__ = [
    "AsyncGuardedStream",
    "AsyncHooks",
    "GuardedStream",
    "SyncHooks",
    "carry",
    "isolate",
]

_CALL: Final = "agentsflare_kimi_call"
_RAW_RESPONSE: Final = "X-Stainless-Raw-Response"
_MAX_URLS: Final = 100


class _Hooks:
    """What the sync and the async client override alike.

    Attributes:
        deadline: Seconds for a whole call or stream, retries included; None for no bound.
        models_file: Models to diagnose failures by, beside the bundled ones.
        on_filtered: `error` raises where a content filter blocked the answer.
    """

    deadline: float | None = None
    models_file: str | os.PathLike[str] | None = None
    on_filtered: str = "report"
    _budget: retries.RetryBudget
    _tracer: Any

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            guard_logs()
            self._budget = retries.RetryBudget()
            self._urls = {}
            if not options.get("http_client"):
                options["http_client"] = self._make_http_client(**options)
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
            try:
                data = checked_data(data, cast_to, response)
                if self.on_filtered == "error":
                    refuse_blocked(data, cast_to, response)
                if (check := _answer_check(response)) is not None:
                    check.check_model(data, cast_to, response)
            except OpenAIError as error:  # a raw response is parsed when its call is over
                redact(error)
                explain(error, response)
                raise
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

        def _build_request(self, options, **kwargs):
            try:
                with hiding_prompts():
                    request = self._encoded_request(options, **kwargs)
                self._call_of(options).prepare(request, self._tracer)
                return request
            finally:
                del options  # tracebacks may show it, and the prompt is in it

        def _encoded_request(self, options, **kwargs):
            try:
                return super()._build_request(options, **kwargs)
            except UnicodeEncodeError:
                error = lone_surrogate_error(
                    {
                        **_mapping(options.json_data),
                        **_mapping(options.extra_json),
                        "extra_query": options.params,
                    }
                )
                if error is None:  # it is in a header
                    raise
                raise error from None  # the original has the text
            finally:
                del options

        def _should_retry(self, response):
            call = call_of(response.request) or Call(None)
            retry_after = self._parse_retry_after_header(response.headers)
            return (
                retries.is_worthwhile(response, retry_after, call)
                and super()._should_retry(response)
                and self._pay(call, response.status_code)
            )

        def _calculate_retry_timeout(self, remaining_retries, options, response_headers=None):
            if not retries.is_sleeping():
                return 0
            pause = self._parse_retry_after_header(response_headers)
            if pause is None or not 0 < pause <= retries.MAX_RETRY_AFTER:
                pause = super()._calculate_retry_timeout(
                    remaining_retries, options, response_headers
                )
            return self._call_of(options).at_most(pause)

        def _make_status_error(self, err_msg, *, body, response):
            message, body = failure_message(err_msg, body), hide_account_ids(body)
            if retries.is_balance_exhausted(response):
                inner = body.get("error", body) if isinstance(body, dict) else body
                return BalanceExhaustedError(message, response=response, body=inner)
            return super()._make_status_error(message, body=body, response=response)

    def begin_call(self) -> Call:
        """Begin a call, which may be several requests; see `carry`."""
        return Call(self.deadline, self.models_file)

    def _call_of(self, options: Any) -> Call:
        return cast("dict[str, Any]", vars(options)).get(_CALL) or self.begin_call()

    def _pay(self, call: Call, status_code: int | None = None) -> bool:
        paid = self._budget.spend(status_code)
        call.paid += paid
        return paid > 0

    def _check_retry(self, response: object, call: Call) -> None:
        # After a failed connection the SDK tries again unasked; here is the only place to object.
        error = sys.exception()
        if response is not None or not isinstance(error, Exception):
            return
        if call.is_over():
            raise (as_openai_error(TimeoutError(), call.request) or error) from error
        if retries.is_permanent(error) or not self._pay(call):
            raise (as_openai_error(error, call.request) or error) from error


class SyncHooks(_Hooks):
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
                        _without_redirects(carry(options, call), self._client),
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
                    except Warning:  # a filter makes an error of it
                        response.close()
                        raise
                    return super()._process_response(
                        cast_to=cast_to,
                        response=_guard_unparsed(response, stream=stream),
                        options=_with_checks(options, cast_to, response),
                        stream=stream,
                        **kwargs,
                    )
            finally:
                del options


class AsyncHooks(_Hooks):
    """Overrides for an async client: `class Client(AsyncHooks, AsyncOpenAI)`.

    Attributes:
        max_concurrency: Requests in flight, each counted until its body (a stream: its
            headers) arrived; 0 for no limit.
        http_backend: What sends the requests; see `backends.transport_maker`.
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
                            _without_redirects(carry(options, call), self._client),
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
                        options=_with_checks(options, cast_to, response),
                        stream=stream,
                        **kwargs,
                    )
            finally:
                del options


def carry(options: Any, call: Call) -> Any:
    """Return a copy of the SDK's request *options* that carries *call* through the SDK.

    The SDK copies options with all that they hold, and ignores what it does not know.
    """
    carrying = options.model_copy()
    vars(carrying)[_CALL] = call
    return carrying


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
    """Return the class to make a stream with, in place of *stream_cls*.

    A class of the caller's own, such as a tracer's, comes first and ours below it, in the place
    of the SDK's: what it overrides sees what a caller without it would see.
    """
    if get_origin(stream_cls) is theirs:
        return ours[get_args(stream_cls)]
    kind = get_origin(stream_cls) or stream_cls
    if not isinstance(kind, type) or not issubclass(kind, theirs) or issubclass(kind, ours):
        return stream_cls
    # The SDK looks up there what the stream is made of.
    known = {name: getattr(kind, name) for name in ("__module__", "__orig_bases__")}
    both: Any = type(kind.__name__, (kind, ours), known)
    return both[get_args(stream_cls)] if get_args(stream_cls) else both


def _answer_check(response: Any) -> AnswerCheck | None:
    call = call_of(response.request)
    return None if call is None else call.answer_check


def _check_headers(response: Any) -> None:
    if (check := _answer_check(response)) is not None:
        check.check_headers(response)


def _given(**options: object) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _guard_unparsed(response: Any, *, stream: bool) -> Any:
    if stream or response.request.headers.get(_RAW_RESPONSE):
        guard_body(response)
    return response


def _with_checks(options: Any, cast_to: Any, response: Any) -> Any:
    # What the SDK has parsed passes the `post_parser` of its options, now or when the caller
    # parses a raw response.
    theirs = options.post_parser

    def check(answer: object) -> object:
        check_parsed(answer, cast_to, response)
        try:
            return theirs(answer) if callable(theirs) else answer
        except Exception as error:
            found = unparsed(error, answer, response)
            if found is error:
                raise
            raise found from error

    return options.model_copy(update={"post_parser": check})


def _without_redirects(options: Any, http_client: object) -> Any:
    if is_steady(http_client) or options.follow_redirects is False:
        return options
    return options.model_copy(update={"follow_redirects": False})
