"""Deterministic answers: the same request always gets the same answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from agentsflare_kimi.emulator.json_mode import described_object, wants_code_block
from agentsflare_kimi.emulator.sample import sample
from agentsflare_kimi.emulator.tokens import split_tokens
from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string, message_text

__all__ = ["Answer", "ToolCall", "compose", "limit", "read_answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call of a function; `arguments` is JSON text, as on the wire."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The model's answer in one choice; reasoning is None if it does not think."""

    content: str = ""
    reasoning: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"


_GREETING: Final = re.compile(r"\s*(hi|hello|hey|you are a)\b", re.IGNORECASE)
_WELCOME: Final = "Hello! How can I help you today?"
_EXCERPT: Final = 120

# Longer than the budget of 100 tokens that the page's examples ask for: with thinking on such
# a budget leaves nothing for the answer, at the upstream as here (facts/kimi.md section 4.1).
_REASONING: Final = (
    "These lines stand for the reasoning of the model. They come before the answer, they are "
    "billed as output, and they count against max_tokens together with it. A request that asks "
    "for a small budget while thinking is on gets them and nothing else: an empty answer whose "
    "finish reason is length. The upstream advises a budget of sixteen thousand tokens or more; "
    "a program that wants a short and quick answer switches thinking off instead. In a loop "
    "with tools these lines belong to the message that holds the calls, and they have to be "
    "sent back with it, since the next turn is rejected without them. Now to the answer itself."
)


def compose(body: Mapping[str, object], *, thinking: bool, tool_rounds: int = 1) -> Answer:
    """Generate the answer to a chat-completions body.

    Args:
        body: The request; it determines every word of the answer.
        thinking: Whether the model thinks before it answers.
        tool_rounds: How many times a tool is called before the answer to each user message.
    """
    reasoning = _reasoning(body) if thinking else None
    if call := _tool_call(body, tool_rounds):
        return Answer(reasoning=reasoning, tool_calls=(call,), finish_reason="tool_calls")
    return Answer(content=_content(body), reasoning=reasoning)


def limit(answer: Answer, body: Mapping[str, object]) -> Answer:
    """Apply `stop` and the token budget; reasoning uses the budget first.

    Source: facts/kimi.md sections 3.3 and 3.6.
    """
    answer = replace(answer, content=_until_stop(answer.content, body.get("stop")))
    budget = body.get("max_completion_tokens") or body.get("max_tokens")
    if not isinstance(budget, int):
        return answer
    reasoning = split_tokens(answer.reasoning or "")
    content = split_tokens(answer.content)
    called = [token for call in answer.tool_calls for token in split_tokens(call.arguments)]
    if len(reasoning) + len(content) + len(called) <= budget:
        return answer
    return Answer(
        content="".join(content[: max(0, budget - len(reasoning))]),
        reasoning=None if answer.reasoning is None else "".join(reasoning[:budget]),
        finish_reason="length",
    )


def read_answer(value: object) -> Answer:
    """Parse an answer that a user wrote: a text, or a message as in a completion.

    Args:
        value: Text; or a mapping with `content`, `reasoning_content`, `tool_calls` and
            `finish_reason`, each optional. Arguments of tools may be text or an object.

    Raises:
        TypeError: The value is neither text nor a mapping.
    """
    if isinstance(value, str):
        return Answer(content=value)
    message = as_mapping(value)
    if not isinstance(value, Mapping):
        kind = type(value).__name__
        raise TypeError(f"an answer is a text, a message or a completion, not {kind}: {value!r}")
    calls = as_list(message.get("tool_calls"))
    reasoning = message.get("reasoning_content")
    return Answer(
        content=message_text(message),
        reasoning=reasoning if isinstance(reasoning, str) else None,
        tool_calls=tuple(_read_call(as_mapping(call), index) for index, call in enumerate(calls)),
        finish_reason=as_string(message.get("finish_reason"))
        or ("tool_calls" if calls else "stop"),
    )


def _read_call(call: Mapping[str, object], index: int) -> ToolCall:
    function = as_mapping(call.get("function")) or call
    name, arguments = as_string(function.get("name")), function.get("arguments", {})
    return ToolCall(
        id=as_string(call.get("id")) or f"functions.{name}:{index}",
        name=name,
        arguments=arguments if isinstance(arguments, str) else json.dumps(arguments),
    )


