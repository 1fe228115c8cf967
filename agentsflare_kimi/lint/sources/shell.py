"""Reader for shell scripts: words, assignments, flags, and JSON in quotes and heredocs."""

from __future__ import annotations

from collections.abc import Sequence

from agentsflare_kimi.lint.evidence.commands import (
    asks_a_model,
    command_at,
    is_read_otherwise,
    is_said,
    sets_alone,
    writes,
)
from agentsflare_kimi.lint.evidence.configured import is_plain_name
from agentsflare_kimi.lint.evidence.parts import judge_part
from agentsflare_kimi.lint.evidence.scalars import wording
from agentsflare_kimi.lint.evidence.shell_words import judge_word
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.regions import Region

__all__ = ["ShellDocument"]

# `.llm.model = "name"` for jq, `s/model: .*/model: name/` for sed.
_WRITTEN = lazy(r"([A-Za-z_][\w-]*)[\"']?[ \t]*(?:\|?=|:)[ \t]*\\?[\"']?\Z")
_SETTING = lazy(r"-{0,2}([A-Za-z_][\w.-]*)=\Z")


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
            position, key = judge_part(self, region, start, end)
            is_run = key.startswith("-") and not is_said(self.source.masked, region.start)
            position = "prose" if position == "request" and not is_run else position
            words = wording(self, region.inner_start, region.inner_end)
            written = _WRITTEN.search(words.clause_before(start))
            if written and is_model_key(written[1]) and writes(self.source.masked, region.start):
                position, key = "request", written[1]
        else:
            position, key = "request" if is_model_key(setting[1]) else "value", setting[1]
        return self._as_setting(position, key, start, end)

    def _word(self, first: int, last: int, start: int, end: int) -> Value:
        """Describe a word, or a string that is one."""
        value = self._as_setting(*judge_word(self, first, last), start, end)
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
