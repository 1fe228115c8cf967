"""Learns from a gateway's refusals what a model rejects, beyond what the catalog knows.

Source of the texts: facts/kimi.md section 3.2. Gateways rewrap errors, so only the text counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from agentsflare_kimi.models.catalog import Catalog, KimiModel, catalog
from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.lessons import Lesson
from agentsflare_kimi.models.migration import adapt
from agentsflare_kimi.models.rules import (
    ABSENT,
    has_rule,
    missing_reasoning,
    thinking_type,
    tool_choice_kind,
)
from agentsflare_kimi.reading.lenient import as_list, as_mapping

__all__ = [
    "Circumstances",
    "adapt_refused",
    "apply_lessons",
    "lasting_lessons",
    "read_lessons",
]


class Circumstances(NamedTuple):
    """What an adaptation depends on, besides the body and its model.

    Attributes:
        on_forced_tool: The setting of that name.
        is_chat: Whether the body is one of `/chat/completions`; else only the parameters that
            a model pins can be adapted.
        models: The models in force; those of `catalog()` if None.
    """

    on_forced_tool: str = "disable_thinking"
    is_chat: bool = True
    models: Catalog | None = None


_PINNED: Final = ("temperature", "top_p", "n", "presence_penalty", "frequency_penalty")
_SAMPLING: Final = (*_PINNED, "logprobs")
# Some upstreams treat "" as missing. Source: https://github.com/earendil-works/pi/pull/4178
_BLANK: Final = Lesson(parameter="reasoning_content", named=" ")
_DEVELOPER: Final = Lesson(parameter="role", named="developer")
_TEXTS: Final = (
    re.compile(rf"invalid ({'|'.join(_SAMPLING)}): only (\S+) is allowed"),
    re.compile(r"invalid (thinking): only (?:type=)?(\w+) is allowed"),
    re.compile(r"(tool_choice) '(\w+)' is incompatible with thinking"),
    re.compile(r"(reasoning_content) is missing()"),
    # zod and the AI SDK send it. Source: https://github.com/vercel/ai/pull/18921
    re.compile(r"(response_format)\.json_schema is not [^<]*<[^>]*keywords: [^>]*?(\$schema)"),
)
# Sources: https://github.com/earendil-works/pi/pull/8109 (Kimi's own words),
# https://github.com/openclaw/openclaw/pull/22194, https://github.com/QuantumNous/new-api/issues/5330
_DEVELOPER_TEXTS: Final = re.compile(
    r"\brole\b.{0,40}\bdeveloper\b|\bdeveloper\b.{0,40}\brole\b|ROLE_UNSPECIFIED"
    r"|unknown variant `developer`|unexpected message role|input should be 'system'"
    r"|(?:invalid|unsupported) value\W{1,4}developer\b",
    re.IGNORECASE | re.DOTALL,
)


def read_lessons(text: str) -> tuple[Lesson, ...]:
    """Parse the lessons in an error's *text*; empty for any other error."""
    found = (match.groups() for pattern in _TEXTS for match in pattern.finditer(text))
    lessons = [
        Lesson(parameter=parameter, named=named) for parameter, named in dict.fromkeys(found)
    ]
    return (*lessons, _DEVELOPER) if _DEVELOPER_TEXTS.search(text) else tuple(lessons)


def adapt_refused(
    body: Mapping[str, object],
    lessons: Iterable[Lesson],
    circumstances: Circumstances = Circumstances(),  # noqa: B008  # immutable
) -> tuple[Change, ...]:
    """Change what the gateway refused in *body*, and what it is sure to refuse next.

    Args:
        body: The body that was refused; never changed.
        lessons: What this refusal taught, and earlier lessons about the model.
        circumstances: What else the changes depend on.

    Returns:
        The changes; none if the body lacks what was refused.
    """
    model = _described(body, circumstances)
    changes = _adapted(body, model, circumstances)
    known = tuple(lessons)
    must_think = _must_think(model, known)
    for lesson in known:
        changes = _together(changes, _changes(body, lesson, circumstances, must_think=must_think))
        if model is None and lesson.parameter in _PINNED:
            # A model that pins one of them pins them all.
            changes = _together(changes, _left_out(body, _PINNED))
    return _filled(body, changes, known)


def apply_lessons(
    body: Mapping[str, object],
    lessons: Iterable[Lesson],
    circumstances: Circumstances = Circumstances(),  # noqa: B008  # immutable
) -> tuple[Change, ...]:
    """Change what is known to be refused in a later *body*.

    Args:
        body: The body; never changed.
        lessons: What was learned about its model.
        circumstances: What else the changes depend on.

    Returns:
        The changes: the catalog's where it has a rule, the lessons' for the rest.
    """
    model = _described(body, circumstances)
    changes = _adapted(body, model, circumstances)
    known = tuple(lessons)
    must_think = _must_think(model, known)
    for lesson in known:
        if _still_holds(body, model, lesson):
            more = _changes(body, lesson, circumstances, must_think=must_think)
            changes = _together(changes, more)
    return _filled(body, changes, known)


def lasting_lessons(
    body: Mapping[str, object],
    lessons: Iterable[Lesson],
    circumstances: Circumstances = Circumstances(),  # noqa: B008  # immutable
) -> tuple[Lesson, ...]:
    """Return the *lessons* that hold for the model of *body*, not only for this request.

    A model that pins nothing may still refuse one combination, as moonshot-v1 refuses `n` near
    temperature 0. If empty reasoning is refused as missing, the lesson is to send a blank.
    """
    model = _described(body, circumstances)
    is_free = model and not (model.fixed_while_thinking or model.fixed_without_thinking)
    kept = [each for each in lessons if not (is_free and each.parameter in _SAMPLING)]
    is_missing = any(lesson.parameter == "reasoning_content" for lesson in kept)
    if is_missing and not any(missing_reasoning(body)):
        kept.append(_BLANK)
    return tuple(kept)


