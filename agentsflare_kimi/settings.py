"""`KimiSettings`: read from arguments, the environment, or a named file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, cast

from pydantic import (
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    SettingsConfigDict,
)

from agentsflare_kimi.base_url import DEFAULT_BASE_URL, check_base_url
from agentsflare_kimi.env_file import read_env_file
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.printable import looks_like_key
from agentsflare_kimi.variables import PREFIX as _PREFIX

__all__ = ["KimiSettings", "resolve_settings"]

_MAY_BE_NONE: Final = frozenset({"deadline", "migrate_to", "models_file"})
# A key may be pasted into any of these; what they hold is never shown.
_ASSIGNMENT: Final = re.compile(r"(?:export )?[A-Z][A-Z0-9_]*_[A-Z0-9_]*=")
_NEVER_SHOWN: Final = frozenset({"api_key", "base_url", "model", "migrate_to", "models_file"})

# A model's name, or nothing: no separators, quotes or brackets.
_NAME: Final = re.compile(r"\s*[^\s,;|'\"`\[\]{}()=]*\s*")

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class KimiSettings(BaseSettings):
    """A client's settings; each field is also an environment variable and a keyword of `Kimi`.

    Precedence: arguments, the environment (`AGENTSFLARE_` and the field's name in capitals), a
    file named by `_env_file`, defaults. No `.env` file is read unless it is named, and
    `OPENAI_` variables never are. The key appears in no repr, dump, pickle or error.

    Attributes:
        api_key: The gateway's key; surrounding blanks and quotes are cut off.
        base_url: Where requests go; https, or http to loopback.
        model: What the command line and the examples use when none is named.
        timeout: Seconds to wait for each read (5 for connecting); `inf` for no limit.
        deadline: Seconds for a whole call or stream, retries included; None for no limit.
        max_concurrency: Requests in flight of an async client; 0 for no limit.
        max_retries: How often a failed request is tried again, as in `openai`.
        on_retired: What happens to a request for a retired model: `migrate` rewrites it,
            `warn` sends it as it is, `error` refuses it.
        on_deprecated: The same for a deprecated model; `ignore` says nothing.
        on_unknown: The same for a model that the catalog does not know.
        adapt_parameters: When to change parameters that a model rejects: after the gateway
            rejects them (`on_rejection`), before sending (`always`), or `never`.
        keep_reasoning: Whether to restore `reasoning_content` that the caller dropped from the
            history of a tool loop.
        on_forced_tool: What happens to a `tool_choice` that forces a tool call, which models
            reject while thinking: `disable_thinking` for this request, `auto` lets the model
            choose, `error` refuses the request.
        on_filtered: Whether an answer that the content filter blocked is returned with its
            `report`, or raised as an `error` (`ContentFilteredError`).
        on_substitution: What happens when a model other than the requested one answers:
            `warn` (`ServedModelWarning`), `error`, or `ignore`.
        migrate_to: The model, such as `kimi-k3`, to move every older model to, live ones
            included, instead of the catalog's successor.
        models_file: A TOML file of models to add to the catalog or to override in it.
        http_backend: The HTTP library of async clients: the SDK's own (`default`), `aiohttp`
            (needs the extra of that name), or aiohttp if it is installed (`auto`). Ignored by
            sync clients and where an `http_client` is given.
        extra_models: Names to accept besides the catalog's; in a variable, a JSON list or
            separated by commas.
        allow_insecure_http: Whether plain http is allowed to hosts other than loopback.

    Raises:
        ConfigurationError: A value is wrong; the message names the variable and the way out.
        UnsafeBaseUrlError: The base URL would send the key somewhere unsafe.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        # Otherwise a validation error of any field prints the key.
        hide_input_in_errors=True,
    )

    # Declared before base_url, whose validator reads it.
    allow_insecure_http: bool = False
    api_key: SecretStr | None = None
    base_url: str = DEFAULT_BASE_URL
    model: _Name = "kimi-k2.6"
    timeout: float = Field(default=300.0, gt=0)
    deadline: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_concurrency: int = Field(default=100, ge=0)
    max_retries: int = Field(default=2, ge=0)
    on_retired: Literal["migrate", "warn", "error"] = "migrate"
    on_deprecated: Literal["warn", "migrate", "error", "ignore"] = "warn"
    on_unknown: Literal["error", "warn", "ignore"] = "error"
    adapt_parameters: Literal["on_rejection", "always", "never"] = "on_rejection"
    keep_reasoning: bool = True
    on_forced_tool: Literal["disable_thinking", "auto", "error"] = "disable_thinking"
    on_filtered: Literal["report", "error"] = "report"
    on_substitution: Literal["warn", "error", "ignore"] = "warn"
    migrate_to: _Name | None = None
    models_file: Path | None = None
    http_backend: Literal["default", "aiohttp", "auto"] = "default"
    extra_models: Annotated[tuple[str, ...], NoDecode] = ()

    def __init__(self, **values: Any) -> None:  # noqa: ANN401  # pydantic takes and checks them
        """Read the settings; *values* win over the environment."""
        unknown = [name for name in values if not _is_known(name, type(self))]
        if unknown:
            known = ", ".join(type(self).model_fields)
            raise ConfigurationError(f"unknown setting {unknown[0]!r}; there are: {known}")
        # Not left to pydantic-settings, which interpolates, and hangs on a FIFO.
        named: dict[str, Any] = _named(values.pop("_env_file", None), type(self))
        try:
            super().__init__(**named | values | {"_env_file": None})
        except ValidationError as error:
            # Not chained: pydantic's error carries the input, the key included.
            raise ConfigurationError(_describe(error)) from None

    @field_validator("api_key", mode="after")
    @classmethod
    def _clean_key(cls, key: SecretStr | None) -> SecretStr | None:
        text = key.get_secret_value().strip().strip("\"'").strip() if key else ""
        problem = _problem_with_key(text)
        if problem:
            raise ValueError(
                f"the key {problem}; copy it again from the gateway's console, without anything "
                "around it"
            )
        return SecretStr(text) if text else None

    @field_validator("base_url", mode="after")
    @classmethod
    def _clean_base_url(cls, url: str, info: ValidationInfo) -> str:
        allowed = bool(info.data.get("allow_insecure_http"))
        return check_base_url(url, allow_insecure_http=allowed) if url.strip() else DEFAULT_BASE_URL

    @field_validator("extra_models", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return _read_names(value) if isinstance(value, str) else value

    def __getstate__(self) -> dict[Any, Any]:
        """Leave the key out of pickles: a worker reads it from its own environment."""
        state = super().__getstate__()
        return state | {"__dict__": state["__dict__"] | {"api_key": None}}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Read the key, which pickles lack, from the environment if it is set there."""
        key = self._clean_key(SecretStr(os.environ.get(f"{_PREFIX}API_KEY", "")))
        super().__setstate__(state | {"__dict__": state["__dict__"] | {"api_key": key}})


def _read_names(text: str) -> tuple[str, ...]:
    names: object = text.split(",")
    if text.lstrip().startswith("["):
        try:
            names = json.loads(text)
        except ValueError:
            names = None
    listed = cast("list[object]", names) if isinstance(names, list) else [None]
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in listed):
        raise ValueError(
            "neither a JSON list nor names separated by commas; write it as "
            '`kimi-one,kimi-two` or `["kimi-one", "kimi-two"]`'
        )
    return tuple(name.strip() for name in cast("list[str]", listed) if name.strip())


def _problem_with_key(text: str) -> str:
    if text.lower().startswith("bearer "):
        return "begins with 'Bearer', which is added automatically"
    if _ASSIGNMENT.match(text):
        return "begins with a variable's name and '='"
    if text.startswith("<") and text.endswith(">"):
        return "stands in angle brackets, as the place for a key does"
    if not text.isascii():
        return "holds a character outside ASCII"
    return "" if text.isprintable() else "holds a control character, such as a line end"


def resolve_settings(
    settings: KimiSettings | None,
    overrides: Mapping[str, object],
    env_file: str | os.PathLike[str] | None = None,
) -> KimiSettings:
    """Resolve the settings: overrides win over *settings*, which win over the environment.

    Args:
        settings: Ready-made settings.
        overrides: Fields of `KimiSettings` given as arguments; None counts as not given, except
            for fields that may be None.
        env_file: A file to read if no *settings* are given; the environment wins over it.

    Returns:
        The settings in force.

    Raises:
        ConfigurationError: As `KimiSettings`.
    """
    given = {
        name: value
        for name, value in overrides.items()
        if value is not None or name in _MAY_BE_NONE
    }
    if not isinstance(cast("object", settings), KimiSettings | None):
        raise TypeError(f"settings must be a KimiSettings, got {type(settings).__name__}")
    if settings is None:
        return KimiSettings(_env_file=env_file, **given)
    if not given:
        return settings
    # Only overrides are validated again, and the environment is not read.
    ours = KimiSettings.model_fields.items()
    others = type(settings).model_fields.keys() - KimiSettings.model_fields.keys()
    rest = {name: field.default for name, field in ours}
    rest |= {name: getattr(settings, name) for name in [*others, "allow_insecure_http"]}
    checked = type(settings)(**rest | given)
    return settings.model_copy(update={name: getattr(checked, name) for name in given})


def _named(path: object, settings: type[BaseSettings]) -> dict[str, str]:
    """Read settings from the files in `_env_file`, except those set in the environment."""
    found: dict[str, str] = {}
    for each in _each(path):
        found |= {name.upper(): value for name, value in read_env_file(each).items()}
    # Names are case-insensitive, as in the environment.
    environment = {name.upper() for name, value in os.environ.items() if value}
    variables = {name: _PREFIX + name.upper() for name in settings.model_fields}
    return {
        name: found[variable]
        for name, variable in variables.items()
        if found.get(variable) and variable not in environment
    }


def _each(path: object) -> Iterator[str | os.PathLike[str]]:
    if isinstance(path, str | os.PathLike):
        yield cast("str | os.PathLike[str]", path)
    elif path is not None:
        yield from cast("Iterable[str | os.PathLike[str]]", path)


def _is_known(name: str, settings: type[BaseSettings]) -> bool:
    return name in settings.model_fields or name.startswith("_")


def _describe(error: ValidationError) -> str:
    return "; ".join(
        _describe_one(str(problem["loc"][0]) if problem["loc"] else "settings", problem)
        for problem in error.errors(include_url=False, include_context=False)
    )


def _describe_one(field: str, problem: Mapping[str, Any]) -> str:
    value = problem.get("input")
    # A key may be pasted into any variable; most keys are longer than this.
    is_short = field not in _NEVER_SHOWN and len(str(value)) <= 20  # noqa: PLR2004
    is_harmless = is_short and not looks_like_key(str(value))
    shown = f", got {value!r}" if is_harmless else ""
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{_PREFIX}{field.upper()} (argument `{field}`): {reason}{shown}"
