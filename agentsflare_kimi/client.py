"""The clients: `Kimi()` in place of `OpenAI()`, for programs and frameworks alike."""

from __future__ import annotations

import difflib
import functools
import inspect
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self, Unpack, cast

from openai import AsyncOpenAI, BadRequestError, OpenAI, UnprocessableEntityError

from agentsflare_kimi.calling import sdk
from agentsflare_kimi.calling.backends import Backend
from agentsflare_kimi.calling.calls import Session
from agentsflare_kimi.calling.reasoning import ReasoningMemory
from agentsflare_kimi.options import (
    SHARED_FIELDS,
    AsyncClientOptions,
    AsyncCopyOptions,
    ClientOptions,
    CopyOptions,
    configure,
    refuse_other_backend,
    refuse_other_services,
    take_settings,
)
from agentsflare_kimi.settings import KimiSettings, resolve_settings

__all__ = ["AsyncKimi", "Kimi", "create_async_client", "create_client"]


class _Configured:
    """What both clients share: construction from settings, and copies that keep them."""

    settings: KimiSettings
    deadline: float | None
    models_file: str | os.PathLike[str] | None
    on_filtered: str
    max_concurrency: int
    http_backend: Backend
    _session: Session

    def _configure(
        self,
        settings: KimiSettings | None,
        env_file: str | os.PathLike[str] | None,
        memory: ReasoningMemory | None,
        session: Session | None,
        options: Mapping[str, Any],
    ) -> dict[str, Any]:
        if not isinstance(cast("object", memory), ReasoningMemory | None):
            raise TypeError(f"memory must be a ReasoningMemory, got {type(memory).__name__}")
        self.settings, rest = configure(settings, options, env_file)
        _refuse_unknown(type(self), rest)
        self.deadline = self.settings.deadline
        self.models_file = self.settings.models_file
        self.on_filtered = self.settings.on_filtered
        self.max_concurrency = self.settings.max_concurrency
        self.http_backend = self.settings.http_backend
        self._session = session or Session(memory)
        return rest

    if not TYPE_CHECKING:  # for type checkers it stays the SDK's

        @property
        def base_url(self):
            """Where requests go; what is assigned is checked as the setting is."""
            return super().base_url

        @base_url.setter
        def base_url(self, url):
            self.settings = resolve_settings(self.settings, {"base_url": str(url)})
            super(_Configured, type(self)).base_url.__set__(self, self.settings.base_url)

    def _copy_options(self, options: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
        refuse_other_services(options)
        own = take_settings(options)
        settings: KimiSettings | None = options.pop("settings", None)
        if settings is not None:
            given = {name: getattr(settings, name) for name in SHARED_FIELDS}
            given["api_key"] = settings.api_key and settings.api_key.get_secret_value()
            options = given | options
        kept: dict[str, Any] = {"settings": resolve_settings(settings or self.settings, own)}
        refuse_other_backend(self.settings, kept["settings"], options)
        memory = options.pop("memory", None)
        if memory is not None:
            kept["memory"] = memory
        elif "api_key" not in options:
            # Another key may be another user, with whom nothing learned so far is shared.
            kept["_session"] = self._session
        return options | {"_extra_kwargs": kept | dict(extra)}


class Kimi(_Configured, sdk.SyncHooks, OpenAI):
    """An `openai.OpenAI` for Kimi models behind the Agentsflare gateway.

    Takes every keyword of `openai.OpenAI` and every field of `KimiSettings`. Precedence:
    arguments, *settings*, the environment (`AGENTSFLARE_…`), defaults. `OPENAI_…` variables
    have no effect. A request for a retired model is rewritten to behave as before on its
    successor, with a warning; see `KimiSettings` for the policies.

    Args:
        settings: Ready-made settings; the environment is then not read again.
        env_file: A `.env` file to read; none by default.
        memory: Remembers the reasoning of tool calls; each client has its own by default. Share
            one between clients of the same user, never between users.
        options: Keywords of `openai.OpenAI` and fields of `KimiSettings`.

    Raises:
        MissingApiKeyError: No key was given and AGENTSFLARE_API_KEY is not set.
        ConfigurationError: A setting is wrong.
    """

    if TYPE_CHECKING:

        def __init__(
            self, *, settings: KimiSettings | None = None, **options: Unpack[ClientOptions]
        ) -> None:
            """Make a client."""

        # Narrower than the SDK's: keywords for OpenAI's own endpoints make no sense here.
        def copy(  # pyright: ignore[reportIncompatibleMethodOverride]
            self, *, settings: KimiSettings | None = None, **options: Unpack[CopyOptions]
        ) -> Self:
            """Return a copy of this client with the given options changed."""
            ...

        with_options = copy

    else:

        def __init__(self, *, settings=None, env_file=None, memory=None, _session=None, **options):
            rest = self._configure(settings, env_file, memory, _session, options)
            super().__init__(**rest)

        def request(self, cast_to, options, *args, **kwargs):
            call = self._session.begin(self.settings, options)
            del options  # a traceback with locals would show the prompt
            call.announce()
            with self.begin_call() as tries:
                tries.answer_check = check = call.answer_check()
                while True:
                    options = sdk.carry(call.options, tries)
                    try:
                        answer = super().request(cast_to, options, *args, **kwargs)
                        check.check_raw(answer)
                        break
                    except (BadRequestError, UnprocessableEntityError) as error:
                        if not call.adapt(error):
                            raise
                    finally:
                        del options
            return call.observe(answer)

        def copy(self, *, _extra_kwargs={}, **options):  # noqa: B006  # as in the SDK
            return super().copy(**self._copy_options(options, _extra_kwargs))

        with_options = copy


class AsyncKimi(_Configured, sdk.AsyncHooks, AsyncOpenAI):
    """An `openai.AsyncOpenAI` for Kimi models behind the Agentsflare gateway; see `Kimi`.

    Args:
        settings: Ready-made settings; the environment is then not read again.
        env_file: A `.env` file to read; none by default.
        memory: Remembers the reasoning of tool calls; each client has its own by default. Share
            one between clients of the same user, never between users.
        options: Keywords of `openai.AsyncOpenAI` and fields of `KimiSettings`.

    Raises:
        MissingApiKeyError: No key was given and AGENTSFLARE_API_KEY is not set.
        ConfigurationError: A setting is wrong, or the package for `http_backend` is missing.
    """

    if TYPE_CHECKING:

        def __init__(
            self, *, settings: KimiSettings | None = None, **options: Unpack[AsyncClientOptions]
        ) -> None:
            """Make a client."""

        # Narrower than the SDK's: keywords for OpenAI's own endpoints make no sense here.
        def copy(  # pyright: ignore[reportIncompatibleMethodOverride]
            self, *, settings: KimiSettings | None = None, **options: Unpack[AsyncCopyOptions]
        ) -> Self:
            """Return a copy of this client with the given options changed."""
            ...

        with_options = copy

    else:

        def __init__(self, *, settings=None, env_file=None, memory=None, _session=None, **options):
            rest = self._configure(settings, env_file, memory, _session, options)
            super().__init__(**rest)

        async def request(self, cast_to, options, *args, **kwargs):
            call = self._session.begin(self.settings, options)
            del options  # a traceback with locals would show the prompt
            call.announce()
            with self.begin_call() as tries:
                tries.answer_check = check = call.answer_check()
                while True:
                    options = sdk.carry(call.options, tries)
                    try:
                        answer = await super().request(cast_to, options, *args, **kwargs)
                        check.check_raw(answer)
                        break
                    except (BadRequestError, UnprocessableEntityError) as error:
                        if not call.adapt(error):
                            raise
                    finally:
                        del options
            return call.observe(answer)

        def copy(self, *, _extra_kwargs={}, **options):  # noqa: B006  # as in the SDK
            return super().copy(**self._copy_options(options, _extra_kwargs))

        with_options = copy


def _refuse_unknown(kind: type, options: Mapping[str, Any]) -> None:
    known = inspect.signature(Kimi.__init__).parameters
    for name in options.keys() - known.keys():
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"{kind.__name__}() got an unexpected keyword argument {name!r}{hint}")


