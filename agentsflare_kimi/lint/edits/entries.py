"""Adds an entry to a request, in the syntax of its language and SDK."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.edits.layout import insert_entry, line_break
from agentsflare_kimi.lint.findings import Edit
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.languages.base import Writing
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body
from agentsflare_kimi.lint.sources.regions import Entry, Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["NOT_SDK_KEYWORDS", "added_entry", "entry_beside", "entry_of", "written"]

NOT_SDK_KEYWORDS: Final = frozenset({"thinking"})
"""Fields that the Python SDK has no keyword for; they go through `extra_body`."""

_GO_IMPORT: Final = lazy(
    r"^(?P<lead>[ \t]*(?:import[ \t]+)?)(?:\w+[ \t]+)?"
    r"\"(?P<path>github\.com/openai/openai-go(?:/v\d+)?)\"[^\r\n]*(?P<end>\r?\n)",
    re.MULTILINE,
)
_BLANKS: Final = lazy(r"\s+\Z")
_JAVA_IMPORT: Final = lazy(r"^import[ \t]+[^\r\n]*(?P<end>\r?\n)", re.MULTILINE)


# How a mapping is written where the request decides.
_SCRIPT: Final = Writing("{{ {} }}", "{key}: {value}")
_ROCKET: Final = Writing("{{ {} }}", "{quote}{key}{quote} => {value}")
_JSON: Final = Writing("{{{}}}", "{quote}{key}{quote}: {value}")


def added_entry(body: Body, key: str, value: object) -> list[Edit]:
    """Add a field to a request.

    Args:
        body: The request.
        key: The field, as the API spells it.
        value: Its value.

    Returns:
        The edits: the entry, and any import that it needs.
    """
    anchor = body.main.find("model")
    entry = entry_of(body, key, value)
    if body.form == "chain" and anchor and body.main.opener >= 0:
        return [_chained(body, anchor, entry), *_java_imports(body)]
    if body.form == "argument":
        end = body.sent_at if body.sent_at >= 0 else body.main.closer + 1
        return [Edit(start=end, end=end, replacement=f", {entry}"), *_go_import(body)]
    if body.form in _SDK_KEYWORDS and key in NOT_SDK_KEYWORDS and body.extra:
        quoted = _pair(_JSON, body, key, value)
        return [insert_entry(body.source, body.extra, None, quoted)]
    if body.main.opener < 0 and anchor:
        gap = line_break(body.source.text, anchor.start, anchor.end)
        sign = body.source.text[anchor.end : anchor.end + 1]
        end = anchor.end + (sign == ";")
        statement = f"{gap}{entry}{';' if sign == ';' else ''}"
        imports = _java_imports(body) if body.form == "chain" else []
        return [Edit(start=end, end=end, replacement=statement), *imports]
    return [insert_entry(body.source, body.main, anchor, entry)]


def entry_of(body: Body, key: str, value: object) -> str:
    """Write a new field in the form of its request: an entry, an argument, or a call."""
    anchor = body.main.find("model")
    if form := _CALLS.get(body.form):
        value_type = _java_name(body.source, "com.openai.core.JsonValue")
        carrier = body.carrier if body.main.opener < 0 else ""
        return carrier + form.format(key=key, value=written(body, value), JsonValue=value_type)
    if body.form in {"assigned", "assigned-object"}:
        return _assigned(body, key, value)
    if body.form == "object":
        return entry_beside(body, anchor, key, value)
    if body.form == "typed":
        # TypeScript rejects a field that the SDK's type lacks, unless it is spread in.
        return f"...{{ {entry_beside(body, anchor, key, value)} }}"
    return _keyword(body, key, value)


def _keyword(body: Body, key: str, value: object) -> str:
    """Write a keyword of the Python SDK, or the entry of a dict that becomes one."""
    pair = _pair(_JSON, body, key, value)
    is_keyword = key not in NOT_SDK_KEYWORDS
    if body.form == "spread":
        return pair if is_keyword else f"{_quote(body)}extra_body{_quote(body)}: {{{pair}}}"
    return f"{key}={written(body, value)}" if is_keyword else f"extra_body={{{pair}}}"


def _assigned(body: Body, key: str, value: object) -> str:
    """Write a statement that sets a key of a request: `params["thinking"] = {...}`."""
    if body.form == "assigned" and key in NOT_SDK_KEYWORDS:
        key, value = "extra_body", {key: value}
    return _like(body, body.main.find("model"), key, written(body, value))


def _like(body: Body, neighbour: Entry | None, key: str, value: str) -> str:
    """Write an entry or a statement with the key, the sign and the brackets of its neighbour.

    `["model"] = ...`, `{ "model", ... }`, `body.put("model", ...)`; empty if it has no key.
    """
    if neighbour is None or not neighbour.key:
        return ""
    source = body.source
    head = source.text[neighbour.start : neighbour.value_start]
    before, name, after = head.rpartition(neighbour.key)
    opener = source.enclosing(neighbour.value_start)
    tail = ""
    if opener is not None and opener >= neighbour.start:
        closer = source.closers[opener]
        tail = source.text[closer - (source.text[closer - 1] == " ") : neighbour.end]
    return f"{before}{key}{_BLANKS.sub(' ', after)}{value}{tail}" if name else ""


_SDK_KEYWORDS: Final = frozenset({"keywords", "spread", "assigned"})
_CALLS: Final = {
    "chain": '.putAdditionalBodyProperty("{key}", {JsonValue}.from({value}))',
    "argument": 'option.WithJSONSet("{key}", {value})',
    "options": "request_options: {{ extra_body: {{ {key}: {value} }} }}",
}


def entry_beside(body: Body, neighbour: Entry | None, key: str, value: object) -> str:
    """Write an entry in its neighbour's style, with or without quotes around the key."""
    if _writes(body).mapping:
        entry = _like(body, neighbour, key, written(body, value))
        return entry or _pair(_writes(body), body, key, value)
    if neighbour is not None and not neighbour.is_quoted:
        return _pair(_SCRIPT, body, key, value)
    is_rocket = neighbour is not None and _is_rocket(body, neighbour)
    return _pair(_ROCKET if is_rocket else _JSON, body, key, value)


