"""The checks of `agentsflare-kimi doctor` with requests: the model list, and one completion."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Iterator
from typing import Any, Final, cast
from urllib.parse import urlsplit

import openai
from pydantic import SecretStr

from agentsflare_kimi import Kimi, KimiSettings, diagnose, extract_content, plan_migration
from agentsflare_kimi.cli.doctor_setup import Row, Setup, quoted_name
from agentsflare_kimi.cli.doctor_way import UsedProxy, used_proxy
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.models.catalog import catalog

__all__ = ["ask_gateway"]

_MOST_SECONDS: Final = 20.0
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_PROXY_AUTHENTICATION: Final = 407
_MOST_NAMES: Final = 8
# Enough for a model that thinks first.
_MAX_TOKENS: Final = 1_024


def ask_gateway(setup: Setup, *, is_offline: bool, is_asking: bool) -> Iterator[Row]:
    """Request the model list, which is free, and a completion if told to.

    Args:
        setup: The set-up to check.
        is_offline: Whether to make no request.
        is_asking: Whether to request a completion, too.

    Yields:
        The results.
    """
    if is_offline:
        yield Row("gateway", "skipped", "--offline")
        return
    try:
        proxy = used_proxy(setup.settings.base_url)
        client = Kimi(
            settings=_with_any_key(setup.settings),
            max_retries=0,
            timeout=min(setup.settings.timeout, _MOST_SECONDS),
        )
    except ConfigurationError:
        yield Row("gateway", "skipped", "no request can be made; see what failed above")
        return
    with client:
        yield from _list_models(client, setup.settings, proxy)
        if is_asking and setup.settings.api_key is None:
            yield Row("answer", "skipped", "there is no key")
        elif is_asking:
            yield _answer(client, setup.settings, proxy)


def _with_any_key(settings: KimiSettings) -> KimiSettings:
    # Even without a key, this shows whether the gateway can be reached.
    return settings.model_copy(update={"api_key": settings.api_key or SecretStr("none")})


def _list_models(client: Kimi, settings: KimiSettings, proxy: UsedProxy | None) -> Iterator[Row]:
    try:
        response = client.models.with_raw_response.list().http_response
    except openai.OpenAIError as error:
        yield _describe_failure(error, settings, proxy)
        return
    names = _names(response.text)
    if names is None:
        kind = response.headers.get("content-type", "no content type")
        detail = (
            f"what answers at {settings.base_url}/models ({kind}) is not a list of models: this is "
            "not the gateway's API; check AGENTSFLARE_BASE_URL"
        )
        yield Row("gateway", "failed", detail + _through(proxy))
    elif not names:
        detail = "it answers, but lists no models: this key can use none, or this is not a gateway"
        yield Row("gateway", "failed", detail + _through(proxy))
    else:
        plural = "" if len(names) == 1 else "s"
        yield Row("gateway", "ok", f"answers, and lists {len(names)} model{plural}")
        yield _look_for_model(names, settings)


def _names(text: str) -> list[str] | None:
    """Read the names in a model list; None if *text* is not one."""
    try:
        body: Any = json.loads(text)
    except ValueError:
        return None
    data = cast("dict[str, Any]", body).get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        return None
    models = cast("list[Any]", data)
    names = [cast("dict[str, Any]", each).get("id") for each in models if isinstance(each, dict)]
    return [name for name in names if isinstance(name, str)]


def _look_for_model(names: list[str], settings: KimiSettings) -> Row:
    sent = plan_migration({"model": settings.model}, settings=settings).model_after or ""
    model = catalog(settings.models_file).find(sent)
    if sent in names or (model is not None and model.id in names):
        return Row("model served", "ok", f"{sent} is in the gateway's list")
    shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    detail = (
        f"{quoted_name(sent)} is not in the gateway's list: set AGENTSFLARE_MODEL to one of {shown}"
    )
    return Row("model served", "failed", detail)


def _answer(client: Kimi, settings: KimiSettings, proxy: UsedProxy | None) -> Row:
    started = time.monotonic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the model's own row reports it
            completion = client.chat.completions.create(
                model=settings.model,
                messages=[{"role": "user", "content": "Reply with the word: ok"}],
                max_tokens=_MAX_TOKENS,
            )
    except openai.OpenAIError as error:
        return _describe_failure(error, settings, proxy)._replace(name="answer", status="failed")
    text = extract_content(completion).strip()
    seconds = time.monotonic() - started
    reason = completion.choices[0].finish_reason if completion.choices else "nothing"
    detail = f"{completion.model} answered in {seconds:.1f} s (finish reason: {reason})"
    return Row("answer", "ok" if text else "note", detail if text else f"{detail}, without text")


def _describe_failure(
    error: openai.OpenAIError, settings: KimiSettings, proxy: UsedProxy | None
) -> Row:
    if proxy is not None and (refusal := _refusal_of_proxy(error)):
        host = urlsplit(settings.base_url).hostname
        detail = (
            f"the proxy {proxy} {refusal}. Correct or unset {proxy.variable}, or add {host} to "
            "NO_PROXY"
        )
        return Row("gateway", "failed", detail)
    diagnosis = diagnose(error)
    status = getattr(error, "status_code", None)
    if settings.api_key is None and (status == _UNAUTHORIZED or diagnosis.cause == "key_not_found"):
        return Row("gateway", "ok", "answers, and asks for a key")
    if status == _NOT_FOUND and diagnosis.cause in {"wrong_url", "endpoint_not_offered"}:
        return _describe_absence(settings.base_url, proxy)
    return Row("gateway", "failed", f"{diagnosis}{_through(proxy)}")


def _describe_absence(base_url: str, proxy: UsedProxy | None) -> Row:
    if "v1" not in urlsplit(base_url).path.split("/"):
        detail = f"nothing at {base_url}/models: add /v1 to AGENTSFLARE_BASE_URL ({base_url}/v1)"
        return Row("gateway", "failed", detail + _through(proxy))
    # The gateway does not document the list, so its absence proves nothing.
    detail = (
        f"{base_url} has no list of models, which a gateway may lack: --ask tells whether it "
        "answers, with one small completion"
    )
    return Row("gateway", "note", detail + _through(proxy))


def _refusal_of_proxy(error: BaseException) -> str:
    """Describe a refusal by the proxy; empty if the request got through it."""
    if getattr(error, "status_code", None) == _PROXY_AUTHENTICATION:
        return "asks for a user name and a password (407)"
    if not isinstance(error, openai.APIConnectionError):
        return ""
    chain = [*_causes(error)]
    for each in chain:
        if type(each).__name__ == "ProxyError":
            return f"refused: {each}"
    kinds = {type(each).__name__ for each in chain}
    if "ConnectTimeout" in kinds:
        return "did not answer"
    if "ConnectError" in kinds and not kinds & {"SSLError", "SSLCertVerificationError"}:
        return f"cannot be reached: {chain[-1]}"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _through(proxy: UsedProxy | None) -> str:
    return f" (through the proxy {proxy})" if proxy else ""
