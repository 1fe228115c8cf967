"""The checks of `agentsflare-kimi doctor` without requests: versions, variables, key, model."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from agentsflare_kimi import KimiSettings, plan_migration
from agentsflare_kimi.cli.doctor_setup import Row, Setup, quoted_name
from agentsflare_kimi.cli.doctor_way import check_certificates, check_proxy
from agentsflare_kimi.cli.models_check import warn_of_age
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.variables import PREFIX, find_misspelt

__all__ = ["CHECKS"]

_PACKAGES: Final = ("agentsflare-kimi", "openai", "pydantic-settings", "structlog")
# `agentsflare-kimi proxy` checks its own variables.
_OF_THE_PROXY: Final = f"{PREFIX}PROXY_"
_REFUSED: Final = "the one that is set is refused"
_NEARLY_OURS: Final = ("AGENTSFLARE", "AGENTFLARE", "AGENT_FLARE", "AGENTS_FLARE")


def _versions(_: Setup) -> Iterator[Row]:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    yield Row("versions", "ok", ", ".join([f"Python {platform.python_version()}", *versions]))


def _age(_: Setup) -> Iterator[Row]:
    if age := warn_of_age():
        yield Row("models", "note", age)


def _foreign_variables(_: Setup) -> Iterator[Row]:
    names = sorted(name for name in os.environ if name.startswith("OPENAI_"))
    if names:
        detail = f"{', '.join(names)}: not read by this package, which has its own variables"
        yield Row("OpenAI's variables", "note", detail)


def _unknown_variables(setup: Setup) -> Iterator[Row]:
    for place, names in (("", os.environ), (f"{setup.env_file}: ", setup.env_file_values)):
        told = [*_describe_unknown(names)]
        if told:
            yield Row("unknown variables", "note", place + "; ".join(told))


def _describe_unknown(names: Iterable[str]) -> Iterator[str]:
    names = sorted(names)
    misspelt = [*find_misspelt(names, KimiSettings.model_fields)]
    yield from map(str, misspelt)
    known = {PREFIX + field.upper() for field in KimiSettings.model_fields}
    known |= {each.found.upper() for each in misspelt}
    for name in names:
        upper = name.upper()
        is_ours = upper.startswith(_NEARLY_OURS) and not upper.startswith(_OF_THE_PROXY)
        if is_ours and upper not in known:
            yield f"{name} is not read: there is no such setting"


def _dotenv(setup: Setup) -> Iterator[Row]:
    path = Path(setup.env_file or ".env")
    if not path.is_file():
        return
    if setup.env_file is None:
        detail = "there is one here; it is read only if --env-file names it"
        yield Row(".env", "note", detail)
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        detail = f"other users of this machine can read it: chmod 600 {path}"
        yield Row(".env mode", "note", detail)


def _settings(setup: Setup) -> Iterator[Row]:
    told = [*_describe_sources(setup)]
    if told:
        rest = "all others have their default values"
        rest = f"apart from what is refused, {rest}" if setup.problems else rest
        yield Row("settings", "ok", f"{', '.join(told)}; {rest}")
    for problem in setup.problems:
        yield Row("settings", "failed", problem)


def _describe_sources(setup: Setup) -> Iterator[str]:
    environment = {name.upper() for name, value in os.environ.items() if value}
    in_file = {name.upper() for name, value in setup.env_file_values.items() if value}
    for field in KimiSettings.model_fields:
        name = PREFIX + field.upper()
        if field in setup.refused:
            continue
        if name in environment:
            yield f"{name} is set" + (", and wins over the file" if name in in_file else "")
        elif name in in_file:
            yield f"{name} is set in {setup.env_file}"


def _key(setup: Setup) -> Iterator[Row]:
    if "api_key" in setup.refused:
        yield Row("API key", "skipped", _REFUSED)
    elif setup.settings.api_key is None:
        detail = "AGENTSFLARE_API_KEY is not set; `agentsflare-kimi serve` works without one"
        yield Row("API key", "failed", detail)
    else:
        length = len(setup.settings.api_key.get_secret_value())
        yield Row("API key", "ok", f"set, {length} character{'' if length == 1 else 's'}")


def _base_url(setup: Setup) -> Iterator[Row]:
    if "base_url" in setup.refused:
        yield Row("base URL", "skipped", _REFUSED)
        return
    url = setup.settings.base_url
    parts = urlsplit(url).path.split("/")
    if "v1" not in parts:
        detail = f"{url}: add /v1, as in {url}/v1, unless your gateway has another path"
        yield Row("base URL", "note", detail)
    elif parts[-1] != "v1":
        short = url[: url.index("/v1") + len("/v1")]
        yield Row("base URL", "note", f"{url}: it usually ends with /v1, as in {short}")
    else:
        yield Row("base URL", "ok", url)


def _model(setup: Setup) -> Iterator[Row]:
    if "model" in setup.refused:
        yield Row("model", "skipped", _REFUSED)
        return
    try:
        yield _look_up(setup.settings)
    except ConfigurationError as error:
        yield Row("model", "failed", str(error))


def _look_up(settings: KimiSettings) -> Row:
    name = settings.model
    models = catalog(settings.models_file)
    model = models.find(name)
    if name in settings.extra_models:
        return Row("model", "ok", f"{name} (AGENTSFLARE_EXTRA_MODELS)")
    plan = plan_migration({"model": name}, settings=settings)
    status = "failed" if any(notice.is_refusal for notice in plan.notices) else "note"
    if model is None:
        suggestions = ", ".join(models.suggest(name)) or "see `agentsflare-kimi models`"
        return Row("model", status, f"{quoted_name(name)} is unknown; {suggestions}")
    detail = f"{model.id} ({model.status})"
    if model.successor:
        detail += f"; use {model.successor}"
    if model.upstream_ended_on:
        note = model.upstream_note or "it no longer serves it"
        return Row(
            "model", status, f"{detail}; ended upstream on {model.upstream_ended_on}: {note}"
        )
    is_alive = model.status in {"active", "new"} and status == "note"
    return Row("model", "ok" if is_alive else status, detail)


CHECKS: Final[tuple[Callable[[Setup], Iterator[Row]], ...]] = (
    _versions,
    _age,
    _foreign_variables,
    _unknown_variables,
    _dotenv,
    _settings,
    _key,
    _base_url,
    check_proxy,
    check_certificates,
    _model,
)
