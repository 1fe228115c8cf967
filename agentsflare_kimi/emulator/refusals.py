"""What is refused before a model answers: the request's own faults, in the upstream's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from agentsflare_kimi.emulator.reading import as_items, as_mapping, as_text
from agentsflare_kimi.emulator.tokens import count_prompt
from agentsflare_kimi.emulator.wire import Reply, json_reply, moonshot_error
from agentsflare_kimi.models.catalog import KimiModel
from agentsflare_kimi.models.rules import find_rejections

__all__ = ["find_refusal"]


_MOST_CHOICES: Final = 5


def find_refusal(
    body: Mapping[str, object], model: KimiModel | None, *, strict: bool
) -> Reply | None:
    """Give the 400 that *body* deserves, or None.

    Args:
        body: A chat-completions body, its model known to the gateway.
        model: The catalog's entry; None for a name that only the emulator's user knows.
        strict: Whether the model's own rules are enforced.
    """
    messages = list(_strictly(body, model)) if strict and model else []
    messages += [message for check in _CHECKS for message in check(body)]
    messages += _too_long(body, model)
    if not messages:
        return None
    return json_reply(400, moonshot_error("invalid_request_error", messages[0]))


def _strictly(body: Mapping[str, object], model: KimiModel) -> Iterator[str]:
    for rejection in find_rejections(body, model):
        yield rejection.message
    yield from _unknown_calls(body)


def _malformed(body: Mapping[str, object]) -> Iterator[str]:
    messages = as_items(body.get("messages"))
    if not messages:
        yield "Invalid request: messages must not be empty"
    for index, message in enumerate(messages):
        fields = as_mapping(message)
        is_assistant = fields.get("role") == "assistant"
        if is_assistant and not any(fields.get(key) for key in ("content", "tool_calls")):
            # Source: facts/kimi.md section 3.2.
            yield f"the message at position {index} with role 'assistant' must not be empty"


def _unknown_calls(body: Mapping[str, object]) -> Iterator[str]:
    known: set[object] = set()
    for message in map(as_mapping, as_items(body.get("messages"))):
        known.update(as_text(as_mapping(c).get("id")) for c in as_items(message.get("tool_calls")))
        call_id = as_text(message.get("tool_call_id"))
        if message.get("role") == "tool" and call_id not in known:
            # Source: facts/kimi.md section 3.2.
            yield f"tool_call_id {call_id} is not found"


def _too_many_choices(body: Mapping[str, object]) -> Iterator[str]:
    count = body.get("n")
    if isinstance(count, int) and count not in range(1, _MOST_CHOICES + 1):
        # The limit is documented (facts/kimi.md section 3.2); the words are ours.
        yield f"invalid n: between 1 and {_MOST_CHOICES} is allowed"


def _unreachable_images(body: Mapping[str, object]) -> Iterator[str]:
    for message in as_items(body.get("messages")):
        for part in as_items(as_mapping(message).get("content")):
            url = _image_url(as_mapping(part).get("image_url"))
            if url.startswith(("http://", "https://")):
                # The rule is documented (facts/kimi.md section 3.6); the words are ours.
                yield "unsupported image url: send a base64 data URL or ms://<file-id>"


def _image_url(value: object) -> str:
    return as_text(value) or as_text(as_mapping(value).get("url"))


def _too_long(body: Mapping[str, object], model: KimiModel | None) -> Iterator[str]:
    window = model.context_window if model else None
    budget = body.get("max_completion_tokens") or body.get("max_tokens")
    wanted = count_prompt(body) + (budget if isinstance(budget, int) else 0)
    if window is not None and wanted > window:
        yield f"Your request exceeded model token limit : {window}"


_CHECKS: Final[tuple[Callable[[Mapping[str, object]], Iterator[str]], ...]] = (
    _malformed,
    _unreachable_images,
    _too_many_choices,
)
