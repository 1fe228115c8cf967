"""Reader for files of which nothing is known."""

from __future__ import annotations

import re
from typing import Final

from agentsflare_kimi.lint.sources.documents import Value
from agentsflare_kimi.lint.sources.embedded import ProseDocument

__all__ = ["PlainDocument"]

_BEFORE: Final = re.compile(r"[=:>\"'`(\[,][ \t]*[\"'`]?\Z")
_AFTER: Final = re.compile(r"[ \t]*(?:[\"'`<)\],;]|$)", re.MULTILINE)


class PlainDocument(ProseDocument):
    """Text of an unknown kind: what looks like a value may be one."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*."""
        before = self.text[max(0, start - 10) : start]
        is_value = _BEFORE.search(before) and _AFTER.match(self.text, end)
        return Value(self.text[start:end], start, end, "value" if is_value else "prose")