def written(body: Body, value: object) -> str:
    """Write a value as a literal in the request's language, with the request's quotes."""
    if isinstance(value, dict):
        writes = _mapping(body)
        entries = cast("dict[str, object]", value).items()
        pairs = (_pair(writes, body, key, item) for key, item in entries)
        java_map = _java_name(body.source, "java.util.Map") if "Map" in writes.mapping else ""
        return writes.mapping.format(", ".join(pairs), Map=java_map)
    if isinstance(value, str):
        # Plans insert only plain words, so nothing needs escaping.
        return f"{_quote(body)}{value}{_quote(body)}"
    return _writes(body).constants.get(repr(value), repr(value))


def _pair(writes: Writing, body: Body, key: str, value: object) -> str:
    return writes.pair.format(quote=_quote(body), key=key, value=written(body, value))


def _writes(body: Body) -> Writing:
    return load(body.language).writes


def _mapping(body: Body) -> Writing:
    """Choose how to write a mapping: in the one way of its language, or as the request is."""
    writes = _writes(body)
    if writes.mapping:
        return writes
    model = body.main.find("model")
    if model is None or not writes.has_bare_keys:
        return _JSON
    if not model.is_quoted:
        return _SCRIPT
    return _ROCKET if _is_rocket(body, model) else Writing(_SCRIPT.mapping, _JSON.pair)


def _is_rocket(body: Body, entry: Entry) -> bool:
    sign = body.source.masked[entry.start : entry.value_start]
    return _writes(body).has_rockets and "=>" in sign


def _quote(body: Body) -> str:
    model = body.main.find("model")
    sign = body.source.text[model.end - 1] if model and not _writes(body).has_one_quote else '"'
    return sign if sign in "\"'" else '"'


def _chained(body: Body, anchor: Entry, entry: str) -> Edit:
    """Add a call to a chain after another one, on its own line if that one has its own."""
    text = body.source.text
    before = text[: anchor.start].rstrip(" \t")
    is_tall = before.endswith(("\n", "\r"))
    gap = line_break(text, anchor.start, anchor.end) if is_tall else ""
    return Edit(start=anchor.end, end=anchor.end, replacement=gap + entry)


def _java_imports(body: Body) -> list[Edit]:
    """Import the classes that the call needs, before the first import."""
    first = _JAVA_IMPORT.search(body.source.masked)
    if first is None:
        return []
    lines = [
        f"import {name}{_writes(body).statement_end}{first['end']}"
        for name in _writes(body).imports
        if not _is_imported(body.source, name) and _java_name(body.source, name) != name
    ]
    at = first.start()
    return [Edit(start=at, end=at, replacement="".join(lines))] if lines else []


# A file may hold many requests.
@kept_with_first
def _is_imported(source: Source, name: str) -> bool:
    package, _, short = name.rpartition(".")
    pattern = rf"^import[ \t]+{re.escape(package)}\.(?:\*|{short})[ \t;]*$"
    return re.search(pattern, source.masked, re.MULTILINE) is not None


@kept_with_first
def _java_name(source: Source, name: str) -> str:
    """Return a class's short name; the full one if that is taken or nothing is imported."""
    text, short = source.masked, name.rpartition(".")[2]
    if _is_imported(source, name):
        return short
    is_other = re.search(rf"\.{short}[ \t]*;?[ \t]*$|\bclass {short}\b", text, re.MULTILINE)
    return name if is_other or not _JAVA_IMPORT.search(text) else short


def _go_import(body: Body) -> list[Edit]:
    """Import the SDK's options, after the SDK itself."""
    text = body.source.text
    found = _GO_IMPORT.search(text)
    if found is None or f'"{found["path"]}/option"' in text:
        return []
    line = f'{found["lead"]}"{found["path"]}/option"{found["end"]}'
    return [Edit(start=found.end(), end=found.end(), replacement=line)]
