"""The keywords of `Kimi`: those of `openai.OpenAI`, and every field of `KimiSettings`."""

from __future__ import annotations

import math
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypedDict

import openai
from pydantic import SecretStr

from agentsflare_kimi.calling.misspelt import warn_of_misspelt
from agentsflare_kimi.calling.reasoning import ReasoningMemory
from agentsflare_kimi.errors import ConfigurationError, MissingApiKeyError
from agentsflare_kimi.settings import KimiSettings, resolve_settings

if TYPE_CHECKING:
    import httpx2  # noqa: TID251  # for type checkers alone: the type of `http_client`

__all__ = [
    "SHARED_FIELDS",
    "AsyncClientOptions",
    "AsyncCopyOptions",
    "ClientOptions",
    "CopyOptions",
    "configure",
    "refuse_other_backend",
    "refuse_other_services",
    "take_settings",
]


class SettingsOptions(TypedDict, total=False):
    """Fields of `KimiSettings` that `openai.OpenAI` has no keyword for."""

    model: str
    deadline: float | None
    max_concurrency: int
    on_retired: Literal["migrate", "warn", "error"]
    on_deprecated: Literal["warn", "migrate", "error", "ignore"]
    on_unknown: Literal["error", "warn", "ignore"]
    adapt_parameters: Literal["on_rejection", "always", "never"]
    keep_reasoning: bool
    on_forced_tool: Literal["disable_thinking", "auto", "error"]
    on_filtered: Literal["report", "error"]
    on_substitution: Literal["warn", "error", "ignore"]
    migrate_to: str | None
    models_file: str | os.PathLike[str] | None
    http_backend: Literal["default", "aiohttp", "auto"]
    extra_models: tuple[str, ...] | list[str] | str
    allow_insecure_http: bool


class _SharedOptions(SettingsOptions, total=False):
    admin_api_key: str | None
    organization: str | None
    project: str | None
    webhook_secret: str | None
    memory: ReasoningMemory | None
    websocket_base_url: str | httpx2.URL | None
    base_url: str | httpx2.URL | None
    timeout: float | openai.Timeout | None
    max_retries: int
    default_headers: Mapping[str, str] | None
    default_query: Mapping[str, object] | None
    _strict_response_validation: bool


class _SyncOptions(_SharedOptions, total=False):
    api_key: str | SecretStr | Callable[[], str] | None
    http_client: httpx2.Client | None


class _AsyncOptions(_SharedOptions, total=False):
    api_key: str | SecretStr | Callable[[], Awaitable[str]] | None
    http_client: httpx2.AsyncClient | None


class ClientOptions(_SyncOptions, total=False):
    """Keywords of `Kimi`."""

    env_file: str | os.PathLike[str] | None


class AsyncClientOptions(_AsyncOptions, total=False):
    """Keywords of `AsyncKimi`."""

    env_file: str | os.PathLike[str] | None


class Configuration(NamedTuple):
    """Settings in force, and the keywords for the SDK's own constructor."""

    settings: KimiSettings
    options: dict[str, Any]


class CopyOptions(_SyncOptions, total=False):
    """Keywords of `Kimi.copy()` and `Kimi.with_options()`."""

    set_default_headers: Mapping[str, str] | None
    set_default_query: Mapping[str, object] | None


class AsyncCopyOptions(_AsyncOptions, total=False):
    """Keywords of `AsyncKimi.copy()` and `AsyncKimi.with_options()`."""

    set_default_headers: Mapping[str, str] | None
    set_default_query: Mapping[str, object] | None


# Seconds; a gateway that is up accepts connections at once.
_CONNECT_TIMEOUT: Final = 5.0
# What httpx and httpx2 use where nothing is given.
_LIBRARY_TIMEOUT: Final = 5.0
# Keywords of `openai.OpenAI` that `KimiSettings` has, too.
SHARED_FIELDS: Final = ("api_key", "base_url", "timeout", "max_retries")
# These make the SDK choose endpoint and credentials: OpenAI's, or those in its variables.
_OPENAI_ONLY: Final = ("provider", "workload_identity", "data_residency")