def _sign_like(
    ours: Callable[..., Any], theirs: Callable[..., Any], doc: str, **extra: object
) -> None:
    # Tools read signatures: IDEs, and tests that compare a client's constructor and copy().
    signature = inspect.signature(theirs)
    hints = {name: field.annotation for name, field in KimiSettings.model_fields.items()}
    hints = {"settings": KimiSettings | None, "memory": ReasoningMemory | None, **extra} | hints
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in hints.items()
        if name not in signature.parameters
    ]
    functools.update_wrapper(ours, theirs)
    # The SDK's docstring describes OPENAI_ variables, which are not read.
    ours.__doc__ = doc
    parameters = [*signature.parameters.values(), *added]
    vars(ours)["__signature__"] = signature.replace(parameters=parameters)


_MAKE: Final = """Make a client from keywords of `openai.OpenAI` and fields of `KimiSettings`.

A key is taken from `api_key`, `settings` or AGENTSFLARE_API_KEY; no OPENAI_ variable is read.
"""
_COPY: Final = """Return a copy of this client with the given options changed."""

if not TYPE_CHECKING:
    for _ours, _theirs in ((Kimi, OpenAI), (AsyncKimi, AsyncOpenAI)):
        _sign_like(_ours.__init__, _theirs.__init__, _MAKE, env_file=str | os.PathLike[str] | None)
        _sign_like(_ours.copy, _theirs.copy, _COPY)
        functools.update_wrapper(_ours.request, _theirs.request)


def create_client(
    settings: KimiSettings | None = None, **openai_options: Unpack[ClientOptions]
) -> Kimi:
    """Make a client, as `Kimi(...)` does.

    Args:
        settings: Ready-made settings; the environment is then not read again.
        openai_options: Keywords of `openai.OpenAI` and fields of `KimiSettings`.

    Returns:
        The client.

    Raises:
        MissingApiKeyError: No key was given and AGENTSFLARE_API_KEY is not set.
        ConfigurationError: A setting is wrong.
    """
    return Kimi(settings=settings, **openai_options)


def create_async_client(
    settings: KimiSettings | None = None, **openai_options: Unpack[AsyncClientOptions]
) -> AsyncKimi:
    """Make an async client, as `AsyncKimi(...)` does.

    Args:
        settings: Ready-made settings; the environment is then not read again.
        openai_options: Keywords of `openai.AsyncOpenAI` and fields of `KimiSettings`.

    Returns:
        The client.

    Raises:
        MissingApiKeyError: No key was given and AGENTSFLARE_API_KEY is not set.
        ConfigurationError: A setting is wrong.
    """
    return AsyncKimi(settings=settings, **openai_options)
