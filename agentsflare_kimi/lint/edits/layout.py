"""Removes and inserts entries between brackets, and keeps the formatting of the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.findings import Edit
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Group
from agentsflare_kimi.lint.sources.regions import Entry, Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["end_of_code", "insert_entry", "line_break", "merge_edits", "remove_entries"]

_COMMA: Final = lazy(r"\s*,")
_REST_OF_LINE: Final = lazy(r"[ \t]*(?:\r\n|\n|\r|\Z)")
_SEMICOLON: Final = lazy(r"[ \t]*;")
_NEXT_LINE: Final = lazy(r"(?:[ \t]*(?:\r\n|\n|\r))*(?P<indent>[ \t]*)(?=\S)")
_LINE_END: Final = lazy(r"\r\n|\n|\r")
_CONTROL: Final = lazy(r"(?<![\w.])(?:if|while|for|foreach)\Z")
_ELSE: Final = lazy(r"(?<![\w.])else\Z")
_BLANKS: Final = frozenset(" \t\r\n")
_LONGEST: Final = len(" foreach")
_INDENT: Final = lazy(r"[ \t]*")


def remove_entries(
    source: Source, group: Group, keys: Collection[str], emptied: Collection[Entry] = ()
) -> list[Edit]:
    """Remove the entries with *keys*, and lines that hold nothing else.

    Args:
        source: The text.
        group: The brackets.
        keys: The keys of the entries to remove.
        emptied: Further entries to remove.

    Returns:
        The edits, in order.
    """
    if group.opener < 0:
        return [_without_statement(source, entry) for entry in group.entries if entry.key in keys]
    edits: list[Edit] = []
    is_bracket = source.closers.get(group.opener) == group.closer
    is_gone = [entry.key in keys or entry in emptied for entry in group.entries]
    is_flat = is_bracket and not _has_line_end(source.text, group.opener, group.closer)
    if is_flat and is_gone and all(is_gone):
        return [_delete(group.opener + 1, group.closer)]
    for first, last in _runs(is_gone):
        edits += _remove_run(source, group.entries, first, last)
    return edits


def _without_statement(source: Source, statement: Entry) -> Edit:
    """Remove a statement with its line; leave an empty one where something depends on it."""
    text = source.masked
    line_start = _line_start(text, statement.start)
    semicolon = _SEMICOLON.match(text, statement.end)
    end = semicolon.end() if semicolon else statement.end
    if _is_depended_on(source, statement.start):
        return Edit(start=statement.start, end=end, replacement="{}")
    rest = _REST_OF_LINE.match(text, end)
    if text[line_start : statement.start].strip() or rest is None:
        return Edit(start=statement.start, end=end, replacement="pass" if not semicolon else "")
    if text[max(0, end_of_code(text, line_start) - 1)] == ":":
        indent = statement.start - line_start
        following = _NEXT_LINE.match(text, rest.end())
        if following is None or len(following["indent"]) < indent:
            return Edit(start=statement.start, end=end, replacement="pass")
    return _delete(line_start, rest.end())


def _is_depended_on(source: Source, start: int) -> bool:
    """Tell whether a statement is all that a condition or a loop without braces holds."""
    masked = source.masked
    end = end_of_code(masked, start)
    if masked[end - 1 : end] != ")":
        return _ELSE.search(masked, max(0, end - _LONGEST), end) is not None
    opener = source.enclosing(end - 1)
    head = end_of_code(masked, opener) if opener is not None else 0
    return _CONTROL.search(masked, max(0, head - _LONGEST), head) is not None


def end_of_code(masked: str, before: int) -> int:
    """Return where the code before a place ends, without blanks and comments."""
    while before > 0 and masked[before - 1] in _BLANKS:
        before -= 1
    return before


def _runs(is_gone: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run of adjacent entries to remove."""
    start: int | None = None
    for index, gone in enumerate([*is_gone, False]):
        if gone and start is None:
            start = index
        if not gone and start is not None:
            yield start, index - 1
            start = None


def _remove_run(source: Source, entries: Sequence[Entry], first: int, last: int) -> list[Edit]:
    start, end = entries[first].start, entries[last].end
    previous = entries[first - 1] if first else None
    following = entries[last + 1] if last + 1 < len(entries) else None
    comma = _COMMA.match(source.masked, end)
    after = comma.end() if comma else end
    line_start = _line_start(source.text, start)
    rest = _REST_OF_LINE.match(source.masked, after)
    if rest and not source.text[line_start:start].strip():
        edits = [_delete(line_start, rest.end())]
        if previous and not following and not comma:
            before = _COMMA.match(source.masked, previous.end)
            edits[:0] = [_delete(before.end() - 1, before.end())] if before else []
        return edits
    if following and not _has_line_end(source.text, end, following.start):
        return [_delete(start, following.start)]
    if previous:
        return [_delete(previous.end, end)]
    return [_delete(start, after)]


def insert_entry(source: Source, group: Group, anchor: Entry | None, entry: str) -> Edit:
    """Insert an entry after *anchor*, on its own line if the others have their own.

    Args:
        source: The text.
        group: The brackets.
        anchor: The entry to insert after; None to insert at the start.
        entry: The new entry, without a comma.

    Returns:
        The edit.
    """
    if anchor is None:
        return _insert_first(source, group, entry)
    index = group.entries.index(anchor)
    following = group.entries[index + 1 : index + 2]
    ahead = following[0].start if following else group.closer
    if not _has_line_end(source.text, anchor.end, ahead):
        return _insert(anchor.end, f", {entry}")
    break_ = line_break(source.text, anchor.start, ahead)
    if _has_comment(source, anchor.end, ahead):
        # A comment at the line's end stays with its entry.
        return _insert(anchor.start, f"{entry},{break_}")
    return _insert(anchor.end, f",{break_}{entry}")


def _insert_first(source: Source, group: Group, entry: str) -> Edit:
    if not group.entries:
        return _insert(group.opener + 1, entry)
    first = group.entries[0].start
    is_tall = _has_line_end(source.text, group.opener, first)
    gap = line_break(source.text, first, group.closer) if is_tall else " "
    return _insert(first, f"{entry},{gap}")


def merge_edits(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Sort *edits* and join those that touch, so that they can be applied independently."""
    merged: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if merged and merged[-1].end == edit.start:
            last = merged.pop()
            joined = last.replacement + edit.replacement
            merged.append(Edit(start=last.start, end=edit.end, replacement=joined))
        else:
            merged.append(edit)
    return tuple(merged)


def _has_line_end(text: str, start: int, end: int) -> bool:
    return text.find("\n", start, end) >= 0 or text.find("\r", start, end) >= 0


def _has_comment(source: Source, start: int, end: int) -> bool:
    return any(region.kind == "comment" for region in source.regions_between(start, end))


def line_break(text: str, position: int, near: int) -> str:
    """Return the text's line end, plus the indentation of the line at *position*."""
    start = _line_start(text, position)
    indent = _INDENT.match(text, start)
    line_end = _LINE_END.search(text, start, near + 2)
    return (line_end[0] if line_end else "\n") + (indent[0] if indent else "")


def _line_start(text: str, position: int) -> int:
    start = text.rfind("\n", 0, position) + 1
    return max(start, text.rfind("\r", start, position) + 1)


def _insert(position: int, replacement: str) -> Edit:
    return Edit(start=position, end=position, replacement=replacement)


def _delete(start: int, end: int) -> Edit:
    return Edit(start=start, end=end, replacement="")