def _adapted(
    body: Mapping[str, object], model: KimiModel | None, circumstances: Circumstances
) -> tuple[Change, ...]:
    if model is None:
        return ()
    on_forced_tool, is_chat, _ = circumstances
    return adapt(body, model, on_forced_tool=on_forced_tool, is_chat=is_chat)


def _described(body: Mapping[str, object], circumstances: Circumstances) -> KimiModel | None:
    model = (circumstances.models or catalog()).find(body.get("model"))
    # A name from the gateway's examples stands for no known model.
    return None if model and model.status == "example" else model


def _still_holds(body: Mapping[str, object], model: KimiModel | None, lesson: Lesson) -> bool:
    if model and has_rule(model, lesson.parameter):
        return False
    return lesson.parameter != "tool_choice" or thinking_type(body) != "disabled"


def _together(changes: tuple[Change, ...], more: Iterable[Change]) -> tuple[Change, ...]:
    done = {change.parameter.partition(".")[0] for change in changes}
    return (*changes, *(each for each in more if each.parameter.partition(".")[0] not in done))


def _must_think(model: KimiModel | None, known: Sequence[Lesson]) -> bool:
    is_told = any(lesson.parameter == "thinking" for lesson in known)
    return is_told or (model is not None and model.thinking != "switchable")


def _changes(
    body: Mapping[str, object], lesson: Lesson, circumstances: Circumstances, *, must_think: bool
) -> Iterator[Change]:
    if lesson.parameter == "reasoning_content":
        yield from _empty_reasoning(body)
    elif lesson.parameter == "role":
        yield from _system_messages(body)
    elif lesson.parameter == "response_format":
        yield from _schema_without(body, lesson.named)
    elif lesson.parameter == "tool_choice":
        if tool_choice_kind(body.get("tool_choice")) == lesson.named:
            yield from _unforced(body, circumstances, must_think=must_think)
    elif _is_refused(body, lesson):
        yield from _left_out(body, [lesson.parameter])


def _is_refused(body: Mapping[str, object], lesson: Lesson) -> bool:
    if lesson.parameter == "thinking":
        return thinking_type(body) != lesson.named
    return body.get(lesson.parameter) != _meant(lesson.named)


def _meant(named: str) -> object:
    try:
        return json.loads(named)
    except ValueError:
        return named


def _unforced(
    body: Mapping[str, object], circumstances: Circumstances, *, must_think: bool
) -> Iterator[Change]:
    is_off = thinking_type(body) == "disabled"
    may_switch = circumstances.is_chat and circumstances.on_forced_tool == "disable_thinking"
    if may_switch and not must_think and not is_off:
        yield Change(
            parameter="thinking",
            before=body.get("thinking", ABSENT),
            after={"type": "disabled"},
            reason="tool_choice forces a call, which the gateway accepts only with thinking off",
            is_lossy=thinking_type(body) == "enabled",
        )
    elif circumstances.on_forced_tool != "error":
        yield from _left_out(body, ["tool_choice"])


def _left_out(body: Mapping[str, object], parameters: Iterable[str]) -> Iterator[Change]:
    for parameter in parameters:
        # A JSON null is an absent parameter.
        if body.get(parameter) is not None:
            yield Change(
                parameter=parameter,
                before=body[parameter],
                after=ABSENT,
                reason="the gateway rejected it for this model",
                is_lossy=True,
            )


def _system_messages(body: Mapping[str, object]) -> Iterator[Change]:
    for index, message in enumerate(_messages(body)):
        if message.get("role") == "developer":
            yield Change(
                parameter=f"messages[{index}].role",
                before="developer",
                after="system",
                reason="the gateway does not know this role",
            )


def _schema_without(body: Mapping[str, object], keyword: str) -> Iterator[Change]:
    wanted = as_mapping(as_mapping(body.get("response_format")).get("json_schema"))
    schema = as_mapping(wanted.get("schema"))
    if keyword in schema:
        yield Change(
            parameter=f"response_format.json_schema.schema.{keyword}",
            before=schema[keyword],
            after=ABSENT,
            reason="the gateway does not know this keyword, which does not constrain the answer",
        )


def _empty_reasoning(body: Mapping[str, object]) -> Iterator[Change]:
    for index in missing_reasoning(body):
        yield _reasoning(index, ABSENT, "")


def _filled(
    body: Mapping[str, object], changes: tuple[Change, ...], known: Sequence[Lesson]
) -> tuple[Change, ...]:
    """Report missing reasoning as lost, and send "" or the blank that the gateway requires."""
    filler = " " if _BLANK in known else ""
    planned, was = _messages(apply_changes(body, changes)), _messages(body)
    lost = {
        f"messages[{index}].reasoning_content": _reasoning(index, before, filler)
        for index, message in enumerate(planned)
        if message.get("tool_calls") and message.get("reasoning_content") == ""
        # Reasoning sent empty is changed only if the gateway requires a blank.
        if (before := was[index].get("reasoning_content", ABSENT)) != "" or filler
    }
    return (*(change for change in changes if change.parameter not in lost), *lost.values())


def _reasoning(index: int, before: object, filler: str) -> Change:
    shown = "a blank" if filler else "empty reasoning"
    return Change(
        parameter=f"messages[{index}].reasoning_content",
        before=before,
        after=filler,
        reason=f"the reasoning behind this call is not known, and the gateway requires {shown}",
        is_lossy=True,
    )


def _messages(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [*map(as_mapping, as_list(body.get("messages")))]
