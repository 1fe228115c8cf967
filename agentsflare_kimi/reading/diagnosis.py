"""Diagnoses an exception: why the call failed, and what helps.

>>> diagnose(TimeoutError()).cause
'timeout'
"""

from __future__ import annotations

import difflib  # noqa: F401  # pyright: ignore[reportUnusedImport]  # see _FORMS
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.models import (
    suggestions,  # noqa: F401  # pyright: ignore[reportUnusedImport]  # see _FORMS
)
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.reading.diagnosis_evidence import Evidence, gather, shown_text
from agentsflare_kimi.reading.diagnosis_forms import Form, list_forms
from agentsflare_kimi.reading.filters import extract_filter_results, is_filter_error

__all__ = ["Diagnosis", "diagnose"]

# Read at import, and the modules for suggestions imported, because a process whose call has
# failed may have no file descriptor left.
_FORMS: Final = list_forms()
_ADAPTED: Final = " The setting `adapt_parameters` does it for you."
# Endpoints whose refused requests the client adapts; None if the endpoint is unknown.
_ADAPTED_ENDPOINTS: Final = frozenset({None, "chat/completions", "completions", "responses"})
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a call failed and what helps; `str()` gives the note that the client adds to errors.

    Attributes:
        cause: Stable name of the cause, such as `fixed_parameter`; `unknown` if it is not known.
        summary: What happened, in one sentence.
        advice: What to do about it.
        is_retryable: Whether the same request may succeed later; None if unknown.
        parameter: The request parameter at fault.
        allowed: The value that the parameter may have.
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

    The text never holds a key or a prompt: from the gateway's message it shows only names of
    models and parameters, and numbers.

    Args:
        exc: Any exception; its causes are examined too.

    Returns:
        The diagnosis; its cause is `unknown` if no row of the table matches.
    """
    if is_filter_error(exc):
        return _content_filtered(exc)
    evidence = gather(exc)
    for form in _FORMS:
        groups = _match(form, evidence)
        if groups is not None:
            return _fill(form, evidence, groups)
    return Diagnosis(
        cause="unknown",
        summary="This package does not know this failure.",
        advice="The exception's own message says more.",
    )


def _match(form: Form, evidence: Evidence) -> Mapping[str, str | None] | None:
    """Return the groups of the matching text, or None if the row does not match."""
    if form.kinds and not form.kinds & evidence.kinds:
        return None
    if form.statuses and evidence.status not in form.statuses:
        return None
    if not form.signs <= evidence.signs:
        return None
    if form.endpoints and evidence.endpoint not in form.endpoints:
        return None
    found = form.text.search(evidence.text) if form.text else None
    if found is None and (form.text or form.codes) and not form.codes & evidence.codes:
        return None
    return found.groupdict() if found else {}


def _fill(form: Form, evidence: Evidence, groups: Mapping[str, str | None]) -> Diagnosis:
    told = {name.removeprefix("other_"): text for name, text in groups.items() if text}
    shown = {name: shown_text(text) for name, text in told.items()}
    shown = {
        "model": "of that name",
        "index": "",
        "role": "usually `developer`",
        "path": evidence.path or "that path",
        "base": evidence.base,
        "encoding": evidence.encoding,
        "adapted": _ADAPTED if evidence.endpoint in _ADAPTED_ENDPOINTS else "",
        "instead": _instead(told.get("model"), evidence.models_file),
        "status": str(evidence.status),
        "where": evidence.where,
        "proxy": evidence.proxy,
        "seconds": evidence.seconds,
        **shown,
    }
    return Diagnosis(
        cause=form.cause,
        summary=form.summary.format_map(shown),
        advice=form.advice.format_map(shown),
        is_retryable=form.is_retryable,
        parameter=_parameter(form, shown),
        allowed=_value(shown.get("allowed", form.allowed)),
        docs_url=form.docs_url,
    )


def _parameter(form: Form, shown: Mapping[str, str]) -> str | None:
    # Without an index, all messages are meant.
    return form.parameter.format_map(shown).replace("[]", "") if form.parameter else None


def _instead(told: str | None, models_file: str | None) -> str:
    """Suggest a replacement for a model: its successor, or names that look like it."""
    name = shown_text(told or "")
    if not name:
        return ""
    try:
        models = catalog(models_file)
    except ConfigurationError:  # a wrong file is another failure
        return ""
    model = models.find(name)
    if model is not None and model.successor:
        return f"{name} is {model.status}; use {model.successor} instead. "
    # Only the spelling of the name may be wrong.
    near = models.suggest(name) if model is None else (model.id,) * (name != model.id)
    return f"Did you mean {' or '.join(near)}? " if near else ""


def _value(text: str | None) -> str | float | bool | None:
    if text is None:
        return None
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False}.get(text.casefold(), text)


def _content_filtered(exc: BaseException) -> Diagnosis:
    report = extract_filter_results(exc)
    names = ", ".join(shown_text(name) for name in report.blocked_categories[:10])
    return Diagnosis(
        cause="content_filtered",
        summary=f"A content filter blocked the prompt or the answer{names and f' ({names})'}.",
        advice="Change the prompt; `extract_filter_results(exc)` has the details. The same "
        "request rarely succeeds later.",
        is_retryable=False,
        docs_url="https://platform.kimi.ai/docs/api/errors",
    )
