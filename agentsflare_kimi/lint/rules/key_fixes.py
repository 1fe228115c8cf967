"""Replaces a hard-coded key in a program with a look-up in the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.imports import import_edit
from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import callee_of
from agentsflare_kimi.lint.requests.literals import read_entries
from agentsflare_kimi.lint.rules.gateway_statements import goes_to_gateway_alone
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Value
from agentsflare_kimi.lint.sources.regions import Region

if TYPE_CHECKING:
    from typing import Final

__all__ = ["key_fix"]

_OWN: Final = "AGENTSFLARE_API_KEY"
_RISK: Final = "the variable must be set where the program runs; revoke the key all the same"
# `${NAME:-default}`
_SHELL_DEFAULT: Final = lazy(r"\$\{\w+(?P<default>:?[-=]\"?)")
_SHELL_END: Final = lazy(r'"?(?P<end>\})')
_NAME_AND_DEFAULT: Final = 2
# Operators between a look-up and its default.
_OPERATORS: Final = frozenset({"or", "??", "||", "?:"})
_LOOKED_UP: Final = lazy(r"(?i)env|\bconfig\b")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z")


def key_fix(document: CodeDocument, value: Value) -> Fix | None:
    """Remove a key from a program.

    Args:
        document: The program.
        value: The string that holds the key.

    Returns:
        An unsafe fix: the look-up without its default, or a look-up in place of the key; None
        if the right variable is unknown. The gateway's key is never sent to another host.
    """
    if document.tree.language.is_shell:
        return _without_shell_default(document, value)
    region = document.source.region_at(value.start)
    if region is None or (region.inner_start, region.inner_end) != (value.start, value.end):
        return None
    edits = (
        _without_default(document, region)
        or _got(document, region)
        or _looked_up(document, region, value)
    )
    return Fix(edits=edits, is_safe=False, reason=_RISK) if edits else None


def _without_default(document: CodeDocument, region: Region) -> tuple[Edit, ...] | None:
    """Drop a key that is the default of a look-up."""
    source = document.source
    tokens = document.tree.tokens(document.tree.part_at(region.start))
    operator = tokens[document.tree.index_of(tokens, region.start) - 1]
    if operator.text in _OPERATORS and operator.end <= region.start:
        start = operator.start
        while source.text[start - 1 : start] in {" ", "\t"}:
            start -= 1
        return (Edit(start=start, end=region.end, replacement=""),)
    opener = source.enclosing(region.start)
    if opener is None or source.text[opener] != "(":
        return None
    callee = callee_of(document.tree, opener)
    entries = read_entries(source, opener) or []
    at = next((i for i, e in enumerate(entries) if (e.value_start, e.end) == region[1:3]), 0)
    if callee == "cmp.Or" and at:
        return (Edit(start=entries[at - 1].end, end=region.end, replacement=""),)
    # Java's `getOrDefault` needs both arguments; other look-ups do without a default.
    if not _LOOKED_UP.search(callee) or callee.endswith("OrDefault"):
        return None
    name = source.region_from(entries[0].start) if at else None
    if name is None or name.kind != "string":
        return None
    return (Edit(start=entries[at - 1].end, end=region.end, replacement=""),)


def _got(document: CodeDocument, region: Region) -> tuple[Edit, ...] | None:
    """Turn Java's `getOrDefault("NAME", key)` into `get("NAME")`."""
    source = document.source
    opener = source.enclosing(region.start)
    if opener is None:
        return None
    tokens = document.tree.tokens(document.tree.part_at(opener))
    method = tokens[document.tree.index_of(tokens, opener) - 1]
    entries = read_entries(source, opener) or []
    is_whole = len(entries) == _NAME_AND_DEFAULT and entries[1].end == region.end
    if method.text != "getOrDefault" or method.end > opener or not is_whole:
        return None
    return (
        Edit(start=method.start, end=method.end, replacement="get"),
        Edit(start=entries[0].end, end=region.end, replacement=""),
    )


def _without_shell_default(document: CodeDocument, value: Value) -> Fix | None:
    """Drop the key from `${NAME:-key}`."""
    start = _shell_defaults(document).get(value.start)
    after = _SHELL_END.match(document.text, value.end)
    if start is None or after is None:
        return None
    edit = Edit(start=start, end=after.start("end"), replacement="")
    return Fix(edits=(edit,), is_safe=False, reason=_RISK)


@kept_with_first
def _shell_defaults(document: CodeDocument) -> Mapping[int, int]:
    """Map where each default of a variable begins to where its sign does."""
    found = _SHELL_DEFAULT.finditer(document.text)
    return {match.end(): match.start("default") for match in found}


def _looked_up(document: CodeDocument, region: Region, value: Value) -> tuple[Edit, ...] | None:
    """Read a key from the variable that should hold it."""
    look_up = document.tree.language.looks_up
    variable = _variable(document, region, value.key.rpartition(".")[2])
    if not (look_up and variable and re.search(look_up.needs, document.text)):
        return None
    written = look_up.form.format(variable)
    edits = [Edit(start=region.start, end=region.end, replacement=written)]
    if statement := look_up.imports:
        edits += import_edit(document.source, statement, rf"^{re.escape(statement)}\b")
    return merge_edits(edits)


def _variable(document: CodeDocument, region: Region, name: str) -> str:
    if "agentsflare" in name.lower():
        return _OWN
    is_variable = bool(_VARIABLE.match(name)) and not name.startswith("OPENAI")
    if is_variable and ("MOONSHOT" in name or "KIMI" in name):
        # It may be set already, and it is not another host's.
        return name
    return _OWN if goes_to_gateway_alone(document, region.start) else ""
