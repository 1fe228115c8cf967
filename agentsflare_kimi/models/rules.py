"""What a model rejects in a chat-completions body, in the upstream's own words.

One function serves three: the migration repairs what it finds, the linter reports it, and the
emulator replies with its text. Source of rules and texts: facts/kimi.md sections 3.2 to 3.5,
after https://platform.kimi.ai/docs/api/models-overview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple, cast
from agentsflare_kimi.models.catalog import KimiModel, find_model

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "ABSENT",
    "Absent",
    "Rejection",
    "find_rejections",
    "forced_tool",
    "has_rule",
    "is_thinking",
    "lacks_reasoning",
    "missing_reasoning",
    "thinking_type",
    "tool_choice_kind",
]


class Absent(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    __str__ = __repr__


ABSENT: Final = Absent.ABSENT
"""Stands for a parameter that is not in the request; None would be a JSON null."""


class Rejection(NamedTuple):
    """One thing in a request that its model answers with HTTP 400.

    Attributes:
        parameter: Dotted path, such as `temperature` or `messages[3].reasoning_content`.
        value: What the request has there; `ABSENT` where something is missing.
        allowed: The value that is accepted.
        repair: What to put there instead; `ABSENT` to leave the parameter out.
        message: The upstream's error text.
        loss: What the caller loses by the repair; empty if nothing.
    """

    parameter: str
    value: object
    allowed: object
    repair: object
    message: str
    loss: str = ""


def is_thinking(body: Mapping[str, object], model: KimiModel) -> bool:
    """Tell whether *model* thinks before it answers *body*.

    Args:
        body: A chat-completions body.
        model: The model that it goes to.

    Returns:
        True unless the model never thinks or the body switches thinking off.
    """
    if model.thinking == "switchable":
        return thinking_type(body) != "disabled"
    return model.thinking == "always"


def find_rejections(
    body: Mapping[str, object], model: KimiModel | None = None, *, is_chat: bool = True
) -> tuple[Rejection, ...]:
    """Find everything in *body* that its model would answer with HTTP 400.

    Args:
        body: A chat-completions body; never changed.
        model: The model to judge by; by default the one that the body names.
        is_chat: False for a body of `/completions` or `/responses`, in which only the pinned
            parameters are checked.

    Returns:
        The rejections in the order in which the upstream is assumed to check; empty for a
        model that the catalog does not know.
    """
    model = model or find_model(body.get("model"))
    if model is None:
        return ()
    thinks = is_thinking(body, model)
    if not is_chat:
        return tuple(_fixed(body, model, thinks))
    found: list[Rejection] = [*_roles(body), *_thinking_switch(body, model)]
    found += _fixed(body, model, thinks)
    if thinks:
        found += [*_tool_choice(body, model), *_reasoning_content(body, model)]
    return tuple(found)


def has_rule(model: KimiModel, parameter: str) -> bool:
    """Tell whether the catalog says which values of *parameter* the *model* rejects."""
    if parameter == "thinking":
        return model.rejects_disabled_thinking
    if parameter == "tool_choice":
        return bool(model.tool_choice_rejected)
    return parameter in dict(model.fixed_while_thinking + model.fixed_without_thinking)


def thinking_type(body: Mapping[str, object]) -> object:
    """Return `thinking.type` of *body*; None if it is not set."""
    thinking = body.get("thinking")
    return cast("Mapping[str, object]", thinking).get("type") if _is_mapping(thinking) else None


def _roles(body: Mapping[str, object]) -> Iterator[Rejection]:
    # Source of the text: https://github.com/earendil-works/pi/pull/8109; of the roles:
    # facts/kimi.md section 3.6.
    for index, message in enumerate(_messages(body)):
        if _is_mapping(message):
            role = cast("Mapping[str, object]", message).get("role")
            if role == "developer":
                yield Rejection(
                    parameter=f"messages[{index}].role",
                    value=role,
                    allowed="system",
                    repair="system",
                    message="role 'developer' is not allowed",
                )


def _thinking_switch(body: Mapping[str, object], model: KimiModel) -> Iterator[Rejection]:
    if model.rejects_disabled_thinking and thinking_type(body) == "disabled":
        yield Rejection(
            parameter="thinking",
            value=body["thinking"],
            allowed={"type": "enabled"},
            repair=ABSENT,
            message="invalid thinking: only type=enabled is allowed for this model",
            loss=f"{model.id} thinks anyway",
        )


def _fixed(body: Mapping[str, object], model: KimiModel, thinks: bool) -> Iterator[Rejection]:  # noqa: FBT001  # private
    for parameter, allowed in model.fixed_parameters(thinks).items():
        value = body.get(parameter)
        # A JSON null is an absent parameter; the fixed value itself is accepted.
        if value is not None and value != allowed:
            shown = "false" if parameter == "logprobs" else f"{allowed:g}"
            yield Rejection(
                parameter=parameter,
                value=value,
                allowed=allowed,
                repair=ABSENT,
                message=f"invalid {parameter}: only {shown} is allowed for this model",
                loss=_LOSSES[parameter].format(model=model.id, allowed=shown),
            )


_LOSSES: Final[Mapping[str, str]] = {
    "temperature": "{model} samples at temperature {allowed}, whatever the request says",
    "top_p": "{model} samples with top_p {allowed}, whatever the request says",
    "n": "only one answer comes back; send the request again for each additional one",
    "presence_penalty": "{model} applies no presence penalty",
    "frequency_penalty": "{model} applies no frequency penalty",
    "logprobs": "{model} returns no log probabilities",
}


def tool_choice_kind(tool_choice: object) -> Literal["required", "specified"] | None:
    """Tell how *tool_choice* forces a call: any (`required`), one (`specified`), or not."""
    if tool_choice == "required":
        return "required"
    return "specified" if _is_mapping(tool_choice) else None


def forced_tool(
    body: Mapping[str, object], model: KimiModel
) -> Literal["required", "specified"] | None:
    """Tell how *body* forces a tool call that *model* rejects because it would think."""
    kind = tool_choice_kind(body.get("tool_choice"))
    return kind if kind in model.tool_choice_rejected and is_thinking(body, model) else None


def _tool_choice(body: Mapping[str, object], model: KimiModel) -> Iterator[Rejection]:
    kind = forced_tool(body, model)
    if kind:
        yield Rejection(
            parameter="tool_choice",
            value=body["tool_choice"],
            allowed="auto",
            repair="auto",
            message=f"tool_choice '{kind}' is incompatible with thinking enabled",
            loss="the model may answer without calling the tool",
        )


def _reasoning_content(body: Mapping[str, object], model: KimiModel) -> Iterator[Rejection]:
    if not model.needs_reasoning_content:
        return
    for index in missing_reasoning(body):
        yield Rejection(
            parameter=f"messages[{index}].reasoning_content",
            value=ABSENT,
            # The API only checks that the field is there: Moonshot's own client sends "".
            allowed="",
            repair="",
            message=(
                "thinking is enabled but reasoning_content is missing in assistant tool "
                f"call message at index {index}"
            ),
        )


def missing_reasoning(body: Mapping[str, object]) -> Iterator[int]:
    """Yield the index of each message of *body* for which `lacks_reasoning` holds."""
    for index, message in enumerate(_messages(body)):
        if lacks_reasoning(message):
            yield index


def _messages(body: Mapping[str, object]) -> Sequence[object]:
    messages = body.get("messages")
    is_list = isinstance(messages, Sequence) and not isinstance(messages, str | bytes)
    return cast("Sequence[object]", messages) if is_list else ()


def lacks_reasoning(message: object) -> bool:
    """Tell whether *message* is an assistant's tool call that lost its `reasoning_content`."""
    if not _is_mapping(message):
        return False
    fields = cast("Mapping[str, object]", message)
    return (
        bool(fields.get("tool_calls"))
        and fields.get("role") == "assistant"
        and fields.get("reasoning_content") is None
    )


def _is_mapping(value: object) -> bool:
    # Most values are exact dicts, and the check against the ABC takes ten times as long.
    return type(value) is dict or isinstance(value, Mapping)
