"""Reads headers that announce an end: `Deprecation`, `Sunset` and their `Link`.

Source: RFC 9745 (Deprecation, a date such as `@1688169599`; drafts of it had `true` and HTTP
dates), RFC 8594 (Sunset, an HTTP date), RFC 8288 (Link).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

__all__ = ["announced_end"]

_LINK: Final = re.compile(r"<([^<>]*)>([^<]*)")
_RELATION: Final = re.compile(r"\brel\s*=\s*\"?([^\";,]*)", re.IGNORECASE)
_ABOUT: Final = frozenset({"deprecation", "sunset"})
_PAGE: Final = re.compile(r"https?://[!-~]{1,300}")
_SECONDS: Final = re.compile(r"@?(\d{1,12})(?:\.\d+)?")


def announced_end(headers: Mapping[str, str]) -> str:
    """Describe what *headers* announce, to complete a sentence that starts with a name.

    Args:
        headers: The response's headers.

    Returns:
        Such as `is deprecated from 2026-12-31 and ends on 2027-06-30; see https://…`; empty if
        nothing is announced. A date that cannot be read is left out.
    """
    deprecation, sunset = headers.get("deprecation"), headers.get("sunset")
    parts: list[str] = []
    # Some servers say `false` where they mean that nothing is deprecated.
    if deprecation and deprecation.strip().lower() not in {"false", "?0"}:
        day = _day(deprecation)
        parts.append("is deprecated" + (f" from {day} on" if day else ""))
    if sunset:
        day = _day(sunset)
        parts.append(f"ends on {day}" if day else "is going to end")
    if not parts:
        return ""
    page = _page(headers.get("link") or "")
    return " and ".join(parts) + (f"; see {page}" if page else "")


def _day(text: str) -> date | None:
    text = text.strip().strip('"')
    seconds = _SECONDS.fullmatch(text)
    try:
        if seconds:
            return datetime.fromtimestamp(int(seconds[1]), UTC).date()
        return parsedate_to_datetime(text).date()
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _page(link: str) -> str:
    for target, parameters in _LINK.findall(link):
        relations = _RELATION.search(parameters)
        is_about = relations and not _ABOUT.isdisjoint(relations[1].lower().split())
        if is_about and _PAGE.fullmatch(target.strip()):
            return str(target.strip())
    return ""
