"""What `agentsflare-kimi doctor` looks at: versions, variables, key, address and model."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import openai

from agentsflare_kimi import Kimi, KimiSettings, diagnose, plan_migration
from agentsflare_kimi.cli.models_check import warn_of_age
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.models.catalog import catalog

__all__ = ["Check", "examine"]

_Status = Literal["ok", "note", "failed"]
_PACKAGES: Final = ("agentsflare-kimi", "openai", "pydantic-settings", "structlog")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One row: what was looked at, whether it is in order, and what to do if not."""

    name: str
    status: _Status
    detail: str


def examine(env_file: str | None, *, offline: bool) -> Iterator[Check]:
    """Check versions, variables, key, address and model.

    Args:
        env_file: A file to read below the environment.
        offline: Whether to make no request.

    Yields:
        One row for each thing that was looked at.
    """
    yield _versions()
    if age := warn_of_age():
        yield Check(name="models", status="note", detail=age)
    yield from _foreign_variables()
    yield from _unknown_variables()
    yield from _dotenv(Path.cwd() / ".env")
    try:
        settings = KimiSettings(_env_file=env_file)
    except ConfigurationError as error:
        yield Check(name="settings", status="failed", detail=str(error))
        return
    yield Check(name="base URL", status="ok", detail=settings.base_url)
    yield _model(settings)
    yield from _key(settings)
    if settings.api_key is not None and not offline:
        yield _answer(settings)


def _versions() -> Check:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    return Check(
        name="versions",
        status="ok",
        detail=", ".join([f"Python {platform.python_version()}", *versions]),
    )


def _foreign_variables() -> Iterator[Check]:
    names = sorted(name for name in os.environ if name.startswith("OPENAI_"))
    if names:
        detail = f"{', '.join(names)}: not read by this package, which has variables of its own"
        yield Check(name="OpenAI's variables", status="note", detail=detail)


def _unknown_variables() -> Iterator[Check]:
    known = {f"AGENTSFLARE_{name.upper()}" for name in KimiSettings.model_fields}
    names = {name for name in os.environ if name.startswith("AGENTSFLARE_")} - known
    if names:
        detail = f"{', '.join(sorted(names))}: no such setting; a typing mistake?"
        yield Check(name="unknown variables", status="note", detail=detail)


def _dotenv(path: Path) -> Iterator[Check]:
    if not path.is_file():
        return
    yield Check(
        name=".env",
        status="note",
        detail="there is one here; it is read only if --env-file names it",
    )
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        detail = "other users of this machine can read it: chmod 600 .env"
        yield Check(name=".env mode", status="note", detail=detail)


def _model(settings: KimiSettings) -> Check:
    name = settings.model
    models = catalog(settings.models_file)
    model = models.find(name)
    if name in settings.extra_models:
        return Check(name="model", status="ok", detail=f"{name} (AGENTSFLARE_EXTRA_MODELS)")
    is_refused = any(
        notice.is_refusal for notice in plan_migration({"model": name}, settings=settings).notices
    )
    status: _Status = "failed" if is_refused else "note"
    if model is None:
        suggestions = ", ".join(models.suggest(name)) or "see `agentsflare-kimi models`"
        return Check(name="model", status=status, detail=f"{name!r} is unknown; {suggestions}")
    if model.status in {"active", "new"}:
        status = "ok"
    instead = f"; use {model.successor}" if model.successor else ""
    return Check(name="model", status=status, detail=f"{model.id} ({model.status}){instead}")


def _key(settings: KimiSettings) -> Iterator[Check]:
    if settings.api_key is None:
        detail = "AGENTSFLARE_API_KEY is not set; `agentsflare-kimi serve` works without one"
        yield Check(name="API key", status="failed", detail=detail)
    else:
        length = len(settings.api_key.get_secret_value())
        plural = "" if length == 1 else "s"
        yield Check(name="API key", status="ok", detail=f"set, {length} character{plural}")


def _answer(settings: KimiSettings) -> Check:
    with Kimi(settings=settings, max_retries=0, timeout=20) as client:
        return _reach(lambda: len(list(client.models.list())), settings.base_url)


def _reach(count: Callable[[], int], base_url: str) -> Check:
    try:
        number = count()
    except openai.OpenAIError as error:
        diagnosis = diagnose(error)
        # The page does not document the list, so its absence proves nothing; without any path,
        # the `/v1` of the gateway was most likely forgotten.
        is_open = diagnosis.cause == "wrong_url" and urlsplit(base_url).path
        status: _Status = "note" if is_open else "failed"
        return Check(name="gateway", status=status, detail=str(diagnosis))
    return Check(name="gateway", status="ok", detail=f"answers, and lists {number} models")
