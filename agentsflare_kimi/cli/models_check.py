"""`agentsflare-kimi models --check` and `--live`: checks whether the catalog is up to date."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from agentsflare_kimi.cli import UsageError, say
from agentsflare_kimi.cli.own_words import in_own_words
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.models.feeds import FEEDS, FeedError, compare, oldest_check, read_feed
from agentsflare_kimi.printable import printable

__all__ = ["check", "live", "warn_of_age"]

_TOO_OLD: Final = 60
_TIMEOUT: Final = 30.0
_BIGGEST: Final = 50_000_000


def check(feeds: Sequence[str], *, as_json: bool) -> int:
    """Print where the catalog differs from feeds, without changing it.

    Args:
        feeds: Files or https URLs; by default the known feeds.
        as_json: Whether to print JSON.

    Returns:
        1 if there is a difference, 0 if there is none, 2 if a named feed cannot be read.
    """
    models = catalog()
    found: list[dict[str, str]] = []
    unread = 0
    for feed in feeds or FEEDS.values():
        try:
            told = read_feed(_fetch(feed))
        except (OSError, UnicodeDecodeError, FeedError) as error:
            unread += 1
            print(f"{feed}: cannot be read: {error}", file=sys.stderr)
            continue
        found += [{"feed": feed, **each._asdict()} for each in compare(told, models)]
    if as_json:
        print(json.dumps(found, indent=2))
    for each in () if as_json else found:
        print(printable(f"{each['feed']}: {each['kind']}: {each['model']}: {each['detail']}"))
    if not found and not unread:
        print("no differences", file=sys.stderr)
    return 1 if found else 2 if unread else 0


def live(*, as_json: bool) -> int:
    """Compare the catalog with the gateway's list at `GET /v1/models`.

    Args:
        as_json: Whether to print JSON.

    Returns:
        1 if they differ; 0 if they do not, or the gateway has no such list.
    """
    import openai  # noqa: PLC0415  # only this command makes a request

    from agentsflare_kimi.client import Kimi  # noqa: PLC0415  # as above
    from agentsflare_kimi.reading.diagnosis import diagnose  # noqa: PLC0415  # as above

    try:
        with _own_warnings():
            listed: list[object] = [model.id for model in Kimi(max_retries=0).models.list()]
    except openai.APIStatusError as error:
        if diagnose(error).cause != "endpoint_not_offered":
            raise
        print(f"the gateway does not list its models (HTTP {error.status_code})", file=sys.stderr)
        return 0
    served = {name for name in listed if isinstance(name, str)}
    models = catalog()
    unknown = sorted(name for name in served if models.find(name) is None)
    known = {model.id for name in served if (model := models.find(name))}
    alive = {"new", "active"}
    missing = [m.id for m in models.models if m.status in alive and m.id not in known]
    ended = [m.id for m in models.models if m.status == "retired" and m.id in known]
    rows = [("served, not in the catalog", unknown), ("in the catalog, not served", missing)]
    rows.append(("retired by the catalog, served", ended))
    if as_json:
        print(json.dumps({"unknown": unknown, "missing": missing, "retired": ended}, indent=2))
    for kind, names in () if as_json else rows:
        for name in names:
            print(f"{kind}: {printable(name)}")
    return int(bool(unknown or missing or ended))


@contextmanager
def _own_warnings() -> Generator[None]:
    from agentsflare_kimi.errors import KimiWarning  # noqa: PLC0415  # loads the SDK

    def show(message: Warning | str, *_: object) -> None:
        # The line of the caller's own code is a line of this program, or of Python's.
        say(f"agentsflare-kimi: warning: {printable(in_own_words(str(message)))}")

    with warnings.catch_warnings():
        warnings.simplefilter("always", KimiWarning)
        warnings.showwarning = show
        yield


def warn_of_age(today: date | None = None) -> str:
    """Warn of data that is older than 60 days; empty if it is not."""
    oldest = oldest_check(catalog().models)
    today = today or date.today()  # noqa: DTZ011  # the user's day
    if oldest is None or (today - oldest).days <= _TOO_OLD:
        return ""
    return (
        f"This list was last checked on {oldest}, {(today - oldest).days} days ago. A newer "
        "release may know more; `agentsflare-kimi models --check` compares it with other lists."
    )


def _fetch(feed: str) -> str:
    if "://" not in feed:
        return Path(feed).read_text("utf-8")
    if not feed.startswith("https://"):
        raise UsageError(f"{feed}: only https URLs and files are read")
    request = urllib.request.Request(feed, headers={"User-Agent": "agentsflare-kimi"})  # noqa: S310  # https only
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310  # https only
            return answer.read(_BIGGEST).decode("utf-8")
    except urllib.error.URLError as error:
        raise OSError(error.reason) from None
