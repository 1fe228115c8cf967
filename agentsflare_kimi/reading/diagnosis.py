"""Why did it fail, and what helps? From an exception to its cause and advice.

>>> diagnose(TimeoutError()).cause
'timeout'
"""

from __future__ import annotations

import difflib  # noqa: F401  # pyright: ignore[reportUnusedImport]  # see _FORMS
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from agentsflare_kimi.models.catalog import find_model, suggest_models
from agentsflare_kimi.printable import printable
from agentsflare_kimi.reading.diagnosis_forms import Form, list_forms
from agentsflare_kimi.reading.error_bodies import bodies, chain, nested
from agentsflare_kimi.reading.filters import extract_filter_results, is_filter_error
from agentsflare_kimi.reading.lenient import as_integer, as_text, attribute, field

__all__ = ["Diagnosis", "diagnose"]

_MESSAGE_FIELDS: Final = ("message", "error", "detail", "msg", "error_message", "errorMessage")
_MAX_TEXT: Final = 4_000
_MAX_SHOWN: Final = 80
_FIRST_FAILED: Final = 300
_HTML: Final = re.compile(r"\s*<(?:!doctype html|html)", re.IGNORECASE)
# Read at once, like what suggestions of models import: once a call has failed, the process may
# have no file descriptor left to open anything with.
_FORMS: Final = list_forms()
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a call failed and what helps; as text it is the note that the client adds.

    Attributes:
        cause: Stable name of the cause, such as `fixed_parameter`; `unknown` if it is not known.
        summary: What happened, in one sentence.
        advice: What to do about it.
        is_retryable: Whether the same request may succeed later; None if nobody can say.
        parameter: The parameter of the request that is at fault.
        allowed: The value that it may have.
        docs_url: A page that says more.
    """

    cause: str
    summary: str
    advice: str
    is_retryable: bool | None = None
    parameter: str | None = None
    allowed: str | float | bool | None = None
    docs_url: str | None = None

    def __str__(self) -> str:
        more = f" See {self.docs_url}" if self.docs_url else ""
        return f"{self.cause}: {self.summary} {self.advice}{more}"


def diagnose(exc: BaseException) -> Diagnosis:
    """Say why a call failed and what helps; never raises, whatever the exception is.

    The text holds neither key nor prompt: of what the gateway wrote it shows no more than
    names of models and parameters, and numbers.

    Args:
        exc: Any exception; those that it was raised from are looked at too.

    Returns:
        The diagnosis, with cause `unknown` where no row of the table fits.
    """
    if is_filter_error(exc):
        return _content_filtered(exc)
    evidence = _gather(exc)
    for form in _FORMS:
        groups = _match(form, evidence)
        if groups is not None:
            return _fill(form, evidence, groups)
    return Diagnosis(
        cause="unknown",
        summary="This failure is not known to this package.",
        advice="The exception's own message says more.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    kinds: frozenset[str]
    status: int | None
    codes: frozenset[str]
    text: str
    is_html: bool
    where: str
    seconds: str


def _gather(exc: BaseException) -> _Evidence:
    links = list(chain(exc))
    records = [value for link in links for body in bodies(link) for value in nested(body)]
    codes = (as_text(field(record, name)) for record in records for name in ("code", "type"))
    text = "\n".join(_texts(links, records))
    return _Evidence(
        kinds=frozenset(kind.__name__ for link in links for kind in type(link).__mro__),
        status=_status(links, records),
        codes=frozenset(code.strip().casefold() for code in codes if code),
        text=text,
        is_html=any(_is_html(link) for link in links),
        where=_first([_host(link) for link in links]) or "the gateway",
        seconds=_first([_retry_after(link) for link in links]),
    )


def _first(texts: list[str]) -> str:
    return next((text for text in texts if text), "")


def _texts(links: list[BaseException], records: list[object]) -> Iterator[str]:
    told = [field(record, name) for record in records for name in _MESSAGE_FIELDS]
    own = [attribute(link, name) for link in links for name in ("message", "body")]
    for text in (*told, *own, *map(_printed, links)):
        if isinstance(text, str):
            yield text[:_MAX_TEXT]


def _printed(exc: BaseException) -> str:
    try:
        return str(exc)
    except Exception:  # noqa: BLE001  # a foreign exception's `__str__`
        return ""


def _status(links: list[BaseException], records: list[object]) -> int | None:
    told = [attribute(link, "status_code") for link in links]
    told += [field(record, "statusCode") for record in records]
    stated = [status for status in map(as_integer, told) if status is not None]
    # A gateway may say 200 on the wire and the truth in the body.
    return next((status for status in stated if status >= _FIRST_FAILED), next(iter(stated), None))


def _is_html(exc: BaseException) -> bool:
    told = (attribute(exc, "body"), attribute(exc, "excerpt"))
    if any(isinstance(text, str) and _HTML.match(text) for text in told):
        return True
    return "text/html" in (_header(exc, "content-type") or "")


def _header(exc: BaseException, name: str) -> str | None:
    headers = attribute(attribute(exc, "response"), "headers")
    value = field(headers, name)
    return value if isinstance(value, str) else None


def _retry_after(exc: BaseException) -> str:
    seconds = _header(exc, "retry-after") or ""
    return f" {seconds} s" if re.fullmatch(r"\d{1,6}", seconds) else ""


def _host(exc: BaseException) -> str:
    url = attribute(attribute(exc, "request"), "url")
    host, port = attribute(url, "host"), as_integer(attribute(url, "port"))
    if not isinstance(host, str) or not host:
        return ""
    return _shown(host if port is None else f"{host}:{port}")


def _match(form: Form, evidence: _Evidence) -> Mapping[str, str | None] | None:
    """Return the groups of the text that fits, or None if the row does not fit."""
    if form.kinds and not form.kinds & evidence.kinds:
        return None
    if form.statuses and evidence.status not in form.statuses:
        return None
    if form.is_html and not evidence.is_html:
        return None
    found = form.text.search(evidence.text) if form.text else None
    if found is None and (form.text or form.codes) and not form.codes & evidence.codes:
        return None
    return found.groupdict() if found else {}


def _fill(form: Form, evidence: _Evidence, groups: Mapping[str, str | None]) -> Diagnosis:
    told = {name.removeprefix("other_"): text for name, text in groups.items() if text}
    shown = {name: _shown(text) for name, text in told.items()}
    shown = {
        "model": "of that name",
        "index": "",
        "path": "that path",
        "instead": _instead(told.get("model")),
        "status": str(evidence.status),
        "where": evidence.where,
        "seconds": evidence.seconds,
        **shown,
    }
    return Diagnosis(
        cause=form.cause,
        summary=form.summary.format_map(shown),
        advice=form.advice.format_map(shown),
        is_retryable=form.is_retryable,
        parameter=form.parameter.format_map(shown) if form.parameter else None,
        allowed=_value(shown.get("allowed", form.allowed)),
        docs_url=form.docs_url,
    )


def _instead(told: str | None) -> str:
    """Say what to use in place of a model: its successor, or the names that look like it."""
    name = _shown(told or "")
    model = find_model(name)
    if model is not None and model.successor:
        return f"{name} is {model.status}; use {model.successor} instead. "
    near = () if model is not None or not name else suggest_models(name)
    return f"Did you mean {' or '.join(near)}? " if near else ""


def _value(text: str | None) -> str | float | bool | None:
    if text is None:
        return None
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False}.get(text.casefold(), text)


def _shown(text: str) -> str:
    return printable(text.strip("`'\".,;:")[:_MAX_SHOWN]).replace("\n", " ")


def _content_filtered(exc: BaseException) -> Diagnosis:
    report = extract_filter_results(exc)
    names = ", ".join(_shown(name) for name in report.blocked_categories[:10])
    return Diagnosis(
        cause="content_filtered",
        summary=f"A content filter blocked the prompt or the answer{names and f' ({names})'}.",
        advice="Change the prompt; `extract_filter_results(exc)` has the details. The same request "
        "seldom fares better.",
        is_retryable=False,
        docs_url="https://platform.kimi.ai/docs/api/errors",
    )
