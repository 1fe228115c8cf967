"""The state of a conversation in `agentsflare-kimi chat`, and its requests; without I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from openai.types.chat import ChatCompletionMessageParam

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.chat_images import Image
from agentsflare_kimi.models.catalog import KimiModel, catalog
from agentsflare_kimi.models.migration import plan_migration
from agentsflare_kimi.models.rules import is_thinking

__all__ = ["Conversation", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """The user's question, with its images."""

    text: str
    images: tuple[Image, ...] = ()

    @property
    def message(self) -> ChatCompletionMessageParam:
        """The question as a message."""
        if not self.images:
            return {"role": "user", "content": self.text}
        shown = [{"type": "image_url", "image_url": {"url": image.url}} for image in self.images]
        parts: Any = [*shown, {"type": "text", "text": self.text}]
        return {"role": "user", "content": parts}


@dataclass(slots=True)
class Conversation:
    """A conversation so far, and the parameters of the next request.

    Attributes:
        settings: The client's settings, which decide how retired models are handled.
        model: The model's name, as the user wrote it.
        system: The system message; empty for none.
        thinking: Whether to think; None for the model's default.
        max_tokens: The token limit of an answer; None for the model's default.
        temperature: The temperature; None for the model's default.
        turns: The questions, with the messages that answered them.
        asked: The last question, answered or not.
        images: The images for the next question.
    """

    settings: KimiSettings
    model: str
    system: str = ""
    thinking: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    turns: list[tuple[Question, ChatCompletionMessageParam]] = field(
        default_factory=list[tuple[Question, ChatCompletionMessageParam]]
    )
    asked: Question | None = None
    images: list[Image] = field(default_factory=list[Image])

    def ask(self, text: str) -> Question:
        """Make *text* the next question, with the pending images.

        Raises:
            UsageError: The terminal or the shell passed bytes that are not UTF-8.
        """
        if not _is_text(text):
            raise UsageError("the question is not UTF-8 text, so it cannot be sent")
        self.asked = Question(text, tuple(self.images))
        self.images.clear()
        return self.asked

    def ask_again(self) -> Question | None:
        """Drop the last answer and return its question; None if nothing was asked."""
        if self.turns and self.turns[-1][0] is self.asked:
            self.turns.pop()
        return self.asked

    def keep(self, answer: ChatCompletionMessageParam) -> None:
        """Add the last question and its *answer* to the conversation."""
        if self.asked is not None:
            self.turns.append((self.asked, answer))

    @property
    def messages(self) -> list[ChatCompletionMessageParam]:
        """The messages so far, the system message first."""
        system: list[ChatCompletionMessageParam] = []
        if self.system:
            system.append({"role": "system", "content": self.system})
        return system + [
            message for question, answer in self.turns for message in (question.message, answer)
        ]

    def request(self, question: Question) -> dict[str, Any]:
        """Return the request body for *question*.

        Raises:
            UsageError: The model rejects a chosen parameter.
        """
        body: dict[str, Any] = {"model": self.model, "messages": [*self.messages, question.message]}
        body |= {
            name: value
            for name, value in (("max_tokens", self.max_tokens), ("temperature", self.temperature))
            if value is not None
        }
        if self.thinking is not None:
            kind = "enabled" if self.thinking else "disabled"
            body["extra_body"] = {"thinking": {"type": kind}}
        has_images = any(asked.images for asked in (*(turn[0] for turn in self.turns), question))
        self._check(body, has_images=has_images)
        return body

    def check(self) -> None:
        """Check the chosen parameters against the model before the first request.

        Raises:
            UsageError: The model is unknown or not allowed, or rejects a chosen parameter.
        """
        self.request(Question("", tuple(self.images)))

    def _check(self, body: dict[str, Any], *, has_images: bool) -> None:
        plan = plan_migration(body, settings=self.settings)
        refused = [notice.message for notice in plan.notices if notice.is_refusal]
        if refused:
            raise UsageError(refused[0])
        models = catalog(self.settings.models_file)
        model = models.find(plan.model_after)
        if model is None or self.model in self.settings.extra_models:
            return
        thinks = is_thinking(plan.request, model)
        if self.thinking is not None and thinks != self.thinking:
            raise UsageError(f"{self._named(model)} {_HABITS[thinks]}, and offers no choice")
        pinned = model.fixed_parameters(thinks).get("temperature")
        if None not in {pinned, self.temperature} and pinned != self.temperature:
            raise UsageError(
                f"{self._named(model)} samples at temperature {pinned:g}, whatever the "
                "request says; leave the temperature out, or choose another model"
            )
        if has_images and "image" not in model.inputs:
            able = [each.id for each in models.models if "image" in each.inputs and _is_alive(each)]
            raise UsageError(f"{self._named(model)} takes no images; these do: {', '.join(able)}")

    def _named(self, model: KimiModel) -> str:
        return model.id if model.id == self.model else f"{model.id}, to which {self.model} goes,"


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # Python decodes invalid bytes to lone surrogates
        return False
    return True


_HABITS: Final = {True: "always thinks", False: "never thinks"}


def _is_alive(model: KimiModel) -> bool:
    return model.status in {"new", "active"} and model.upstream_ended_on is None
