"""What a gateway's refusals teach about a model, beside what the catalog knows.

Source of the texts: facts/kimi.md section 3.2. A gateway may rewrap them, so the text decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from agentsflare_kimi.models.catalog import KimiModel, find_model
from agentsflare_kimi.models.changes import Change
from agentsflare_kimi.models.migration import adapt
from agentsflare_kimi.models.rules import (
    ABSENT,
    has_rule,
    missing_reasoning,
    thinking_type,
    tool_choice_kind,
)

__all__ = ["Lesson", "adapt_refused", "apply_lessons", "lasting_lessons", "read_lessons"]


class Lesson(NamedTuple):
    """One thing that a gateway was seen to refuse.

    Attributes:
        parameter: The top-level parameter, or `reasoning_content`, that it is about.
        named: The only value that is accepted; for `tool_choice` the kind that is refused.
    """

    parameter: str
    named: str


_PINNED: Final = ("temperature", "top_p", "n", "presence_penalty", "frequency_penalty")
_SAMPLING: Final = (*_PINNED, "logprobs")
_TEXTS: Final = (
    re.compile(rf"invalid ({'|'.join(_SAMPLING)}): only (\S+) is allowed"),
    re.compile(r"invalid (thinking): only (?:type=)?(\w+) is allowed"),
    re.compile(r"(tool_choice) '(\w+)' is incompatible with thinking"),
    re.compile(r"(reasoning_content) is missing()"),
)


def read_lessons(text: str) -> tuple[Lesson, ...]:
    """Read from the *text* of an error what was refused; empty for any other error."""
    found = (match.groups() for pattern in _TEXTS for match in pattern.finditer(text))
    return tuple(
        Lesson(parameter=parameter, named=named) for parameter, named in dict.fromkeys(found)
    )


def adapt_refused(body: Mapping[str, object], lessons: Iterable[Lesson]) -> tuple[Change, ...]:
    """Change what the gateway refused in *body*, and what it is sure to refuse next.

    Args:
        body: The chat-completions body that was refused; never changed.
        lessons: What the gateway said of it.

    Returns:
        The changes; none where what was refused is not in the body.
    """
    model = _described(body)
    changes = adapt(body, model) if model else ()
    for lesson in lessons:
        changes = _together(changes, _changes(body, lesson))
        if model is None and lesson.parameter in _PINNED:
            # A model that pins one of them pins them all.
            changes = _together(changes, _left_out(body, _PINNED))
    return changes


def apply_lessons(body: Mapping[str, object], lessons: Iterable[Lesson]) -> tuple[Change, ...]:
    """Change in a further *body* what is known to be refused.

    Args:
        body: A chat-completions body; never changed.
        lessons: What was learned about its model.

    Returns:
        The changes: the catalog's where it has a rule, the lessons' for the rest.
    """
    model = _described(body)
    changes = adapt(body, model) if model else ()
    for lesson in lessons:
        if _still_holds(body, model, lesson):
            changes = _together(changes, _changes(body, lesson))
    return changes


def lasting_lessons(body: Mapping[str, object], lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """Leave out what was refused of *body* for a reason of its own, not of the model's.

    A model that pins nothing may still refuse one value in one place, as moonshot-v1 does with
    `n` near temperature 0.
    """
    model = _described(body)
    is_free = model and not (model.fixed_while_thinking or model.fixed_without_thinking)
    return tuple(each for each in lessons if not (is_free and each.parameter in _SAMPLING))


def _described(body: Mapping[str, object]) -> KimiModel | None:
    model = find_model(body.get("model"))
    # What the examples' name stands for is not known.
    return None if model and model.status == "example" else model


def _still_holds(body: Mapping[str, object], model: KimiModel | None, lesson: Lesson) -> bool:
    if model and has_rule(model, lesson.parameter):
        return False
    return lesson.parameter != "tool_choice" or thinking_type(body) != "disabled"


def _together(changes: tuple[Change, ...], more: Iterable[Change]) -> tuple[Change, ...]:
    done = {change.parameter for change in changes}
    return (*changes, *(change for change in more if change.parameter not in done))


def _changes(body: Mapping[str, object], lesson: Lesson) -> Iterator[Change]:
    if lesson.parameter == "reasoning_content":
        yield from _empty_reasoning(body)
    elif _is_refused(body, lesson):
        yield from _left_out(body, [lesson.parameter])


def _is_refused(body: Mapping[str, object], lesson: Lesson) -> bool:
    if lesson.parameter == "tool_choice":
        return tool_choice_kind(body.get("tool_choice")) == lesson.named
    if lesson.parameter == "thinking":
        return thinking_type(body) != lesson.named
    return body.get(lesson.parameter) != _meant(lesson.named)


def _meant(named: str) -> object:
    try:
        return json.loads(named)
    except ValueError:
        return named


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


def _empty_reasoning(body: Mapping[str, object]) -> Iterator[Change]:
    for index in missing_reasoning(body):
        yield Change(
            parameter=f"messages[{index}].reasoning_content",
            before=ABSENT,
            after="",
            reason="the gateway asks for it while thinking is on",
        )
