"""`ProxySettings`: who may use the proxy, and within which limits."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.variables import PREFIX, find_misspelt

if TYPE_CHECKING:
    from agentsflare_kimi.proxy.memory_store import MemoryStore

__all__ = ["ProxySettings", "store_of"]

_PREFIX: Final = f"{PREFIX}PROXY_"
# The upstream's limit. Source: facts/kimi.md, section on images.
_MOST_BODY_BYTES: Final = 100 * 1024 * 1024
_SHORTEST_TOKEN: Final = 16
_Names = Annotated[tuple[str, ...], NoDecode]


class ProxySettings(BaseSettings):
    """The proxy's settings; each field is also a variable `AGENTSFLARE_PROXY_…`.

    Attributes:
        tokens: The accepted bearer keys; each request must send one. The gateway's key is then
            that of `KimiSettings`, and callers never see it.
        pass_keys: Whether to accept callers from other machines, each with its own gateway key.
        allowed_hosts: Names besides loopback's and plain IP addresses by which callers may
            reach the proxy; `*` for any.
        max_body_bytes: The largest request body.
        max_header_bytes: The most bytes of request headers.
        unknown_paths: Whether paths that this package does not know are forwarded unchanged
            (`pass`) or answered with 404 (`refuse`).
        most_callers: How many callers' memory, lessons and slots are kept; the one idle longest
            is dropped first.
        memory: URL of a Redis or Valkey server through which workers or machines share the
            reasoning of each caller's answers, sealed with the caller's key.
        public_metrics: Whether `/metrics` answers other machines without a token.
        log_json: Whether `agentsflare-kimi proxy` logs one JSON object per line; other servers
            configure structlog themselves.

    Raises:
        ConfigurationError: A value is wrong, or a variable is misspelt; the message names the
            variable and the way out.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    pass_keys: bool = False
    allowed_hosts: _Names = ()
    max_body_bytes: int = Field(default=_MOST_BODY_BYTES, gt=0)
    max_header_bytes: int = Field(default=65_536, gt=0)
    unknown_paths: Literal["pass", "refuse"] = "pass"
    most_callers: int = Field(default=1_000, gt=0)
    memory: SecretStr | None = None
    public_metrics: bool = False
    log_json: bool = False

    def __init__(self, **values: Any) -> None:  # noqa: ANN401  # pydantic takes and checks them
        """Read the settings; *values* win over the environment."""
        _refuse_misspelt()
        try:
            super().__init__(**values)
        except ValidationError as error:
            # Not chained: pydantic's error carries the input, tokens included.
            raise ConfigurationError(_describe(error)) from None
        if self.tokens and self.pass_keys:
            raise ConfigurationError(
                f"{_PREFIX}TOKENS and {_PREFIX}PASS_KEYS exclude each other: callers send either "
                "a token of the proxy's or a key of the gateway's"
            )

    @field_validator("tokens", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("tokens", mode="after")
    @classmethod
    def _check_tokens(cls, tokens: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for token in tokens:
            text = token.get_secret_value()
            if len(text) < _SHORTEST_TOKEN or not (text.isascii() and text.isprintable()):
                raise ValueError(
                    f"a token needs at least {_SHORTEST_TOKEN} printable ASCII characters; "
                    "`openssl rand -hex 32` makes one"
                )
        return tokens

    @property
    def serves_others(self) -> bool:
        """Whether callers from other machines are accepted."""
        return bool(self.tokens) or self.pass_keys


def store_of(options: ProxySettings) -> MemoryStore | None:
    """Return the shared store that *options* name, if any; nothing is sent to it yet.

    Raises:
        ConfigurationError: The URL is wrong, or the extra `redis` is missing.
    """
    if options.memory is None:
        return None
    try:
        import cryptography as _  # noqa: F401, PLC0415  # an extra

        from agentsflare_kimi.proxy.memory_store import MemoryStore  # noqa: PLC0415  # as above
    except ImportError as error:
        raise ConfigurationError(
            "a memory that workers share needs redis and cryptography: "
            'pip install "agentsflare-kimi[proxy,redis]"'
        ) from error
    return MemoryStore(options.memory.get_secret_value())


def _refuse_misspelt() -> None:
    # A setting that decides who may ask must not be ignored because of a typing error.
    ours = [name for name in os.environ if name.upper().startswith(_PREFIX)]
    without_prefix = {f"{PREFIX}{name[len(_PREFIX) :]}": name for name in ours}
    for found, meant in find_misspelt(without_prefix, ProxySettings.model_fields):
        raise ConfigurationError(
            f"{without_prefix[found]} is not read; did you mean "
            f"{_PREFIX}{meant.removeprefix(PREFIX)}?"
        )


def _describe(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{_PREFIX}{str(problem['loc'][0]).upper()} (option `{problem['loc'][0]}`): "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in problems
    )
