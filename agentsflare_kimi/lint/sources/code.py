"""Reader for languages with strings, comments and brackets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.siblings import Siblings
from agentsflare_kimi.lint.evidence.verdict import judge
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body, is_response, read_body
from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.lexer import scan, syntax_of
from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.tree import Tree

if TYPE_CHECKING:
    import re

    from agentsflare_kimi.lint.requests.bindings import Bindings
    from agentsflare_kimi.lint.requests.settings import Settings

__all__ = ["CodeDocument"]

# What may be around a name in its string: blanks, and quotes of another language.
_EDGE = lazy(r"\s*(\\?[\"']|)\s*")
# An object, and what may be before one that begins a string.
_JSON = lazy(r"\{{1,2}\s*\\*\"{1,2}\w+\\*\"{1,2}\s*:")
_BEFORE_JSON = frozenset("\"'`)(>_[|")
_SETS = frozenset({"=", ":"})
_SHORT = 20_000
_QUOTES = frozenset("\"'`")


class CodeDocument:
    """A program, or data in brackets (JSON, TOML, Terraform)."""

    def __init__(self, text: str, language: str) -> None:
        """Keep *text*; it is read on first use."""
        self.text = text
        self.language = language
        self._known = load(language)

    @cached_property
    def source(self) -> Source:
        """The text with its regions."""
        return Source(self.text, scan(self.text, syntax_of(self.language)))

    @cached_property
    def tree(self) -> Tree:
        """The text with its brackets and parts."""
        return Tree(self.source, self._known)

    @cached_property
    def bindings(self) -> Bindings:
        """The values of its variables."""
        from agentsflare_kimi.lint.requests.bindings import bindings_of  # noqa: PLC0415  # rarely needed

        return bindings_of(self.tree)

    @cached_property
    def _siblings(self) -> Siblings:
        return Siblings(self.tree)

    @cached_property
    def _beside(self) -> Settings:
        from agentsflare_kimi.lint.requests.settings import Settings  # noqa: PLC0415  # rarely needed

        return Settings(self.tree)

    def embedded(self) -> Sequence[Embedded]:
        """List the embedded texts: requests written as JSON in strings."""
        if not (self._may_hold_json() or self._may_hold_settings()):
            return ()
        from agentsflare_kimi.lint.requests.written import find_written  # noqa: PLC0415  # rare

        return tuple(find_written(self.tree))

    def _may_hold_json(self) -> bool:
        """Tell whether a string may hold JSON; in most files none does."""
        if "model" not in self.text or "{" not in self.text:
            return False
        return '\\"' in self.text or any(map(self._begins_text, _JSON.finditer(self.text)))

    def _may_hold_settings(self) -> bool:
        """Tell whether a string may hold lines like `model: name`, where a value has no quotes."""
        return any(
            self.text[name.start - 1 : name.start] in _SETS
            or self.text[name.start - 2 : name.start] == ": "
            for name in find_names(self.text)
        )

    def _begins_text(self, brace: re.Match[str]) -> bool:
        """Tell whether a string, a call or a word is right before a brace."""
        at = brace.start()
        while at and self.text[at - 1].isspace():
            at -= 1
        before = self.text[at - 1 : at]
        return before.isalnum() or before in _BEFORE_JSON

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        region = self.source.region_at(start)
        is_string = region is not None and region.kind == "string"
        if self._known.in_lists and (is_string or not region):
            from agentsflare_kimi.lint.evidence.quoted_lists import judge_quoted  # noqa: PLC0415  # Lisp only

            position, key = judge_quoted(self.tree, start)
            if position != "code" or not region:
                return Value(self.text[start:end], start, end, position, key, evidence=("listed",))
        if region and is_string and self._is_whole(region, start, end):
            return self._whole(region, start, end)
        position: Position = _POSITIONS[region.kind] if region else "code"
        key = ""
        if region and is_string:
            position, key = self._part(region, start, end)
        elif (
            region and region.kind == "part" and region.inner_start < start < end < region.inner_end
        ):
            position, key = self._part(region, start, end)
            is_quoted = self.text[start - 1] in _QUOTES and self.text[end : end + 1] in _QUOTES
            position = position if is_quoted and position != "request" else "prose"
        return Value(self.text[start:end], start, end, position, key)

    def _part(self, region: Region, start: int, end: int) -> tuple[Position, str]:
        from agentsflare_kimi.lint.evidence.parts import judge_part  # noqa: PLC0415  # most are whole

        return judge_part(self, region, start, end)

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        region = self.source.region_at(offset)
        return region.end if region and region.kind == "comment" else None

    def _is_whole(self, region: Region, start: int, end: int) -> bool:
        before = _EDGE.fullmatch(self.text, region.inner_start, start)
        after = _EDGE.fullmatch(self.text, end, region.inner_end)
        return bool(before and after and before[1] == after[1])

    def _whole(self, region: Region, start: int, end: int) -> Value:
        verdict = judge(self.tree, region, self._siblings)
        if self.text[start - 1] in _QUOTES and start > region.inner_start:
            # Code in a string: `"\"name\""`.
            evidence = (*verdict.evidence, "unsent")
            return Value(self.text[start:end], start, end, *verdict[:2], evidence=evidence)
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
        body = self.body_at((region.start, region.end), value.text)
        uses = () if body else self._uses(region, value)
        places = self.bindings.places_of(value.key) if uses else ()
        if uses and not self._siblings.sending.shows_all(uses, places):
            value = value._replace(evidence=(*value.evidence, "unsent"))
        return value._replace(
            body=body,
            uses=uses,
            settings=() if body and body.is_complete else self._beside.beside(region.start),
        )

    def body_at(self, span: tuple[int, int], model: str) -> Body | None:
        """Read the request whose model is at *span*, as far as it is written out here.

        Args:
            span: Start and end of the value of `model`.
            model: The model's name.

        Returns:
            The request; None if there is none.
        """
        if self._known.requests:
            from agentsflare_kimi.lint.requests.sdk_assembled import read_sdk_assembled  # noqa: PLC0415  # same
            from agentsflare_kimi.lint.requests.sdk_bodies import read_sdk_body  # noqa: PLC0415  # rarely needed

            if body := read_sdk_body(self.tree, span, model):
                return body
            if body := read_sdk_assembled(self.tree, span, model, self.bindings.places_of):
                return body
        body = read_body(self.tree, span, model)
        if body is not None and body.is_complete and not body.is_bound:
            return body
        if self._known.is_data or not self._known.body:
            return body
        from agentsflare_kimi.lint.requests.assembled import read_assembled_body  # noqa: PLC0415  # rarely needed

        return read_assembled_body(self.tree, span, model, self.bindings.places_of) or body

    def _uses(self, region: Region, value: Value) -> Sequence[Body]:
        """List the requests whose model is the variable that *value* is assigned to."""
        if not self._known.body or self._known.is_data or self._is_said_once(value.key):
            return ()
        return self.bindings.uses_of(region, value.key)

    def _is_said_once(self, name: str) -> bool:
        # In a long text, counting takes longer than loading the module that finds the uses.
        return len(self.text) < _SHORT and self.text.count(name) == 1


_POSITIONS: Mapping[str, Position] = {
    "string": "prose",
    "comment": "comment",
    "prose": "prose",
    "regex": "code",
    "heredoc": "prose",
    "part": "glued",
}
