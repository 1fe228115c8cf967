"""Hides keys in output that quotes other people's files.

Hides too much rather than too little, since the user can open the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

__all__ = ["hide", "key_spans", "mask_keys"]

_MASK: Final = "********"
_MARK: Final = "sk-"
_SECRETS: Final = ("key", "token", "secret", "passw")
_NAMES: Final = r"(?:api[_-]?key|(?:secret|access|private)_?key|token|secret|passw(?:or)?d)"

# Where a value continues in the next literal: beside it, after an operator or on the next
# line; or where one literal continues over a line end.
_JOINT: Final = r"""(?x:
    ["'`]{1,3} [\s+.&\\~|]{0,80} [a-zA-Z]{0,2} ["'`]{1,3} (?=[\w.~+/=-]{4})
    | \\? \r? \n [\ \t]{0,40} (?= [\w.~+/=-]{4,200} (?: ["'`] | \s{0,40} (?:\"{3}|'{3}) ) )
)"""

# Signs, of which a text must contain one, and a pattern of keys: by their look, by the word
# before them, or by what they are assigned to. A value from elsewhere (a call, an attribute, a
# variable in braces) is not a key. Repetitions are bounded, so that no text takes long.
_KEYS: Final = (
    ((_MARK,), rf"\b(sk-)(?:[\w-]{{6,}}|[\w-]{{0,5}}(?={_JOINT}))"),
    (
        ("bearer", "authorization"),
        r"""(?ix)
        ( \b bearer \s{1,9}
        | \b authorization ["']? \s{0,9} [:=,] \s{0,9} ["']? \w{1,20} \s{1,9} )
        [\w.~+/=-]{8,}
        """,
    ),
    (
        (*_SECRETS, "authorization"),
        rf"""(?ix)
        ( (?: {_NAMES} | authorization ) \w{{0,40}}
          ["'\]]{{0,3}} \s{{0,9}} (?: [:=]{{1,3}} >? | , ) \s{{0,9}} [a-z]{{0,2}} ["'`]{{1,3}} )
        (?: [^"'`\s${{}}]{{8,}} | [^"'`\s${{}}]{{1,7}} (?={_JOINT}) )
        """,
    ),
    (
        ("key",),
        r"""(?imx)
        ^ ( [\ \t]* (?: export \s{1,9} | ENV \s{1,9} )? [\w.]{0,60} KEY [\ \t]* [=:] [\ \t]* )
        [^\s"'$(){}\[\],.;]{16,}
        """,
    ),
    # A setting: the rest of its line, if it has eight characters or a digit.
    (
        _SECRETS,
        rf"""(?imx)
        ^ ( [\ \t]* (?: (?: export | ENV | ARG | - ) [\ \t]{{1,9}} )? [\w.-]{{0,60}} {_NAMES}
            [\ \t]{{0,9}} [=:] [\ \t]{{0,9}} )
        (?!\$) (?= \S{{8}} | \S{{0,7}} \d ) [^\s"'`(){{}}\[\]]{{4,}} (?<![,;]) (?!\S)
        """,
    ),
    # A quoted header; a query parameter; the password, or a long user name, in a URL.
    (_SECRETS, rf"""(?i)(["'][\w-]{{0,40}}{_NAMES}\s{{0,3}}:\s{{0,3}})[\w.~+/=-]{{8,}}"""),
    (
        (*_SECRETS, "sig"),
        r"""(?ix)
        ( [?&] [\w-]{0,40} (?: key | token | secret | passw(?:or)?d | sig | signature ) = )
        [^\s&\#"'`<>${}]{4,}
        """,
    ),
    (("@",), r"""(://(?:[^\s/@:"'`${}]{0,200}:|(?=[^\s/@:]{16})))[^\s/@"'`${}]{1,999}(?=@)"""),
    (
        ("-u", "--user", "--proxy-user"),
        r"""(?x)
        (?<!\S) ( (?: -u | -U | --user | --proxy-user ) [\s=]{0,3} ["']? [^\s:"'`${}]{0,200} : )
        [^\s"'`${}]{1,}
        """,
    ),
)


def mask_keys(text: str) -> str:
    """Mask everything that looks like a key.

    Args:
        text: Source lines, a diff, a message.

    Returns:
        The text with `********` for each key; a leading `sk-` is kept.
    """
    return hide(text, 0, len(text), key_spans(text))


def key_spans(text: str) -> Sequence[tuple[int, int]]:
    """Find everything that looks like a key.

    Args:
        text: Source lines, a diff, a message; more context means better recognition.

    Returns:
        Start and end of each part of a key, in order and without overlaps; none spans a line
        end.
    """
    lower = text.lower()
    spans = [
        span
        for signs, pattern in _KEYS
        if any(sign in lower for sign in signs)
        for match in _compiled(pattern).finditer(text)
        for span in _parts(text, match.end(1), match.end())
    ]
    return _apart(sorted(spans))


def hide(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """Return a part of a text, with keys masked.

    Args:
        text: The text.
        start: Where the part begins; it may be within a key.
        end: Where it ends; it may be within a key.
        spans: The keys in the whole text.

    Returns:
        The part, with `********` for each key or piece of one.
    """
    pieces: list[str] = []
    index = max(bisect_right(spans, (start, start)) - 1, 0)
    while index < len(spans) and spans[index][0] < end:
        first, last = spans[index]
        index += 1
        if last > start:
            pieces += [text[start:first], _MASK]
            start = last
    return "".join(pieces) + text[start:end]


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a key: the first, and those in further literals."""
    while True:
        yield (start + len(_MARK) if text.startswith(_MARK, start) else start), end
        joint = _compiled(_JOINT).match(text, end)
        if not joint:
            return
        start = joint.end()
        more = _compiled(r"[\w.~+/=-]*").match(text, start)
        end = more.end() if more else start


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        elif end > start:
            apart.append((start, end))
    return apart


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Compiled only when a text contains a sign, because compiling takes longer than searching.
    return re.compile(pattern)
