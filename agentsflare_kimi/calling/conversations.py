"""Fingerprints conversations, so that they are recognised after a framework edits them.

Frameworks rename call ids, put the time into the system prompt, reformat arguments, truncate old
tool results and drop earlier turns. They keep the order of what was said and done: the user's
words, the calls with their arguments, and the results that are still complete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple, cast

__all__ = [
    "Calls",
    "Conversation",
    "Result",
    "Step",
    "fits",
    "read_conversation",
    "resembles",
]

_Message = Mapping[str, object]
_HEAD: Final = 64
_LONGEST_MARK: Final = 120


class Result(NamedTuple):
    """One tool result: enough to recognise it, whole or truncated.

    Attributes:
        said: A digest of the whole text.
        head: Its first characters.
        length: How long it is.
    """

    said: int
    head: str
    length: int


class Step(NamedTuple):
    """One thing that was said or done; two conversations are compared step by step.

    Attributes:
        kind: `user`, `text` (the assistant's), `calls`, or `other`.
        said: A digest of it.
        results: For `calls`, their results, in the order of the calls.
    """

    kind: str
    said: int
    results: tuple[Result, ...] = ()


class Calls(NamedTuple):
    """One assistant message with tool calls, in its conversation.

    Attributes:
        position: Its index among the messages.
        after: The number of steps before it.
        said: A digest of the names and arguments, without the ids.
        ids: The ids.
        last_user: The digest of the user message before it; None where there is none.
    """

    position: int
    after: int
    said: int
    ids: tuple[str, ...]
    last_user: int | None


class Conversation(NamedTuple):
    """The digested messages of a request.

    Attributes:
        system: A digest of the system prompt, without clock times and dates.
        steps: What was said and done.
        calls: The assistant's messages with tool calls.
        last_user: The digest of the last user message; None where there is none.
    """

    system: int
    steps: tuple[Step, ...]
    calls: tuple[Calls, ...]
    last_user: int | None


def read_conversation(messages: Sequence[object], key: bytes) -> Conversation:
    """Digest the *messages* of a request, each part under *key*."""
    system: list[str] = []
    steps: list[Step] = []
    calls: list[Calls] = []
    last_user: int | None = None
    for index, message in enumerate(messages):
        fields = _fields(message)
        role = fields.get("role")
        if role in {"system", "developer"}:
            if not steps:
                system.append(_dump(_content(fields.get("content"))))
        elif role == "tool" and steps and steps[-1].kind == "calls":
            results = (*steps[-1].results, _result(fields, key))
            steps[-1] = steps[-1]._replace(results=results)
        elif made := _calls(fields):
            said = _digest([_call(call) for call in made], key)
            ids = tuple(str(call.get("id")) for call in made)
            calls.append(Calls(index, len(steps), said, ids, last_user))
            steps.append(Step("calls", said))
        elif role == "user":
            last_user = _digest([fields.get("name"), _content(fields.get("content"))], key)
            steps.append(Step("user", last_user))
        elif role != "assistant":
            steps.append(Step("other", _digest(message, key)))
        elif text := _content(fields.get("content")):
            steps.append(Step("text", _digest(text, key)))
    timeless = _digest(_CLOCK.sub("#", "\n".join(system)), key)
    return Conversation(timeless, tuple(steps), tuple(calls), last_user)


def fits(shown: Sequence[Step], known: Sequence[Step]) -> bool:
    """Tell whether *shown* may be *known* with parts removed.

    Args:
        shown: The steps of a request before one of its messages.
        known: The steps before an answer, when it arrived.

    Returns:
        Whether *shown* is a subsequence of *known*, with results that are whole or visibly
        truncated.
    """
    return _is_part(shown, known, _agrees)


def resembles(shown: Sequence[Step], known: Sequence[Step], *, by_results: bool) -> bool:
    """Tell whether both may be parts of one conversation, less strictly than `fits`.

    Args:
        shown: The steps of a request before one of its messages.
        known: The known steps before an answer.
        by_results: Whether different results rule it out.
    """
    agrees = _agrees if by_results else _says_the_same
    return _is_part(shown, known, agrees) or _is_part(known, shown, agrees)


def _is_part(
    part: Sequence[Step], whole: Sequence[Step], agrees: Callable[[Step, Step], bool]
) -> bool:
    left = iter(reversed(whole))
    return all(any(agrees(step, other) for other in left) for step in reversed(part))


def _says_the_same(one: Step, other: Step) -> bool:
    return one.said == other.said


def _digest(value: object, key: bytes) -> int:
    """Return a keyed hash of *value*, any JSON data."""
    return int.from_bytes(blake2b(_dump(value).encode(), digest_size=8, key=key).digest())


def _agrees(shown: Step, known: Step) -> bool:
    if shown.said != known.said or len(shown.results) != len(known.results):
        return False
    return shown.results == known.results or all(
        mine.said == theirs.said or _is_cut(mine, theirs)
        for mine, theirs in zip(shown.results, known.results, strict=True)
    )


def _is_cut(shown: Result, known: Result) -> bool:
    """Tell whether *shown* is *known* truncated by a framework: its start, or a placeholder."""
    if shown.length <= _LONGEST_MARK and _PLACEHOLDER.fullmatch(shown.head):
        return True
    same = 0
    for mine, theirs in zip(shown.head, known.head, strict=False):
        if mine != theirs:
            break
        same += 1
    rest = shown.head[same:]
    if not rest:
        return shown.length < known.length
    return same > 0 and shown.length < known.length + _LONGEST_MARK and bool(_MARK.match(rest))


# Placeholders for a cleared result, and marks of truncation.
_WORDS: Final = (
    r"(?:truncat|omit|cleared|clearing|elid|remov|snip|cut|short|redact|compact|prun|collaps|trim|expired"
    r"|no longer|too long|省略|截断|清除|删除)"
)
_PLACEHOLDER: Final = re.compile(
    rf"[\W_]*|(?i:n/?a|none|null)|(?is:(?=\W|old |tool |result|content|output).*{_WORDS}.*)"
)
_MARK: Final = re.compile(rf"(?is).{{0,40}}(?:\.\.|…|{_WORDS})")

# Numbers that only state the date or time, in the forms of most prompts; a prompt that changes
# in any other way is another prompt.
_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_CLOCK: Final = re.compile(
    r"(?ix)(?<![\w.])(?:"
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2} | \d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"| 20\d{6}(?:T?\d{4,6}Z?)? | 1\d{9}(?:\d{3})?(?:\.\d+)?"
    rf"| (?:\d{{1,2}}(?:st|nd|rd|th)?[ ,]+(?:of[ ]+)?)?(?:{_MONTHS})\b\.?"
    r"  (?:[ ,]+\d{1,2}(?:st|nd|rd|th)?\b(?!:))?(?:[ ,]+\d{4}\b)?"
    r"| (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"| \d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)? | \d{1,2}(?=[ ]?[ap]\.?m\b)"
    r")(?:T(?=\d))?(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?"
    r"(?:Z\b|[ ]?[ap]\.?m\b|[+-]\d{2}:?\d{2})?"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}[时點点]\d{1,2}分(?:\d{1,2}秒)?"
    r"|(?:星期|周)[一二三四五六日天]|上午|下午"
)


def _result(message: _Message, key: bytes) -> Result:
    content = _content(message.get("content"))
    text = content if isinstance(content, str) else _dump(content)
    return Result(_digest(text, key), text[:_HEAD], len(text))


def _content(content: object) -> object:
    if isinstance(content, list):
        parts = cast("list[object]", content)
        texts = [_text(part) for part in parts]
        content = "".join(cast("list[str]", texts)) if None not in texts else parts
    return content.strip() if isinstance(content, str) else content or ""


def _text(part: object) -> object:
    fields = _fields(part)
    is_text = fields.get("type") == "text" and isinstance(fields.get("text"), str)
    return fields["text"] if is_text else None


def _fields(value: object) -> _Message:
    return cast("_Message", value) if isinstance(value, Mapping) else {}


def _calls(message: _Message) -> list[_Message]:
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or message.get("role") != "assistant":
        return []
    return [
        cast("_Message", call) if isinstance(call, Mapping) else {"odd": call}
        for call in cast("list[object]", calls)
    ]


def _call(call: _Message) -> object:
    function = call.get("function")
    if not isinstance(function, Mapping):
        return {name: value for name, value in call.items() if name not in {"id", "index"}}
    named = cast("_Message", function)
    return [named.get("name"), _arguments(named.get("arguments"))]


def _arguments(arguments: object) -> object:
    # Frameworks parse and reserialise the JSON, with other blanks and key order.
    if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
        return {}
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments, parse_float=_number)
    except (ValueError, RecursionError):
        return arguments


def _number(text: str) -> float | int:
    # Some languages print 1.0 as 1.
    value = float(text)
    return int(value) if value.is_integer() else value


def _dump(value: Any) -> str:  # noqa: ANN401  # anything a caller may send
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return json.dumps(value, sort_keys=True, default=repr, separators=(",", ":"))
