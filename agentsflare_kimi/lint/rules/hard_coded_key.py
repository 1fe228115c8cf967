"""AFK203: a key written into the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import small
from agentsflare_kimi.lint.requests.keys import is_api_key
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.key_fixes import key_fix
from agentsflare_kimi.lint.rules.urls import GATEWAY
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Value

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_WORDS: Final = ("key", "token", "bearer", "authorization")
# No prose looks like this, so it needs no word such as `key` before it.
_MARKED: Final = re.compile(r"sk-(?<!\wsk-)(?<![^:]-sk-)[A-Za-z0-9_-]{17,197}(?![\w-])")
_STRINGS: Final = frozenset({"value", "request"})
_LINE_END: Final = re.compile(r"[\r\n]")
_CANDIDATE: Final = re.compile(r"(?<![\w-])[A-Za-z0-9][A-Za-z0-9_-]{15,199}(?![\w-])")
# `Bearer `, and the default of a script's variable: `${..._API_KEY:-`.
_KEY_BEFORE: Final = re.compile(r"[Bb]earer\s+|\$\{\w*(?:KEY|TOKEN):?[-=]\"?")
_OWN_NAMES: Final = re.compile(r"(?i)agentsflare|kimi|moonshot")
# Placeholders for keys; fewer words count after `sk-`, since no prose looks like that.
_PLACEHOLDER: Final = re.compile(
    r"(?i)your|example|placeholder|x{4}|change|replace|insert|redacted|emulator|here\b"
)
_FIGURE_OF_SPEECH: Final = re.compile(
    r"(?i)dummy|test|fake|mock|sample|secret|api[_-]?key|0{4}|1234|abcd|todo"
)
_LEAST_UNMARKED: Final = 24
_WRITTEN: Final = (
    "a key of {} characters is in the source; read it from AGENTSFLARE_API_KEY, and revoke this one"
)
_TRACKED: Final = (
    "git tracks this file, and a key of {} characters in it; `git rm --cached` it, revoke the key"
)


def _check(reading: Reading) -> Iterator[Problem]:
    document = reading.document
    language = load(document.language)
    # A key belongs in an `.env` file, unless git tracks the file.
    if language.is_prose or (language.keeps_keys and not reading.is_tracked):
        return
    is_ours = GATEWAY in document.text
    candidates = _candidates(document.text)
    announced = _announced(document.text) if candidates else ()
    for start, end in candidates:
        value = document.value_at(start, end)
        is_key = is_api_key(value.key) or start in announced
        if (is_key or _is_marked(value)) and (is_ours or _OWN_NAMES.search(value.key)):
            yield Problem(
                message=(_TRACKED if language.keeps_keys else _WRITTEN).format(end - start),
                start=start,
                end=end,
                fix=key_fix(document, value) if isinstance(document, CodeDocument) else None,
            )


def _is_marked(value: Value) -> bool:
    """Tell whether a string looks like a key, whatever it is assigned to."""
    is_string = value.position in _STRINGS and _MARKED.fullmatch(value.text)
    return bool(is_string) and _is_random(value.text)


def _announced(text: str) -> AbstractSet[int]:
    """Find where a key is expected."""
    return {match.end() for match in _KEY_BEFORE.finditer(text)}


def _candidates(text: str) -> list[tuple[int, int]]:
    """Find what looks like a secret by itself, or comes next in a line after a word for one."""
    found = {match.span() for match in _MARKED.finditer(text) if _looks_secret(match[0])}
    lowered = small(text)
    for word in _WORDS:
        place = lowered.find(word)
        line_end = -1
        while place >= 0:
            start = place + len(word)
            if start > line_end:
                ending = _LINE_END.search(text, start)
                line_end = ending.start() if ending else len(text)
            candidate = _CANDIDATE.search(text, start, line_end)
            if candidate and _looks_secret(candidate[0]):
                found.add(candidate.span())
            # Words before the candidate would find the same.
            place = lowered.find(word, candidate.start() if candidate else line_end)
    return sorted(found)


def _looks_secret(text: str) -> bool:
    if _PLACEHOLDER.search(text):
        return False
    return text.startswith("sk-") or (len(text) >= _LEAST_UNMARKED and _is_random(text))


def _is_random(text: str) -> bool:
    has_both = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return has_both and not _FIGURE_OF_SPEECH.search(text)


RULE: Final = Rule(
    code="AFK203",
    name="hard-coded-key",
    severity="error",
    summary="A key written into the source.",
    explanation="""\
Whoever can read the source can use the key, and what was committed once stays in the history. The
linter never prints a key: not in a message, an excerpt or a diff. Placeholders (`YOUR_API_KEY`) are
left alone, and so are `.env` files, unless git tracks them. In a file that names the gateway, a
string that looks like a key (`sk-...`) is one, whatever it is given to.
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
Unsafe: the variable must be set where the program runs. Where the key is the default of a look-up,
the look-up stays and the default goes. Elsewhere, in Python, JavaScript, TypeScript, Java, Kotlin,
Ruby, PHP, C# and (where `os` is imported) Go, it is replaced by a look-up of `AGENTSFLARE_API_KEY`
if it goes to the gateway and to nobody else, and by one of its own name if that is a variable's
(`MOONSHOT_API_KEY`). Where a variable holds the base URL and may name another host, nothing is
fixed: the gateway's key must not go there. `--fix` alone never touches a key.
""",
    check=_check,
    needles=("key", "Key", "KEY", "oken", "TOKEN", "earer", "uthorization", "sk-"),
)
