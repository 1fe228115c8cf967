"""Says a notice aloud: a warning at the caller's line, one structured event, or a refusal."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import inspect
import logging
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Final, NamedTuple

import anyio
import openai
import structlog

from agentsflare_kimi import errors
from agentsflare_kimi.calling.observing import observation
from agentsflare_kimi.models.notice_texts import Notice, NoticeKind

__all__ = ["announce", "log_event"]


class _Channel(NamedTuple):
    event: str
    warning: type[errors.KimiWarning] | None
    error: type[errors.ModelError] | None = None


_CHANNELS: Final[Mapping[NoticeKind, _Channel]] = {
    "alias": _Channel("model_alias_resolved", None),
    "migrated": _Channel("model_migrated", errors.RetiredModelWarning),
    "retired": _Channel("model_retired", errors.RetiredModelWarning, errors.RetiredModelError),
    "deprecated": _Channel(
        "model_deprecated", errors.DeprecatedModelWarning, errors.DeprecatedModelError
    ),
    "unknown": _Channel("model_unknown", errors.UnknownModelWarning, errors.UnknownModelError),
    "unlisted": _Channel("model_unlisted", errors.UnlistedModelWarning),
    "example": _Channel("model_unlisted", errors.UnlistedModelWarning),
    "adapted": _Channel("parameters_adapted", errors.RejectedParameterWarning),
    "rejected": _Channel("parameters_rejected", errors.RejectedParameterWarning),
    "forced_tool": _Channel("forced_tool_refused", None, errors.ModelError),
}


def announce(notice: Notice) -> None:
    """Warn of *notice* at the line of the caller's own code, and log it once.

    Args:
        notice: What to say; a refusal is raised instead of warned of.

    Raises:
        UnknownModelError: The settings refuse unknown models.
        RetiredModelError: The settings refuse retired models.
        DeprecatedModelError: The settings refuse deprecated models.

    Warns:
        KimiWarning: One warning, of the class that belongs to the notice, unless the request is
            observed.
    """
    channel = _CHANNELS[notice.kind]
    level = logging.WARNING if channel.warning else logging.INFO
    log_event(
        channel.event,
        level=level,
        model=notice.model,
        successor=notice.successor,
        is_lossy=notice.is_lossy,
        detail=notice.message,
    )
    if notice.is_refusal and channel.error:
        suggestions = (notice.successor,) if notice.successor else notice.suggestions
        raise channel.error(notice.message, model=notice.model, suggestions=suggestions)
    if (observed := observation()) is not None:
        observed.notices.append(notice)
    elif channel.warning:
        _warn(notice.message, _category(notice, channel.warning))


def log_event(event: str, *, level: int, **fields: object) -> None:
    """Log one event through structlog, or else on top of the standard library's logging.

    A program that configured neither sees nothing. One that configured structlog has its own
    processors applied and gets the event where it sends its own, under the name
    `agentsflare_kimi`; one that configured logging alone gets `event key=value` lines.

    Args:
        event: The event's stable name.
        level: A level of the standard library's logging.
        fields: What belongs to the event; never a key or a prompt.
    """
    if structlog.is_configured():
        logger = structlog.get_logger(_STANDARD.name)
    else:
        logger = structlog.wrap_logger(_STANDARD, _PLAIN, structlog.stdlib.BoundLogger)
    logger.log(level, event, **fields)


_STANDARD: Final = logging.getLogger("agentsflare_kimi")
# Else logging's last resort prints to stderr in a program that configured nothing.
_STANDARD.addHandler(logging.NullHandler())
_PLAIN: Final[list[Any]] = [
    structlog.stdlib.filter_by_level,
    structlog.processors.KeyValueRenderer(key_order=["event"], drop_missing=True),
]


def _category(notice: Notice, category: type[errors.KimiWarning]) -> type[errors.KimiWarning]:
    if notice.kind != "migrated":
        return category
    if notice.is_lossy:
        return errors.LossyMigrationWarning
    if notice.model_status == "deprecated":
        return errors.DeprecatedModelWarning
    return category


def _warn(message: str, category: type[Warning]) -> None:
    frame = _callers_frame()
    if frame is None:
        # A bare SDK method in a thread pool: no line of the caller is on the stack.
        warnings.warn_explicit(message, category, "<thread>", 1)
        return
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _folder(module: ModuleType) -> str:
    return str(Path(module.__file__ or "").parent) + "/"


# A constant stacklevel cannot be right: create, parse, raw responses, streams and tasks all
# differ in depth. Source: facts/openai-sdk.md section 2.
_NOT_THE_CALLER: Final = (
    str(Path(__file__).parents[1]) + "/",
    *(_folder(module) for module in (openai, anyio, asyncio, concurrent.futures)),
    *(str(module.__file__) for module in (contextlib, functools, threading)),
)


def _callers_frame() -> FrameType | None:
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_NOT_THE_CALLER):
        frame = frame.f_back
    return frame
