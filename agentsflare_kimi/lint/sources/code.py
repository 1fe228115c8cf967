"""Reader for languages with strings, comments and brackets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.siblings import Siblings
from agentsflare_kimi.lint.evidence.verdict import judge
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body, is_response, read_body
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.requests.settings import Settings
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.lexer import scan, syntax_of
from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.tree import Tree

if TYPE_CHECKING:
    from agentsflare_kimi.lint.requests.bindings import Bindings

__all__ = ["CodeDocument"]

# A field's tag in Go: `env:"MODEL" envDefault:"name"`.
_TAG_NAME: Final = lazy(r'\b(?:env|envconfig|json|yaml|mapstructure):"([\w.-]+)')
_TAG_DEFAULT: Final = lazy(r'\b(?:envDefault|default):"\Z')
_TAG_REACH: Final = 200
_WORD_LISTS: Final = frozenset({"%w", "%W", "%i", "%I"})
# Languages in which a whole request can be read from a program.
_WITH_WHOLE_REQUESTS: Final = frozenset({"python", "javascript", "typescript", "tsx"})
# Languages whose SDKs `sdk_bodies` knows.
_SDK_LANGUAGES: Final = frozenset({"java", "kotlin", "go", "php", "ruby", "rust", "csharp"})
_JSON: Final = lazy(r"[\"'`)(>\w]\s*\{{1,2}\s*\\*\"{1,2}\w+\\*\"{1,2}\s*:")
_SHORT: Final = 20_000
# Calls of Emacs packages that name the models of a backend, the first of which is asked.
_MAKES_BACKEND: Final = "gptel-make-"
_STRINGS: Final = frozenset({"string"})
_QUOTES: Final = frozenset("\"'`")


class CodeDocument:
    """A program, or data in brackets (JSON, TOML, Terraform)."""

    def __init__(self, text: str, language: str) -> None:
        """Keep *text*; it is read on first use."""
        self.text = text
        self.language = language

    @cached_property
    def source(self) -> Source:
        """The text with its regions."""
        return Source(self.text, scan(self.text, syntax_of(self.language)))

    @cached_property
    def tree(self) -> Tree:
        """The text with its brackets and parts."""
        return Tree(self.source, load(self.language))

    @cached_property
    def bindings(self) -> Bindings:
        """The values of its variables."""
        from agentsflare_kimi.lint.requests.bindings import Bindings  # noqa: PLC0415  # rarely needed

        return Bindings(self.tree)

    @cached_property
    def _siblings(self) -> Siblings:
        return Siblings(self.tree)

    @cached_property
    def _beside(self) -> Settings:
        return Settings(self.tree)

    def embedded(self) -> Sequence[Embedded]:
        """List the embedded texts: requests written as JSON in strings."""
        if "model" not in self.text or ("{" not in self.text and "[" not in self.text):
            return ()
        if not self._may_hold_json:
            return ()
        from agentsflare_kimi.lint.requests.written import find_written  # noqa: PLC0415  # rare

        return tuple(find_written(self.tree))

    @property
    def _may_hold_json(self) -> bool:
        """Whether some string may hold JSON; most files can be skipped."""
        if self.language == "json":
            return '\\"' in self.text
        return _JSON.search(self.text) is not None

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        region = self.source.region_at(start)
        if self.tree.language.in_lists and (region is None or region.kind == "string"):
            position, key = self._in_quoted_list(start)
            if position == "code" and region is not None:
                return self._in_string(region, start, end)
            return Value(self.text[start:end], start, end, position, key, evidence=("listed",))
        return self._in_string(region, start, end)

    def _in_string(self, region: Region | None, start: int, end: int) -> Value:
        if region is None:
            position: Position = "code"
        elif region.kind == "part" and region.inner_start < start and end < region.inner_end:
            position, key = self._in_part(region, start, end)
            is_quoted = self.text[start - 1] in _QUOTES and self.text[end] in _QUOTES
            position = position if is_quoted and position != "request" else "prose"
            return Value(self.text[start:end], start, end, position, key)
        elif region.kind not in _STRINGS:
            position = _OTHER_KINDS[region.kind]
        elif not self._is_whole(region, start, end):
            position, key = self._in_part(region, start, end)
            return Value(self.text[start:end], start, end, position, key)
        else:
            return self._whole(region)
        return Value(self.text[start:end], start, end, position)

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        region = self.source.region_at(offset)
        return region.end if region and region.kind == "comment" else None

    def _in_quoted_list(self, start: int) -> tuple[Position, str]:
        """Classify an item of a quoted list in Lisp: `:models '(name name)`."""
        opener = self.source.enclosing(start)
        if not opener or self.text[opener - 1] not in {"'", "`"}:
            return "code", ""
        tokens = self.tree.tokens(self.tree.part_at(opener))
        index = self.tree.index_of(tokens, opener)
        key = tokens[index - 2].text.lstrip(":") if index > 1 else ""
        is_asked = tokens[0].text.startswith(_MAKES_BACKEND) and key == "models"
        return ("request" if is_asked else "value"), key

    def _in_part(self, region: Region, start: int, end: int) -> tuple[Position, str]:
        """Classify a part of a string: an item, a default in a Go tag, `model=...`."""
        if self.text[region.start : region.start + 2] in _WORD_LISTS or self._is_list(region):
            return "value", ""
        before = self.text[max(region.inner_start, start - _TAG_REACH) : start]
        after = self.text[end : min(region.inner_end, end + _TAG_REACH)]
        if self.language != "go" or not after.startswith('"'):
            from agentsflare_kimi.lint.evidence.scalars import judge_within  # noqa: PLC0415  # rarely needed

            position, key, evidence = judge_within(before, after)
            if evidence == ("unsent-text",):
                return position, key
            is_said = not key.startswith("-") and " " in before.strip()
            if is_said and position == "request":
                is_quoted = before[-1:] in {"'", '"'} and after.lstrip("\\")[:1] == before[-1:]
                return ("value", key) if is_quoted else ("prose", "")
            return ("prose", "") if is_said and position != "comparison" else (position, key)
        if not _TAG_DEFAULT.search(before):
            return "prose", ""
        named = _TAG_NAME.search(self.text, start - len(before), end + len(after))
        key = named[1] if named else ""
        return ("request" if is_model_key(key) else "value"), key

    def _is_list(self, region: Region) -> bool:
        if region.start not in self._lists:
            from agentsflare_kimi.lint.evidence.scalars import is_list  # noqa: PLC0415  # rarely needed

            self._lists[region.start] = is_list(self.text[region.inner_start : region.inner_end])
        return self._lists[region.start]

    @cached_property
    def _lists(self) -> dict[int, bool]:
        return {}

    def _is_whole(self, region: Region, start: int, end: int) -> bool:
        if region.start not in self._contents:
            content = self.text[region.inner_start : region.inner_end]
            first = region.inner_start + len(content) - len(content.lstrip())
            self._contents[region.start] = first, first + len(content.strip())
        return self._contents[region.start] == (start, end)

    @cached_property
    def _contents(self) -> dict[int, tuple[int, int]]:
        return {}

    def _whole(self, region: Region) -> Value:
        verdict = judge(self.tree, region, self._siblings)
        start, end = region.inner_start, region.inner_end
        value = Value(
            self.text[start:end],
            start,
            end,
            verdict.position,
            verdict.key,
            evidence=verdict.evidence,
        )
        return self._request(region, value) if verdict.position == "request" else value

    def _request(self, region: Region, value: Value) -> Value:
        if is_response(self.source, region):
            return value._replace(position="record")
        body = self._body((region.start, region.end), value.text)
        uses = () if body else self._uses(region, value)
        if uses and not self._are_sent(value.key, uses):
            value = value._replace(evidence=(*value.evidence, "unsent"))
        return value._replace(
            body=body,
            uses=uses,
            settings=() if body and body.is_complete else self._beside.beside(region.start),
        )

    def _body(self, span: tuple[int, int], model: str) -> Body | None:
        if self.language in _SDK_LANGUAGES:
            from agentsflare_kimi.lint.requests.sdk_bodies import read_sdk_body  # noqa: PLC0415  # rarely needed

            if body := read_sdk_body(self.tree, span, model):
                return body
        return read_body(self.tree, span, model)

    def _uses(self, region: Region, value: Value) -> Sequence[Body]:
        """List the requests whose model is the variable that *value* is assigned to."""
        if self.language not in _WITH_WHOLE_REQUESTS or self._is_said_once(value.key):
            return ()
        return self.bindings.uses_of(region, value.key)

    def _are_sent(self, name: str, uses: Sequence[Body]) -> bool:
        """Tell whether the requests are sent, and nothing else uses the constant's name."""
        sending = self._siblings.sending
        is_all = len(self.bindings.places_of(name)) == len(uses) + 1
        models = [body.main.find("model") for body in uses]
        return is_all and all(entry and sending.shows(entry.value_start) for entry in models)

    def _is_said_once(self, name: str) -> bool:
        # In a long text, counting takes longer than loading the module that finds the uses.
        return len(self.text) < _SHORT and self.text.count(name) == 1


_OTHER_KINDS: Final[Mapping[str, Position]] = {
    "comment": "comment",
    "prose": "prose",
    "regex": "code",
    "heredoc": "prose",
    "part": "glued",
}
