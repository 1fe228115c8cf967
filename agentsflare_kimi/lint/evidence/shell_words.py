"""Judges the words of shell commands: assignments, options, comparisons, patterns."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.commands import command_at, is_about_models
from agentsflare_kimi.lint.evidence.scalars import wording
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import MODEL_FLAG, is_model_key
from agentsflare_kimi.lint.sources.documents import line_around

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.code import CodeDocument
    from agentsflare_kimi.lint.sources.documents import Position

__all__ = ["judge_word"]

# `NAME=`, `--name=`; `set -gx NAME ` of fish.
_ASSIGNMENT: Final = lazy(
    r"(?:\A|[\s;&|(])(?:-?-?([A-Za-z_][\w.-]*)=|set(?:[ \t]+-\w+)*[ \t]+([A-Za-z_]\w*)[ \t]+)\Z"
)
# A parameter's default: `model=${1:-name}`.
_DEFAULT: Final = lazy(
    r"(?:(?:\A|[\s;&|(])([A-Za-z_]\w*)=\"?\$\{\w+|\$\{([A-Za-z_]\w*)):?[-=][\"']?\Z"
)
_FLAG: Final = lazy(rf"(?:\A|\s)({MODEL_FLAG}|-m)[ \t]+\Z")
# `jq --arg model name`
_JQ: Final = lazy(r"--arg[ \t]+([A-Za-z_]\w*)[ \t]+\Z")
_COMPARISON: Final = lazy(r"(?:[=!]=?|=~|-eq|-ne)[ \t]+\Z|\bcase[ \t]+\Z")
_AFTER_WORD: Final = lazy(r"[\s;&|)\"'`]|\Z")
_PATTERN: Final = lazy(r"[ \t]*(?:\)|\|(?!\|))")


def judge_word(document: CodeDocument, start: int, end: int) -> tuple[Position, str]:  # noqa: PLR0911  # one case after the other
    """Classify a word of a command, or a string that is one.

    Args:
        document: The script.
        start: Where the word begins, with its quote.
        end: Where it ends.

    Returns:
        Its position, and its key.
    """
    before = wording(document, *line_around(document.text, start)).clause_before(start)
    if match := _DEFAULT.search(before):
        key = match[1] or match[2]
        return ("request" if is_model_key(key) else "value"), key
    if before.rstrip("\"'").endswith("[") and document.text[end : end + 1] == "]":
        return "key", ""
    if not _AFTER_WORD.match(document.text, end):
        return ("comparison" if document.text[end : end + 1] == "*" else "glued"), ""
    if _COMPARISON.search(before) or (_PATTERN.match(document.text, end) and _begins(before)):
        return "comparison", ""
    if match := _JQ.search(before):
        entry = rf"model[\"']?\s*:\s*\${match[1]}\b"
        first, last = command_at(document.source.masked, start)
        is_model = is_model_key(match[1]) or re.search(entry, document.text[first:last])
        return ("request" if is_model else "value"), match[1]
    if match := _ASSIGNMENT.search(before) or _FLAG.search(before):
        key = next(filter(None, match.groups()))
        is_request = is_model_key(key.lstrip("-")) or key == "-m"
        if key.startswith("-"):
            first, _ = command_at(document.source.masked, start)
            is_request = is_request and not is_about_models(document.text[first:start])
        return ("request" if is_request else "value"), key
    return ("value" if not before or before[-1] in " \t\r\n('\"" else "glued"), ""


def _begins(before: str) -> bool:
    """Tell whether a `case` pattern may begin here: at a line's start or after another pattern."""
    line = before.strip()
    return not line or line.endswith(("|", "(", " in", ";;"))