def _content(body: Mapping[str, object]) -> str:
    wanted = as_mapping(body.get("response_format"))
    text = _text(body)
    match wanted.get("type"):
        case "json_object":
            text = json.dumps(described_object(body) or {"answer": text}, ensure_ascii=False)
        case "json_schema":
            schema = as_mapping(wanted.get("json_schema")).get("schema")
            text = json.dumps(sample(schema), ensure_ascii=False)
        case _ if wants_code_block(body) and (described := described_object(body)):
            text = f"```json\n{json.dumps(described, ensure_ascii=False)}\n```"
        case _:
            pass
    return text.removeprefix(_begun(body))


def _begun(body: Mapping[str, object]) -> str:
    """Return the start of the answer that the request holds (a prefill); it is not repeated."""
    messages = as_list(body.get("messages"))
    last = as_mapping(messages[-1] if messages else None)
    return message_text(last) if last.get("partial") is True else ""


def _text(body: Mapping[str, object]) -> str:
    messages = as_list(body.get("messages"))
    last = as_mapping(messages[-1] if messages else None)
    if last.get("role") == "tool":
        return f"The tool answered: {_excerpt(message_text(last))}"
    question = _last_of(messages, "user")
    if images := _count_images(question):
        return f"I was given {images} image{'s' if images > 1 else ''}; this is the emulator."
    asked = message_text(question)
    if not asked or _GREETING.match(asked):
        return _WELCOME
    return f'This is the emulator\'s answer to "{_excerpt(asked)}".'


def _reasoning(body: Mapping[str, object]) -> str:
    asked = message_text(_last_of(as_list(body.get("messages")), "user"))
    return f'The user wrote "{_excerpt(asked)}". {_REASONING}'


def _tool_call(body: Mapping[str, object], tool_rounds: int) -> ToolCall | None:
    tools = [as_mapping(as_mapping(tool).get("function")) for tool in as_list(body.get("tools"))]
    if not tools or body.get("tool_choice") == "none":
        return None
    messages = [as_mapping(message) for message in as_list(body.get("messages"))]
    turn = _since_user(messages)
    is_due = sum(bool(message.get("tool_calls")) for message in turn) < tool_rounds
    function = _chosen_tool(tools, body.get("tool_choice"), _called(turn), is_due=is_due)
    if function is None:
        return None
    name = as_string(function.get("name"))
    earlier = sum(len(as_list(message.get("tool_calls"))) for message in messages)
    # The K2 family numbers the calls of a conversation: facts/kimi.md section 3.5.
    arguments = json.dumps(sample(function.get("parameters", {"type": "object"})))
    return ToolCall(id=f"functions.{name}:{earlier}", name=name, arguments=arguments)


def _chosen_tool(
    tools: list[Mapping[str, object]], choice: object, called: set[str], *, is_due: bool
) -> Mapping[str, object] | None:
    """Choose the tool to call; None to answer instead.

    A forced choice calls a tool that was not called since the last user message, and answers
    once there is none, so that agents that end by calling a certain tool terminate.
    """
    name = as_string(as_mapping(as_mapping(choice).get("function")).get("name"))
    if choice == "required" or name:
        candidates = [tool for tool in tools if not name or tool.get("name") == name]
        return next((tool for tool in candidates if tool.get("name") not in called), None)
    return tools[0] if is_due else None


def _since_user(messages: list[Mapping[str, object]]) -> list[Mapping[str, object]]:
    last = max((i for i, each in enumerate(messages) if each.get("role") == "user"), default=-1)
    return messages[last + 1 :]


def _called(messages: list[Mapping[str, object]]) -> set[str]:
    calls = [as_mapping(call) for each in messages for call in as_list(each.get("tool_calls"))]
    return {as_string(as_mapping(call.get("function")).get("name")) for call in calls}


def _last_of(messages: object, role: str) -> Mapping[str, object]:
    found = [m for m in map(as_mapping, as_list(messages)) if m.get("role") == role]
    return found[-1] if found else {}


def _count_images(message: Mapping[str, object]) -> int:
    parts = [as_mapping(part) for part in as_list(message.get("content"))]
    return sum(part.get("type") == "image_url" for part in parts)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…"


def _until_stop(text: str, stop: object) -> str:
    endings = [stop] if isinstance(stop, str) else [as_string(item) for item in as_list(stop)]
    for ending in filter(None, endings):
        text = text.partition(ending)[0]
    return text
