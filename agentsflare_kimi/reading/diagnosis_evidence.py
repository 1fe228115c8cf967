"""Gathers evidence from an exception: classes, status, codes, messages, and the endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agentsflare_kimi.printable import printable, without_account_ids
from agentsflare_kimi.reading.error_bodies import bodies, chain, nested
from agentsflare_kimi.reading.lenient import as_integer, as_string, as_text, attribute, field

__all__ = ["MODELS_FILE", "PROXY", "Evidence", "gather", "shown_text"]

MODELS_FILE: Final = "agentsflare_kimi_models_file"
"""The extension of a request that names the client's own file of models."""
PROXY: Final = "agentsflare_kimi_proxy"
"""The extension of a request that names the variable whose proxy it goes through."""

_MESSAGE_FIELDS: Final = ("message", "error", "detail", "msg", "error_message", "errorMessage")
_MAX_TEXT: Final = 4_000
_MAX_SHOWN: Final = 80
_MAX_URL: Final = 200
_FIRST_FAILED: Final = 300
_MISSING: Final = frozenset({404, 405})
_HTML: Final = re.compile(r"\s*<(?:!doctype html|html)", re.IGNORECASE)
# The title of the page that the gateway serves at unknown paths.
# Source: facts/catalog-2026-11.md section 1.
_CONSOLE: Final = re.compile(r"agentsflare console", re.IGNORECASE)
_NO_ROUTE: Final = re.compile(
    r"\bcannot (?:get|post|put|patch|delete|head|options) (?P<path>/[^\s?\"']*)", re.IGNORECASE
)
# The SDK's endpoints, with the prefix before them in a path.
_ENDPOINT: Final = re.compile(
    r"(?P<prefix>.*?)/(?P<endpoint>chat/completions|completions|responses|files|batches|embeddings"
    r"|models|images|audio|moderations|fine_tuning|assistants|threads|vector_stores|uploads|evals"
    r"|containers|conversations|realtime|videos)(?:/|$)"
)
_VERSION: Final = re.compile(r"/v\d")
# Seconds; the client accepts no longer wait.
_LONGEST_WAIT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence in an exception and its causes.

    Attributes:
        kinds: Names of their classes, bases included.
        status: The HTTP status, or a failing status in a body sent with HTTP 200.
        codes: `code` and `type` of each error body, in lower case.
        text: Every message and body, a line each.
        proxy: The variable that names the proxy that was used.
        signs: `proxy` (the request went through one), `html` (the body is an HTML page),
            `no_route` (the gateway has nothing at the path), `no_version` (the base URL has no
            `/v1`), `retry_hint` (the answer asks to retry within two minutes),
            `foreign_encoding` (it is compressed in a way that the request did not accept).
        endpoint: What was called, such as `chat/completions`; None if unknown.
        path: The path of the request.
        base: The base URL that was used, without the endpoint.
        where: Host and port.
        seconds: The wait that the answer asks for, formatted for a sentence.
        encoding: The answer's content encoding.
        models_file: The file of models that the client was given; None for the bundled ones.
    """

    kinds: frozenset[str]
    status: int | None
    codes: frozenset[str]
    text: str
    signs: frozenset[str]
    endpoint: str | None
    path: str
    base: str
    where: str
    seconds: str
    encoding: str
    proxy: str
    models_file: str | None


def gather(exc: BaseException) -> Evidence:
    """Gather the evidence in *exc* and its causes; never raises."""
    links = list(chain(exc))
    records = [value for link in links for body in bodies(link) for value in nested(body)]
    codes = (as_text(field(record, name)) for record in records for name in ("code", "type"))
    text = "\n".join(_texts(links, records))
    status = _status(links, records)
    wait = _first(_header(link, "retry-after") or "" for link in links)
    encoding = _first(_header(link, "content-encoding") or "" for link in links)
    url = next((url for link in links if (url := _url(link)) is not None), None)
    told = _NO_ROUTE.search(text)
    path = as_string(attribute(url, "path")) or (told["path"] if told else "")
    called = _ENDPOINT.match(path)
    is_html = any(_is_html(link) for link in links)
    is_missing = status in _MISSING or bool(told) or (is_html and bool(_CONSOLE.search(text)))
    proxy = shown_text(_first(_extension(link, PROXY) for link in links))
    signs = {
        "proxy": bool(proxy),
        "html": is_html,
        "no_route": is_missing,
        "no_version": called is not None and _VERSION.search(called["prefix"]) is None,
        "retry_hint": bool(re.fullmatch(r"\d{1,3}", wait)) and int(wait) <= _LONGEST_WAIT,
        "foreign_encoding": bool(encoding) and any(_is_foreign(link, encoding) for link in links),
    }
    return Evidence(
        kinds=frozenset(kind.__name__ for link in links for kind in type(link).__mro__),
        status=status,
        codes=frozenset(code.strip().casefold() for code in codes if code),
        text=text,
        signs=frozenset(name for name, is_there in signs.items() if is_there),
        endpoint=called["endpoint"] if called else None,
        path=shown_text(path),
        base=_base(url, called["prefix"] if called else ""),
        where=_first(_host(_url(link)) for link in links) or "the gateway",
        seconds=f" {wait} s" if re.fullmatch(r"\d{1,6}", wait) else "",
        encoding=shown_text(encoding),
        proxy=f"the proxy that {proxy} names" if proxy else "the proxy",
        models_file=_first(_extension(link, MODELS_FILE) for link in links) or None,
    )


def shown_text(text: str, longest: int = _MAX_SHOWN) -> str:
    """Return foreign text made fit for a sentence: short, printable, without account ids."""
    text = without_account_ids(text.strip("`'\".,;:"))
    return printable(text[:longest]).replace("\n", " ")


def _first(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _texts(links: list[BaseException], records: list[object]) -> Iterator[str]:
    told = [field(record, name) for record in records for name in _MESSAGE_FIELDS]
    own = [attribute(link, name) for link in links for name in ("message", "body")]
    pages = [_page(link) for link in links if _is_html(link)]
    for text in (*told, *own, *map(_printed, links), *pages):
        if isinstance(text, str):
            yield text[:_MAX_TEXT]


def _page(exc: BaseException) -> object:
    return attribute(attribute(exc, "response"), "text")


def _printed(exc: BaseException) -> str:
    try:
        return str(exc)
    except Exception:  # noqa: BLE001  # a foreign exception's `__str__`
        return ""


def _status(links: list[BaseException], records: list[object]) -> int | None:
    told = [attribute(link, "status_code") for link in links]
    told += [field(record, "statusCode") for record in records]
    stated = [status for status in map(as_integer, told) if status is not None]
    # A gateway may send HTTP 200 with the real status in the body.
    return next((status for status in stated if status >= _FIRST_FAILED), next(iter(stated), None))


def _is_html(exc: BaseException) -> bool:
    told = (attribute(exc, "body"), attribute(exc, "excerpt"))
    if any(isinstance(text, str) and _HTML.match(text) for text in told):
        return True
    return "text/html" in (_header(exc, "content-type") or "")


def _header(exc: BaseException, name: str) -> str | None:
    value = field(attribute(attribute(exc, "response"), "headers"), name)
    return value if isinstance(value, str) else None


def _is_foreign(exc: BaseException, encoding: str) -> bool:
    """Whether the request of *exc* did not ask for *encoding*."""
    asked = as_string(field(attribute(_request(exc), "headers"), "accept-encoding"))
    known = {name.partition(";")[0].strip().casefold() for name in asked.split(",")}
    used = {name.strip().casefold() for name in encoding.split(",")}
    return bool(asked) and "*" not in known and not used <= known | {"identity"}


def _request(exc: BaseException) -> object:
    request = attribute(exc, "request")
    return attribute(attribute(exc, "response"), "request") if request is None else request


def _extension(exc: BaseException, name: str) -> str:
    return as_string(field(attribute(_request(exc), "extensions"), name))


def _url(exc: BaseException) -> object:
    url = attribute(_request(exc), "url")
    return url if as_string(attribute(url, "host")) else None


def _host(url: object) -> str:
    host, port = as_string(attribute(url, "host")), as_integer(attribute(url, "port"))
    return shown_text(host if port is None else f"{host}:{port}") if host else ""


def _base(url: object, prefix: str) -> str:
    scheme = as_string(attribute(url, "scheme")) or "https"
    return shown_text(f"{scheme}://{_host(url)}{prefix}", _MAX_URL) if _host(url) else ""
