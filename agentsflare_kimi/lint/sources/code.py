"""Reader for languages with strings, comments and brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.sources.bodies import Body, is_described, is_response, read_body
from agentsflare_kimi.lint.sources.context import describe
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.keys import is_model_key
from agentsflare_kimi.lint.sources.lexer import scan
from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.syntaxes import syntax_of

if TYPE_CHECKING:
    from agentsflare_kimi.lint.sources.beside import Setting

__all__ = ["CodeDocument"]

# A field's tag in Go: `env:"MODEL" envDefault:"name"`.
_TAG_NAME: Final = re.compile(r'\b(?:env|envconfig|json|yaml|mapstructure):"([\w.-]+)')
_TAG_DEFAULT: Final = re.compile(r'\b(?:envDefault|default):"\Z')
_TAG_REACH: Final = 200
_WORD_LISTS: Final = frozenset({"%w", "%W", "%i", "%I"})
# Those in which a whole request is read from a program.
_WITH_WHOLE_REQUESTS: Final = frozenset({"python", "javascript", "typescript", "tsx"})
_SHORT: Final = 20_000
_STRINGS: Final = frozenset({"string"})


class CodeDocument:
    """A program, or data with brackets (JSON, TOML, Terraform)."""

    def __init__(self, text: str, language: str) -> None:
        """Keep *text*; it is read on first use."""
        self.text = text
        self.language = language

    @cached_property
    def source(self) -> Source:
        """The text with its regions."""
        return Source(self.text, scan(self.text, syntax_of(self.language)))

    def embedded(self) -> Sequence[Embedded]:
        """List the texts inside it: requests that a program holds as JSON in a string."""
        if '"model' not in self.text or self.language in {"json", "toml"}:
            return ()
        from agentsflare_kimi.lint.sources.written import LANGUAGES, find_written  # noqa: PLC0415  # rare

        return tuple(find_written(self.source, self.language)) if self.language in LANGUAGES else ()

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*."""
        region = self.source.region_at(start)
        if region is None:
            position: Position = "code"
        elif region.kind not in _STRINGS:
            position = _OTHER_KINDS[region.kind]
        elif not self._is_whole(region, start, end):
            position, key = self._in_part(region, start, end)
            return Value(self.text[start:end], start, end, position, key)
        else:
            return self._whole(region)
        return Value(self.text[start:end], start, end, position)

    def comment_end(self, offset: int) -> int | None:
        """Tell where the comment that holds *offset* ends; None outside of comments."""
        region = self.source.region_at(offset)
        return region.end if region and region.kind == "comment" else None

    def _in_part(self, region: Region, start: int, end: int) -> tuple[Position, str]:
        """Tell what a part of a string is: an item of Ruby's `%w[...]`, a default in Go's tags."""
        if self.language == "ruby" and self.text[region.start : region.start + 2] in _WORD_LISTS:
            return "value", ""
        if self.language != "go" or not self.text.startswith('"', end):
            return "prose", ""
        before, after = max(region.start, start - _TAG_REACH), min(region.end, end + _TAG_REACH)
        if not _TAG_DEFAULT.search(self.text, before, start):
            return "prose", ""
        named = _TAG_NAME.search(self.text, before, after)
        key = named[1] if named else ""
        return ("request" if is_model_key(key) else "value"), key

    def _is_whole(self, region: Region, start: int, end: int) -> bool:
        content = self.text[region.inner_start : region.inner_end]
        return content.strip() == self.text[start:end]

    def _whole(self, region: Region) -> Value:
        place = describe(self.source, region, self.language)
        start, end = region.inner_start, region.inner_end
        value = Value(self.text[start:end], start, end, place.position, place.key)
        return self._request(region, value) if place.position == "request" else value

    def _request(self, region: Region, value: Value) -> Value:
        if is_response(self.source, region):
            return value._replace(position="record")
        if is_described(self.source, region):
            return value._replace(position="value")
        body = read_body(self.source, (region.start, region.end), value.text, self.language)
        return value._replace(
            body=body,
            uses=() if body else self._uses(region, value),
            settings=() if body and body.is_complete else self._settings(region),
        )

    def _settings(self, region: Region) -> Sequence[Setting]:
        from agentsflare_kimi.lint.sources.beside import settings_beside  # noqa: PLC0415  # often not needed

        return settings_beside(self.source, region, self.language)

    def _uses(self, region: Region, value: Value) -> Sequence[Body]:
        """List the requests whose model is the name that *value* is given to."""
        if self.language not in _WITH_WHOLE_REQUESTS or self._is_said_once(value.key):
            return ()
        from agentsflare_kimi.lint.sources.constants import find_uses  # noqa: PLC0415  # rare

        return find_uses(self.source, region, value.key, self.language)

    def _is_said_once(self, name: str) -> bool:
        # To count in a long text takes longer than to load what finds the uses.
        return len(self.text) < _SHORT and self.text.count(name) == 1


_OTHER_KINDS: Final[Mapping[str, Position]] = {
    "comment": "comment",
    "prose": "prose",
    "regex": "code",
    "heredoc": "prose",
    "part": "glued",
}
