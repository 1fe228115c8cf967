"""AFK203: a key written into the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.lint.edits.imports import import_edit
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.urls import GATEWAY
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Value
from agentsflare_kimi.lint.sources.keys import is_api_key

__all__ = ["RULE"]

_WORDS: Final = ("key", "token", "bearer", "authorization")
# No prose looks like this, so nothing need announce it.
_MARKED: Final = re.compile(r"sk-(?<![\w-]sk-)[A-Za-z0-9_-]{17,197}(?![\w-])")
_STRINGS: Final = frozenset({"value", "request"})
_CANDIDATE: Final = re.compile(
    r"[^\r\n]{0,30}?(?<![\w-])([A-Za-z0-9][A-Za-z0-9_-]{15,199})(?![\w-])"
)
_BEARER: Final = re.compile(r"(?i)bearer\s+\Z")
_OWN_NAMES: Final = re.compile(r"(?i)agentsflare|kimi|moonshot")
# What stands where a key is to be put; after `sk-` fewer words do, since no prose looks like it.
_PLACEHOLDER: Final = re.compile(
    r"(?i)your|example|placeholder|x{4}|change|replace|insert|redacted|emulator|here\b"
)
_FIGURE_OF_SPEECH: Final = re.compile(
    r"(?i)dummy|test|fake|mock|sample|secret|api[_-]?key|0{4}|1234|abcd|todo"
)
_LEAST_UNMARKED: Final = 24
_LONGEST_GAP: Final = 40
_RISK: Final = "the variable must be set where the program runs; revoke the key all the same"


def _check(reading: Reading) -> Iterator[Problem]:
    document = reading.document
    # An `.env` file is where a key belongs.
    if document.language in {"env", "prose"}:
        return
    is_ours = GATEWAY in document.text
    for start, end in _candidates(document.text):
        value = document.value_at(start, end)
        before = document.text[max(0, start - _LONGEST_GAP) : start]
        is_key = is_api_key(value.key) or bool(_BEARER.search(before))
        if (is_key or _is_marked(value)) and (is_ours or _OWN_NAMES.search(value.key)):
            yield Problem(
                message=f"a key of {end - start} characters is written into the source; read it "
                "from the environment variable AGENTSFLARE_API_KEY, and revoke this one",
                start=start,
                end=end,
                fix=_fix(document, value) if isinstance(document, CodeDocument) else None,
            )


def _is_marked(value: Value) -> bool:
    """Whether a string is a key for what it looks like, whatever it is given to."""
    is_string = value.position in _STRINGS and _MARKED.fullmatch(value.text)
    return bool(is_string) and _is_random(value.text)


def _candidates(text: str) -> list[tuple[int, int]]:
    """Places of what looks like a secret by itself, or by a word that announces one."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text
    found = {match.span() for match in _MARKED.finditer(text) if _looks_secret(match[0])}
    for word in _WORDS:
        position = lowered.find(word)
        while position >= 0:
            position += len(word)
            match = _CANDIDATE.match(text, position)
            if match and _looks_secret(match[1]):
                found.add(match.span(1))
            position = lowered.find(word, position)
    return sorted(found)


def _looks_secret(text: str) -> bool:
    if _PLACEHOLDER.search(text):
        return False
    return text.startswith("sk-") or (len(text) >= _LEAST_UNMARKED and _is_random(text))


def _is_random(text: str) -> bool:
    has_both = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return has_both and not _FIGURE_OF_SPEECH.search(text)


def _fix(document: CodeDocument, value: Value) -> Fix | None:
    region = document.source.region_at(value.start)
    replacement = _FROM_ENVIRONMENT.get(document.language)
    is_whole = region and (region.inner_start, region.inner_end) == (value.start, value.end)
    if not (region and is_whole and replacement):
        return None
    edits = [Edit(start=region.start, end=region.end, replacement=replacement)]
    if document.language == "python":
        edits += import_edit(document.source, "import os", r"^import os\b")
    return Fix(edits=tuple(sorted(edits, key=lambda edit: edit.start)), is_safe=False, reason=_RISK)


_FROM_ENVIRONMENT: Final = {
    "python": 'os.environ["AGENTSFLARE_API_KEY"]',
    "javascript": "process.env.AGENTSFLARE_API_KEY",
    "typescript": "process.env.AGENTSFLARE_API_KEY",
    "tsx": "process.env.AGENTSFLARE_API_KEY",
}

RULE: Final = Rule(
    code="AFK203",
    name="hard-coded-key",
    severity="error",
    summary="A key written into the source.",
    explanation="""\
Whoever can read the source can use the key, and what was committed once stays in the history. The
linter never prints a key: not in a message, an excerpt or a diff. Placeholders (`YOUR_API_KEY`)
and `.env` files are left alone. In a file that names the gateway, a string that looks like a key
(`sk-...`) is one, whatever it is given to.
""",
    bad=Sample(
        "ask.js",
        """\
const client = new OpenAI({
  baseURL: "https://api.agentsflare.com/v1",
  apiKey: "sk-q8Zr3vTn7wLm2xKd9sPb",
});
""",
    ),
    good=Sample(
        "ask.js",
        """\
const client = new OpenAI({
  baseURL: "https://api.agentsflare.com/v1",
  apiKey: process.env.AGENTSFLARE_API_KEY,
});
""",
    ),
    fix_safety="""\
Unsafe: in Python and JavaScript the key is replaced by a look-up in the environment, where it must
then be set. `--fix` alone never touches a key.
""",
    check=_check,
)
