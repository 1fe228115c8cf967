"""Overrides of the SDK that the sync and the async client share; `sdk.py` has the rest.

Names that begin with an underscore may change in any release of `openai`; the tests of `sdk.py`
pin each of them. They exist from 1.109.1 to 3.54.0.
Source: facts/reliability.md section 3, facts/openai-sdk.md sections 2 and 4.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from openai import OpenAIError

from agentsflare_kimi.calling import retries
from agentsflare_kimi.calling.answer_checks import checked_data, failure_message, refuse_blocked
from agentsflare_kimi.calling.failures import as_openai_error, explain
from agentsflare_kimi.calling.fast_models import made_fast
from agentsflare_kimi.calling.guarding import AnswerCheck, Call, call_of
from agentsflare_kimi.calling.origins import check_origin
from agentsflare_kimi.calling.redaction import guard_logs, hide_account_ids, hiding_prompts, redact
from agentsflare_kimi.calling.sdk_helpers import HelperHooks
from agentsflare_kimi.calling.sdk_options import carried_call, sent_texts
from agentsflare_kimi.calling.sse import EventDecoder
from agentsflare_kimi.calling.surrogates import lone_surrogate_error
from agentsflare_kimi.errors import BalanceExhaustedError

__all__ = ["SharedHooks", "answer_check_of", "isolate"]

_MAX_URLS: Final = 100


class SharedHooks(HelperHooks):
    """Overrides that the sync and the async client share.

    Attributes:
        deadline: Seconds for a whole call or stream, retries included; None for no limit.
        models_file: A file of models for diagnoses, besides the bundled ones.
        on_filtered: `error` raises if a content filter blocked the answer.
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

        def __deepcopy__(self, memo):
            """Share the client if an object that holds it is copied.

            Frameworks copy their agents and models (`dspy.LM.copy`, agno's `deep_copy`, LangChain's
            `model_copy(deep=True)`), and a client is safe to share. Copying a client itself
            raises `TypeError`, as in the SDK, because connections and locks cannot be copied.

            Args:
                memo: What `copy.deepcopy` has copied so far; empty if it began with the client.
            """
            if memo:
                return self
            make, arguments, state = self.__reduce_ex__(4)[:3]
            memo[id(self)] = twin = make(*arguments)
            vars(twin).update(deepcopy(state, memo))
            return twin

        def _make_sse_decoder(self):
            return EventDecoder()

        def _process_response_data(self, *, data, cast_to, response):
            try:
                data = checked_data(data, cast_to, response)
                if self.on_filtered == "error":
                    refuse_blocked(data, cast_to, response)
                if (check := answer_check_of(response)) is not None:
                    check.check_model(data, cast_to, response)
            except OpenAIError as error:  # a raw response is parsed after its call
                redact(error)
                explain(error, response)
                raise
            made = made_fast(data, cast_to)
            if made is not None:
                return made
            return super()._process_response_data(data=data, cast_to=cast_to, response=response)

        def _prepare_url(self, url):
            # The SDK spends a twentieth of a call on parsing URLs, and there are only a few.
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
                del options  # tracebacks may show it, and it holds the prompt

        def _encoded_request(self, options, **kwargs):
            try:
                return super()._build_request(options, **kwargs)
            except UnicodeEncodeError:
                error = lone_surrogate_error(sent_texts(options))
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
        """Begin a call, which may be several requests; see `sdk_options.carry`."""
        return Call(self.deadline, self.models_file)

    def _call_of(self, options: Any) -> Call:
        return carried_call(options) or self.begin_call()

    def _pay(self, call: Call, status_code: int | None = None) -> bool:
        paid = self._budget.spend(status_code)
        call.paid += paid
        return paid > 0

    def _check_retry(self, response: object, call: Call) -> None:
        # The SDK retries a failed connection without asking; only here can it be stopped.
        error = sys.exception()
        if response is not None or not isinstance(error, Exception):
            return
        if call.is_over():
            raise (as_openai_error(TimeoutError(), call.request) or error) from error
        if retries.is_permanent(error) or not self._pay(call):
            raise (as_openai_error(error, call.request) or error) from error


def answer_check_of(response: Any) -> AnswerCheck | None:
    """Return the check for the answer in *response*."""
    call = call_of(response.request)
    return None if call is None else call.answer_check


def isolate(client: Any, given: Mapping[str, Any]) -> None:
    """Undo what the SDK's constructor read from `OPENAI_…` variables.

    Args:
        client: A client, just made.
        given: The keywords that it was made with; their values are kept.

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
