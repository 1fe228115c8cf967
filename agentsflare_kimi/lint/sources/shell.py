"""Reader for shell scripts: words, assignments, flags, and JSON in quotes and heredocs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.commands import (
    asks_a_model,
    command_at,
    is_about_models,
    is_read_otherwise,
    is_said,
    sets_alone,
)
from agentsflare_kimi.lint.evidence.configured import is_plain_name
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import MODEL_FLAG, is_model_key
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value, line_around
from agentsflare_kimi.lint.sources.regions import Region

if TYPE_CHECKING:
    from typing import Final

__all__ = ["ShellDocument"]

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
_SETTING: Final = lazy(r"-{0,2}([A-Za-z_][\w.-]*)=\Z")


class ShellDocument(CodeDocument):
    """A shell script; request bodies and programs in it are embedded texts."""

    def embedded(self) -> Sequence[Embedded]:
        """List the JSON bodies in quotes and heredocs, and the scripts in heredocs."""
        from agentsflare_kimi.lint.requests.written_in_shell import find_in_shell  # noqa: PLC0415  # not paid by other languages

        return tuple(find_in_shell(self.source))

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        region = self.source.region_at(start)
        if region is None:
            return self._word(start, end, start, end)
        if region.kind != "string":
            return super().value_at(start, end)
        if (region.inner_start, region.inner_end) != (start, end):
            if self.text[start - 2 : start] in {":-", ":="}:
                return self._as_setting("value", "", start, end)
            return self._setting(region, start, end)
        return self._word(region.start, region.end, start, end)

    def _setting(self, region: Region, start: int, end: int) -> Value:
        """Describe a part of a string, such as `-e "MODEL=name"`, which has a key of its own."""
        setting = _SETTING.match(self.text, region.inner_start, start)
        if setting is None or end != region.inner_end:
            position, key = self._in_part(region, start, end)
            is_run = key.startswith("-") and not is_said(self.source.masked, region.start)
            position = "prose" if position == "request" and not is_run else position
        else:
            position, key = "request" if is_model_key(setting[1]) else "value", setting[1]
        return self._as_setting(position, key, start, end)

    def _word(self, first: int, last: int, start: int, end: int) -> Value:
        """Describe a word, or a string that is one."""
        value = self._as_setting(*self._place(first, last), start, end)
        masked = self.source.masked
        if value.key.startswith("-"):
            is_shown = asks_a_model(self.text[command_at(masked, first)[0] : first])
            return value._replace(evidence=("setting",) if is_shown else ())
        is_shown = not value.evidence or (
            sets_alone(self.text, masked, value.key, first, last)
            and not is_read_otherwise(masked, self.text, value.key)
        )
        return value if is_shown else value._replace(evidence=())

    def _as_setting(self, position: Position, key: str, start: int, end: int) -> Value:
        is_variable = position == "request" and key.isupper() and is_plain_name(key)
        evidence = ("setting",) if is_variable else ()
        return Value(self.text[start:end], start, end, position, key, evidence=evidence)

    def _place(self, start: int, end: int) -> tuple[Position, str]:
        from agentsflare_kimi.lint.evidence.scalars import wording  # noqa: PLC0415  # same

        before = wording(self, *line_around(self.text, start)).clause_before(start)
        if match := _DEFAULT.search(before):
            key = match[1] or match[2]
            return ("request" if is_model_key(key) else "value"), key
        if not _AFTER_WORD.match(self.text, end):
            return "glued", ""
        if _COMPARISON.search(before) or (_PATTERN.match(self.text, end) and _begins(before)):
            return "comparison", ""
        if match := _JQ.search(before):
            entry = rf"model[\"']?\s*:\s*\${match[1]}\b"
            first, last = command_at(self.source.masked, start)
            is_model = is_model_key(match[1]) or re.search(entry, self.text[first:last])
            return ("request" if is_model else "value"), match[1]
        if match := _ASSIGNMENT.search(before) or _FLAG.search(before):
            key = next(filter(None, match.groups()))
            is_request = is_model_key(key.lstrip("-")) or key == "-m"
            if key.startswith("-"):
                first, _ = command_at(self.source.masked, start)
                is_request = is_request and not is_about_models(self.text[first:start])
            return ("request" if is_request else "value"), key
        return ("value" if not before or before[-1] in " \t\r\n('\"" else "glued"), ""


def _begins(before: str) -> bool:
    """Tell whether a `case` pattern may begin here: at a line's start or after another pattern."""
    line = before.strip()
    return not line or line.endswith(("|", "(", " in", ";;"))
