"""Reader for shell scripts: words, assignments, flags, and JSON in quotes and heredocs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.evidence.commands import asks_a_model, command_at, posts_a_request
from agentsflare_kimi.lint.evidence.configured import is_plain_name
from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.languages import language_of
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.regions import Region
from agentsflare_kimi.lint.sources.templates import Template

__all__ = ["ShellDocument"]

# `NAME=`, `--name=`; `set -gx NAME ` of fish.
_ASSIGNMENT: Final = lazy(
    r"(?:\A|[\s;&|(])(?:-?-?([A-Za-z_][\w-]*)=|set(?:[ \t]+-\w+)*[ \t]+([A-Za-z_]\w*)[ \t]+)\Z"
)
# A parameter's default: `model=${1:-name}`.
_DEFAULT: Final = lazy(r"(?:\A|[\s;&|(])([A-Za-z_]\w*)=\"?\$\{\w+:?[-=]\Z")
_FLAG: Final = lazy(r"(?:\A|\s)(--?[\w-]*model(?:[-_](?:name|id))?|-m)[ \t]+\Z")
# `jq --arg model name`
_JQ: Final = lazy(r"--arg[ \t]+([A-Za-z_]\w*)[ \t]+\Z")
_COMPARISON: Final = lazy(r"(?:[=!]=?|=~|-eq|-ne)[ \t]+\Z|\bcase[ \t]+\Z")
_AFTER_WORD: Final = lazy(r"[\s;&|)\"'`]|\Z")
_PATTERN: Final = lazy(r"[ \t]*(?:\)|\|(?!\|))")
_WINDOW: Final = 200
_DOUBLE_QUOTED_ESCAPES: Final = frozenset('"\\$`')
_SETTING: Final = lazy(r"-{0,2}([A-Za-z_][\w.-]*)=\Z")
_SCRIPT: Final = lazy(r"\b(python|node|deno|ruby|php|bash|sh)[\d.]*\b[^\n|;&]*<<")
_INTERPRETED: Final = {
    "python": "python", "node": "javascript", "deno": "typescript", "ruby": "ruby", "php": "php",
}  # fmt: skip
_FILE: Final = lazy(r"(?:>|\btee\b)[ \t]*[\"']?([^\s\"'<>|;&]+)")

_UNKNOWN: Final = (
    r"\$\([^()]*+(?>(?:\([^()]*+\)[^()]*+)*)\)|`[^`]*+`|\$\{[^}]*+\}|\$[A-Za-z_]\w*+|\$[\d@*#?]"
)
_BARE: Final = rf"{_UNKNOWN}|\\.|[^\s;&|<>()'\"\\$`]"
# Patterns of the pieces of a word, by its opening quote. Where quotes are closed and reopened
# ('it'\''s', '"'"$Q"'"'), everything in between is one unknown piece, so that no edit can
# split it.
_PIECES: Final = {
    "'": rf"(?P<unknown>'(?>(?:\"(?>(?:{_UNKNOWN}|\\.|[^\"\\])*)\"|{_BARE})*)')|(?P<plain>[^']++)",
    '"': rf"(?P<unknown>{_UNKNOWN}|\"(?>(?:'[^']*+'|{_BARE})*)\")"
    r"|\\(?P<escaped>[\"\\$`])|(?P<plain>[^\"\\$`]++|[\\$`])",
    "": rf"(?P<unknown>{_UNKNOWN})|(?P<plain>[^$`]++|[$`])",
}


class ShellDocument(CodeDocument):
    """A shell script; request bodies and programs in it are embedded texts."""

    def __init__(self, text: str, language: str = "shell") -> None:
        """Keep *text*; it is read on first use."""
        super().__init__(text, language)

    def embedded(self) -> Sequence[Embedded]:
        """List the JSON bodies in quotes and heredocs, and the scripts in heredocs."""
        found: list[Embedded] = []
        end = 0
        for region in self.source.regions:
            text = self._inside(region) if region.start >= end else None
            if text:
                end = text.offsets[-1]
                found.append(text)
        return tuple(text for text in found if text.language)

    def _inside(self, region: Region) -> Embedded | None:
        if region.kind not in {"string", "part", "heredoc"}:
            return None
        if self.text[region.inner_start : region.inner_end].lstrip()[:1] not in {"{", "["}:
            return self._script(region) if region.kind == "heredoc" else None
        opening = self.text[region.inner_start - 1 : region.inner_start]
        # The rest after `$(...)` is in double quotes, too.
        quote = "" if region.kind == "heredoc" else opening if opening in _PIECES else '"'
        end = region.inner_end if not quote else len(self.text)
        template = _read_word(self.text, region.inner_start, end, quote)
        is_json = template.text.rstrip()[-1:] in {"}", "]"}
        escape = _double_quoted if quote == '"' else str
        language = "json" if is_json else ""
        doubt = "" if self._is_posted(region) else EVIDENCE["unsent-text"].reason
        return Embedded(template.text, language, template.offsets, escape, doubt=doubt)

    def _is_posted(self, region: Region) -> bool:
        """Tell whether a command sends a string or the lines of a heredoc."""
        place = region.start - 1 if region.kind == "heredoc" else region.start
        start, end = command_at(self.source.masked, max(0, place))
        return posts_a_request(self.text[start:end])

    def _is_set_alone(self, key: str, start: int, end: int) -> bool:
        """Tell whether a variable is not set for one command only, which may be any."""
        first, last = command_at(self.source.masked, start)
        before = self.text[first:start].rstrip("\"'").removesuffix(f"{key}=")
        is_first = not before.strip()
        rest = self.text[end:last].partition("#")[0].strip(" \t\\\"'}")
        return not is_first or not rest or asks_a_model(rest)

    def _is_asked(self, offset: int) -> bool:
        start, _ = command_at(self.source.masked, offset)
        return asks_a_model(self.text[start:offset])

    def _script(self, region: Region) -> Embedded | None:
        """Read a heredoc for an interpreter, or for a file whose name tells its language."""
        line_start = self.text.rfind("\n", 0, max(0, region.start - 1)) + 1
        opening = self.text[line_start : region.start]
        interpreter, file = _SCRIPT.search(opening), _FILE.search(opening)
        if interpreter:
            language = _INTERPRETED.get(interpreter[1], "shell")
        else:
            language = language_of(file[1], "") if file else "plain"
        if language in {"plain", "prose"}:
            return None
        offsets = range(region.inner_start, region.inner_end + 1)
        return Embedded(self.text[region.inner_start : region.inner_end], language, offsets)

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        region = self.source.region_at(start)
        if region is None:
            return self._word(start, end, start, end)
        if region.kind != "string":
            return super().value_at(start, end)
        if (region.inner_start, region.inner_end) != (start, end):
            if self.text[start - 2 : start] in {":-", ":="}:
                return Value(self.text[start:end], start, end, "value")
            return self._setting(region, start, end)
        return self._word(region.start, region.end, start, end)

    def _setting(self, region: Region, start: int, end: int) -> Value:
        """Describe a part of a string, such as `-e "MODEL=name"`, which has a key of its own."""
        setting = _SETTING.match(self.text, region.inner_start, start)
        if setting is None or end != region.inner_end:
            position, key = self._in_part(region, start, end)
            position = "prose" if position == "request" else position
            return Value(self.text[start:end], start, end, position, key)
        position: Position = "request" if is_model_key(setting[1]) else "value"
        is_shown = setting[1].isupper() and is_plain_name(setting[1])
        evidence = ("setting",) if position == "request" and is_shown else ()
        return Value(self.text[start:end], start, end, position, setting[1], evidence=evidence)

    def _word(self, word_start: int, word_end: int, start: int, end: int) -> Value:
        position, key = self._place(word_start, word_end)
        is_flag = key.startswith("-")
        is_variable = key.isupper() and is_plain_name(key)
        is_shown = self._is_asked(word_start) if is_flag else is_variable
        if is_shown and not is_flag:
            is_shown = self._is_set_alone(key, word_start, word_end)
        evidence = ("setting",) if position == "request" and is_shown else ()
        return Value(self.text[start:end], start, end, position, key, evidence=evidence)

    def _place(self, start: int, end: int) -> tuple[Position, str]:
        before = self.text[max(0, start - _WINDOW) : start]
        if match := _DEFAULT.search(before):
            return ("request" if is_model_key(match[1]) else "value"), match[1]
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
            return ("request" if is_request else "value"), key
        return ("value" if not before or before[-1] in " \t\r\n('\"" else "glued"), ""


def _begins(before: str) -> bool:
    """Tell whether a `case` pattern may begin here: at a line's start or after another pattern."""
    line = before.rpartition("\n")[2].strip()
    return not line or line.endswith(("|", "(", " in", ";;"))


def _double_quoted(replacement: str) -> str:
    return "".join(f"\\{c}" if c in _DOUBLE_QUOTED_ESCAPES else c for c in replacement)


def _read_word(text: str, start: int, end: int, quote: str) -> Template:
    """Read a word from after its opening *quote* to its final closing quote."""
    template = Template()
    piece = re.compile(_PIECES[quote], re.DOTALL)
    position = start
    while position < end and (found := piece.match(text, position, end)):
        if found["plain"]:
            template.add(found["plain"], position)
        elif found["unknown"]:
            template.add_unknown(position)
        else:
            template.add(found["escaped"], position)
        position = found.end()
    template.offsets.append(position)
    return template
