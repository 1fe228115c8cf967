"""Keeps the API key and the prompt out of errors and log lines.

Source: facts/reliability.md section 2b.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

from agentsflare_kimi.printable import without_account_ids
from agentsflare_kimi.reading.diagnosis_evidence import MODELS_FILE, PROXY
from agentsflare_kimi.reading.error_bodies import chain

if TYPE_CHECKING:
    from httpx2 import Request  # noqa: TID251  # for type checkers alone

__all__ = [
    "REDACTED",
    "guard_logs",
    "hide_account_ids",
    "hiding_prompts",
    "redact",
    "redacted_request",
]

REDACTED: Final = "[redacted]"
# Everything else may be a credential: `api-key`, `cookie`, or what a proxy asks for.
_HARMLESS: Final = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host"}
)
_HARMLESS_PREFIXES: Final = ("user-agent", "x-stainless-")
# They identify the upstream account. Source: facts/catalog-2026-11.md section 1.
_ACCOUNT_HEADERS: Final = ("msh-org-id", "msh-uid", "msh-project-id", "msh-gid")
_ACCOUNT_HEADER: Final = re.compile(
    rf"((?:{'|'.join(_ACCOUNT_HEADERS)})['\"]?\s*[:,=]\s*b?['\"]?)[^'\",)\s]+", re.IGNORECASE
)
# Loggers of response headers at level DEBUG: the SDK's until 3.x, and its HTTP libraries'.
_LOGGERS: Final = (
    "openai._base_client",
    *(
        f"{library}.{part}"
        for library in ("httpcore", "httpcore2")
        for part in ("connection", "http11", "http2", "proxy", "socks")
    ),
)


class _Thread(threading.local):
    hides_prompts = False


_this_thread: Final = _Thread()


def hide_account_ids(value: object) -> object:
    """Return a copy of JSON data with the account ids in its strings masked.

    Args:
        value: The body of an error; returned unchanged if it holds no id.

    Source: facts/catalog-2026-11.md section 1.
    """
    if isinstance(value, str):
        return without_account_ids(value)
    if type(value) is dict:
        fields = cast("dict[str, object]", value)
        hidden = {name: hide_account_ids(inner) for name, inner in fields.items()}
        return hidden if any(hidden[name] is not fields[name] for name in fields) else fields
    if type(value) is list:
        items = cast("list[object]", value)
        clean = [hide_account_ids(item) for item in items]
        is_same = all(new is old for new, old in zip(clean, items, strict=True))
        return items if is_same else clean
    return value


def redacted_request(request: Request) -> Request:
    """Return a copy of *request* without its body and the values of its headers."""
    headers = {
        name: value if _is_harmless(name) else REDACTED for name, value in request.headers.items()
    }
    known = request.extensions
    kept = {name: known[name] for name in (MODELS_FILE, PROXY) if name in known}
    return type(request)(request.method, request.url, headers=headers, extensions=kept)


def redact(error: BaseException) -> None:
    """Remove key and prompt from *error* and its causes.

    Args:
        error: An exception that is about to reach the caller.
    """
    for link in chain(error, every=True):
        _redact_request(link)
        # Changed in place, because other references may exist: the error quotes the bad header.
        if isinstance(link, UnicodeEncodeError):
            link.object, link.start, link.end = REDACTED, 0, 1
        if isinstance(link, UnicodeEncodeError) or "header value" in str(link):
            link.args = (REDACTED,)


def _redact_request(error: BaseException) -> None:
    request = getattr(error, "_request", None) or vars(error).get("request")
    if request is not None:
        # Test doubles may not be requests at all.
        with suppress(AttributeError, TypeError):
            error.request = redacted_request(request)  # pyright: ignore[reportAttributeAccessIssue]  # both trees have it
    response = getattr(error, "response", None)
    if response is not None:
        with suppress(AttributeError, TypeError, RuntimeError):
            response.request = redacted_request(response.request)
            response.next_request = None
        with suppress(AttributeError, TypeError):
            for name in _ACCOUNT_HEADERS:
                response.headers.pop(name, None)


def _is_harmless(name: str) -> bool:
    name = name.lower()
    return name in _HARMLESS or name.startswith(_HARMLESS_PREFIXES)


class _PromptFilter(logging.Filter):
    # Until 3.x the SDK logs the whole request at level DEBUG.
    def filter(self, record: logging.LogRecord) -> bool:
        if _this_thread.hides_prompts and str(record.msg).startswith("Request options"):
            record.args = (REDACTED,)
        return True


class _AccountFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "msh-" in text.casefold():
            record.msg, record.args = _ACCOUNT_HEADER.sub(rf"\g<1>{REDACTED}", text), ()
        return True


_PROMPT_FILTER: Final = _PromptFilter()
_ACCOUNT_FILTER: Final = _AccountFilter()


def guard_logs() -> None:
    """Keep prompts of our clients' calls, and upstream account ids, out of log lines."""
    logging.getLogger("openai._base_client").addFilter(_PROMPT_FILTER)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_ACCOUNT_FILTER)


@contextmanager
def hiding_prompts() -> Generator[None]:
    """Keep prompts out of the SDK's log lines in the block, which must not await."""
    _this_thread.hides_prompts = True
    try:
        yield
    finally:
        _this_thread.hides_prompts = False