def take_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Remove from *options* the fields that only `KimiSettings` has, and return them."""
    names = KimiSettings.model_fields.keys() - set(SHARED_FIELDS)
    return {name: options.pop(name) for name in names & options.keys()}


def configure(
    settings: KimiSettings | None,
    options: Mapping[str, Any],
    env_file: str | os.PathLike[str] | None = None,
) -> Configuration:
    """Resolve a client's configuration: argument > *settings* > environment > default.

    Args:
        settings: Settings the caller made.
        options: Keywords of `Kimi`.
        env_file: A file with further variables; the real environment wins over it.

    Returns:
        The settings in force, and keywords for `openai.OpenAI` that set everything the SDK
        would otherwise read from the environment.

    Raises:
        MissingApiKeyError: No key was given anywhere.
        ConfigurationError: A setting is wrong, or an option leads to another service.
        TypeError: `max_retries` is not a whole number.
        ValueError: `max_retries` is negative.

    Warns:
        MisspeltVariableWarning: A variable that nothing reads is named almost like a setting.
    """
    rest = {name: value for name, value in options.items() if _is_given(name, value)}
    refuse_other_services(rest)
    if rest.get("max_retries") is not None:
        _check_retries(rest["max_retries"])
    own = take_settings(rest) | {
        name: rest[name] for name in SHARED_FIELDS if _is_setting(name, rest.get(name))
    }
    if "base_url" in rest:
        own["base_url"] = str(rest["base_url"])
    in_force = resolve_settings(settings, own, env_file)
    if settings is None:
        warn_of_misspelt(env_file)
    if isinstance(rest.get("timeout"), str):
        del rest["timeout"]
    rest.setdefault("timeout", _timeout(in_force, rest.get("http_client")))
    rest.setdefault("max_retries", in_force.max_retries)
    rest["base_url"] = in_force.base_url
    rest["api_key"] = _key(in_force, rest, env_file)
    return Configuration(_with_what_only_the_sdk_takes(in_force, rest), rest)


def refuse_other_services(options: Mapping[str, Any]) -> None:
    """Refuse keywords of `openai.OpenAI` that select a service other than the gateway.

    Args:
        options: Keywords of `Kimi` or `Kimi.copy`.

    Raises:
        ConfigurationError: One of them is given.

    Source: facts/openai-sdk.md section 1.
    """
    for name in _OPENAI_ONLY:
        if options.get(name):
            raise ConfigurationError(
                f"{name} is for services of OpenAI, and would send requests, and perhaps the "
                "key, there instead of to the gateway; leave it out, or use openai.OpenAI"
            )


def refuse_other_backend(
    mine: KimiSettings, asked: KimiSettings, options: Mapping[str, Any]
) -> None:
    """Refuse to copy a client with a different HTTP backend.

    Args:
        mine: The settings of the client.
        asked: The settings of the copy.
        options: Keywords of `Kimi.copy`; with an `http_client`, any backend is allowed.

    Raises:
        ConfigurationError: The copy would share connections of the other backend.
    """
    if asked.http_backend != mine.http_backend and not options.get("http_client"):
        raise ConfigurationError(
            "a copy shares its connections with the client, so http_backend stays "
            f"{mine.http_backend!r}; make a new client for {asked.http_backend!r}"
        )


def _with_what_only_the_sdk_takes(
    settings: KimiSettings, options: Mapping[str, Any]
) -> KimiSettings:
    timeout = options["timeout"]
    read = getattr(timeout, "read", timeout)
    in_force: dict[str, object] = {"timeout": math.inf if read is None else read}
    if callable(options.get("api_key")):
        in_force["api_key"] = None
    kept = {name: value for name, value in in_force.items() if getattr(settings, name) != value}
    return settings.model_copy(update=kept) if kept else settings


def _is_given(name: str, value: object) -> bool:
    if isinstance(value, openai.NotGiven | openai.Omit):
        return False
    if name in {"api_key", "base_url"}:
        # If either is blank, the SDK reads OpenAI's own variables.
        return value is not None and str(value).strip() != ""
    return True


def _is_setting(name: str, value: object) -> bool:
    # The SDK accepts timeouts of 0 and infinity; they bypass the setting's validation.
    is_unsayable = name == "timeout" and value in (0, math.inf)  # a Timeout has no hash
    return isinstance(value, str | int | float | SecretStr) and not is_unsayable


def _check_retries(value: object) -> None:
    # Raise what the newest SDKs raise; older ones fail only at the first request.
    if isinstance(value, bool) or not isinstance(value, int):
        # A text may be a key that was passed as the wrong argument.
        shown = repr(value) if isinstance(value, bool | float) else type(value).__name__
        raise TypeError(f"max_retries must be a whole number, got {shown}; 0 turns retries off")
    if value < 0:
        raise ValueError(f"max_retries must be 0 or more, got {value}; 0 turns retries off")


def _timeout(settings: KimiSettings, http_client: object) -> object:
    # As in the SDK, the timeout of the caller's own HTTP client counts as given, unless it is a
    # default of the HTTP library or of the SDK.
    own: Any = getattr(http_client, "timeout", None)
    if own is not None and own not in (type(own)(_LIBRARY_TIMEOUT), openai.DEFAULT_TIMEOUT):
        return own
    seconds = None if math.isinf(settings.timeout) else settings.timeout
    return openai.Timeout(seconds, connect=_CONNECT_TIMEOUT)


def _key(
    settings: KimiSettings, options: Mapping[str, Any], env_file: str | os.PathLike[str] | None
) -> str | Callable[[], Any]:
    if callable(options.get("api_key")):
        return options["api_key"]
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    if options.get("_enforce_credentials") is False:
        return ""
    raise MissingApiKeyError(
        f"no API key: set AGENTSFLARE_API_KEY, or pass `api_key=`. {_hints(env_file)}Without a "
        "key, `agentsflare-kimi serve` starts an emulator on this machine to develop against "
        "(OPENAI_API_KEY is never used)."
    )


def _hints(env_file: str | os.PathLike[str] | None) -> str:
    if env_file is not None:
        return f"The file {os.fspath(env_file)!r} does not set it either. "
    # Not opened: only a file that was named is read.
    if not os.path.isfile(".env"):  # noqa: PTH113  # pathlib raises where the folder is gone
        return ""
    return (
        "The `.env` in this directory is not read unless it is named: "
        '`Kimi(env_file=".env")`, or `--env-file .env` on the command line. '
    )
