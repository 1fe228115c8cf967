"""Announces a notice: a warning at the caller's line, a log event, or an exception."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from types import FrameType
from typing import Any, Final, NamedTuple

import structlog

from agentsflare_kimi import errors
from agentsflare_kimi.calling.callers import callers_frame
from agentsflare_kimi.calling.observing import observation
from agentsflare_kimi.models.notice_texts import Notice, NoticeKind
from agentsflare_kimi.printable import without_keys

__all__ = ["ToldPlaces", "announce", "log_event", "warn_caller"]


# Several times the lines of a large program that make requests.
_MOST_TOLD: Final = 1_024
_STANDARD: Final = logging.getLogger("agentsflare_kimi")
# Otherwise logging's last-resort handler prints to stderr if nothing is configured.
_STANDARD.addHandler(logging.NullHandler())
_PLAIN: Final[list[Any]] = [
    structlog.stdlib.filter_by_level,
    structlog.processors.KeyValueRenderer(key_order=["event"], drop_missing=True),
]


class _Channel(NamedTuple):
    """How a kind of notice is announced: its log event, its warning, and its error if refused."""

    event: str
    warning: type[errors.KimiWarning] | None
    error: type[errors.ModelError] | None = None


_CHANNELS: Final[Mapping[NoticeKind, _Channel]] = {
    "alias": _Channel("model_alias_resolved", None),
    "respelled": _Channel("model_alias_resolved", errors.UnknownModelWarning),
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
    "substituted": _Channel("model_substituted", errors.ServedModelWarning),
    "end_announced": _Channel("model_end_announced", errors.DeprecatedModelWarning),
}


class ToldPlaces:
    """What a client has warned of, and where; bounded, thread-safe."""

    def __init__(self) -> None:
        """Begin with no warnings."""
        self._told: OrderedDict[tuple[object, ...], None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, told: tuple[object, ...]) -> bool:
        """Record a warning; False if it was recorded before."""
        with self._lock:
            if told in self._told:
                return False
            self._told[told] = None
            if len(self._told) > _MOST_TOLD:
                self._told.popitem(last=False)
            return True

    def discard(self, told: tuple[object, ...]) -> None:
        """Forget a warning that did not reach the caller."""
        with self._lock:
            self._told.pop(told, None)


_LOGGED: Final = ToldPlaces()  # by any client of the process


def announce(notice: Notice, told: ToldPlaces | None = None, *, gateway: str | None = None) -> None:
    """Warn of *notice* at the line of the caller's own code, and log it.

    Args:
        notice: What to say; a refusal is raised instead of warned of.
        told: Earlier warnings of the client. A warning repeated for the same line is only
            logged at INFO; numbers are ignored, because they often differ between rounds.
        gateway: Where the request goes. A notice about it is logged at WARNING once per
            process, then at INFO, because many programs make a client for each request.

    Raises:
        UnknownModelError: The settings refuse unknown models.
        RetiredModelError: The settings refuse retired models.
        DeprecatedModelError: The settings refuse deprecated models.

    Warns:
        KimiWarning: One warning, of the notice's class, unless the request is observed.
    """
    channel = _CHANNELS[notice.kind]
    notice = notice._replace(message=without_keys(notice.message))
    place = _callers_place()
    key = (*_identity(place), notice.kind, notice.model, _wording(notice.message))
    is_news = told is None or notice.is_refusal or told.add(key)
    is_loud = is_news and (gateway is None or notice.is_refusal or _LOGGED.add((gateway, *key)))
    log_event(
        channel.event,
        level=logging.WARNING if channel.warning and is_loud else logging.INFO,
        model=without_keys(notice.model),
        successor=notice.successor,
        is_lossy=notice.is_lossy,
        detail=notice.message,
    )
    if notice.is_refusal and channel.error:
        suggestions = (notice.successor,) if notice.successor else notice.suggestions
        raise channel.error(notice.message, model=notice.model, suggestions=suggestions)
    if (observed := observation()) is not None:
        observed.notices.append(notice)
    elif channel.warning and is_news:
        try:
            _warn(place, notice.message, _category(notice, channel.warning))
        except Warning:
            # A filter turns the warning into an error, and must do so each time.
            if told:
                told.discard(key)
            raise


def _identity(place: _Place) -> tuple[str, int | str]:
    # Without a line of the caller's, the thread identifies the call best.
    return place.filename, place.line if place.frame else threading.current_thread().name


def _wording(message: str) -> str:
    return re.sub(r"\d+", "#", message)


def log_event(event: str, *, level: int, **fields: object) -> None:
    """Log one event through structlog, or else through the standard library's logging.

    A program that configured neither sees nothing. With structlog configured, the event passes
    the program's own processors, under the logger name `agentsflare_kimi`; with only logging
    configured, it becomes an `event key=value` line.

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


def _category(notice: Notice, category: type[errors.KimiWarning]) -> type[errors.KimiWarning]:
    if notice.kind != "migrated":
        return category
    if notice.is_lossy:
        return errors.LossyMigrationWarning
    if notice.model_status == "deprecated":
        return errors.DeprecatedModelWarning
    return category


def warn_caller(message: str, category: type[errors.KimiWarning]) -> None:
    """Warn at the line of the caller's own code."""
    _warn(_callers_place(), message, category)


def _warn(place: _Place, message: str, category: type[Warning]) -> None:
    frame = place.frame
    if frame is None:
        warnings.warn_explicit(message, category, place.filename, place.line)
        return
    warnings.warn_explicit(
        message,
        category,
        place.filename,
        place.line,
        # Python drops warnings without a module, such as those of `exec` without `__name__`.
        module=frame.f_globals.get("__name__") or "<unknown>",
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


class _Place(NamedTuple):
    filename: str
    line: int
    frame: FrameType | None


def _callers_place() -> _Place:
    frame = callers_frame()
    if frame is None:
        # A bare SDK method in a thread pool: no line of the caller is on the stack.
        return _Place("<thread>", 1, None)
    return _Place(frame.f_code.co_filename, frame.f_lineno, frame)
