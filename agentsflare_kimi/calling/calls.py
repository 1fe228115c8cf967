"""One request on its way through a client: planned, announced, adapted once if rejected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Literal, cast

from openai import APIStatusError

from agentsflare_kimi.calling.learned_rejections import (
    Circumstances,
    adapt_refused,
    apply_lessons,
    lasting_lessons,
    read_lessons,
)
from agentsflare_kimi.calling.notices import ToldPlaces, announce
from agentsflare_kimi.calling.observing import observation
from agentsflare_kimi.calling.reasoning import ReasoningMemory
from agentsflare_kimi.calling.reasoning_capture import listen
from agentsflare_kimi.calling.sdk_options import body_of, path_of, with_body
from agentsflare_kimi.calling.served_models import AnswerCheck
from agentsflare_kimi.calling.spans import Span, trace_models
from agentsflare_kimi.models import notice_texts
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.models.changes import apply_changes
from agentsflare_kimi.models.lessons import LessonsByModel, lessons_of
from agentsflare_kimi.models.migration import Migration, plan_migration
from agentsflare_kimi.models.notice_texts import Notice
from agentsflare_kimi.models.rules import lacks_reasoning
from agentsflare_kimi.reading.lenient import as_list, as_text
from agentsflare_kimi.settings import KimiSettings

__all__ = ["PlannedCall", "Session"]

_Body = Mapping[str, object]
_Path = Literal["chat", "text", "other"]

# Each adaptation removes one reason for a refusal; no request was seen to need more.
_MOST_ADAPTATIONS: Final = 4
# On other endpoints (embeddings, images, audio) the catalog judges only names like these.
_KIMI_NAME: Final = re.compile("kimi|moonshot", re.IGNORECASE)


class Session:
    """What a client learns as it goes: rejected parameters, and reasoning to put back."""

    def __init__(self, memory: ReasoningMemory | None = None) -> None:
        """Begin with nothing learned.

        Args:
            memory: Remembers reasoning; by default one of the client's own.
        """
        self.memory: ReasoningMemory = ReasoningMemory() if memory is None else memory
        self.told: ToldPlaces = ToldPlaces()
        self._own_lessons = LessonsByModel()
        self._lessons: tuple[KimiSettings, LessonsByModel] | None = None

    def lessons(self, settings: KimiSettings) -> LessonsByModel:
        """Return the lessons about the gateway; without a fixed key they are not shared."""
        known = self._lessons
        if known is not None and known[0] is settings:
            return known[1]
        key = settings.api_key
        lessons = lessons_of(settings.base_url, key.get_secret_value()) if key else None
        self._lessons = settings, self._own_lessons if lessons is None else lessons
        return self._lessons[1]

    def begin(self, settings: KimiSettings, options: Any) -> PlannedCall:  # noqa: ANN401  # the SDK's private FinalRequestOptions
        """Plan one request, once, before the SDK's retries; nothing is said or raised yet.

        Args:
            settings: The client's settings.
            options: The SDK's request options; never changed.

        Returns:
            The call, with the options to send and the notices to announce.
        """
        call = PlannedCall(self, settings, options)
        body = body_of(options)
        if body is None or not isinstance(name := body.get("model"), str):
            return call
        call.asked = name
        if call.path == "chat":
            call.body = self.memory.restore(body) if settings.keep_reasoning else body
            if (observed := observation()) is not None:
                observed.restored = _lacking(body) - _lacking(call.body)
            call.plan()
        else:
            call.body = body
            call.plan_name()
        if call.body is not body:
            call.options = with_body(options, call.body)
        return call


class PlannedCall:
    """One request; `options` are what the SDK is to send.

    It has no repr of its own, because tracebacks may show reprs, and it holds the prompt.
    """

    def __init__(self, session: Session, settings: KimiSettings, options: Any) -> None:  # noqa: ANN401  # as above
        """Begin with the SDK's own *options*."""
        self._session = session
        self._settings = settings
        self.options: Any = options
        self.asked: str = ""
        self.body: _Body = {}
        self._span: Span | None = None
        self._notices: tuple[Notice, ...] = ()
        self._adaptations = 0
        self.path = _path(path_of(options))
        self._models = catalog(settings.models_file)
        self._circumstances = Circumstances(
            settings.on_forced_tool, self.path == "chat", self._models
        )

    def plan(self) -> None:
        """Rewrite a chat-completions body by the migration plan, then by the lessons learned."""
        self._take(plan_migration(self.body, settings=self._settings))

    def plan_name(self) -> None:
        """Plan any other request: change the model's name, and apply lessons.

        On endpoints that generate no text, only the names of Kimi models are judged.
        """
        name = str(self.body["model"])
        is_known = self._models.find(name) or _KIMI_NAME.search(name)
        if self.path == "other" and not is_known:
            return
        plan = plan_migration({"model": name}, settings=self._settings)
        request = {**self.body, "model": plan.model_after}
        notices = tuple(notice_texts.renamed(notice, self._models) for notice in plan.notices)
        self._take(
            Migration(
                request=request,
                model_before=name,
                model_after=plan.model_after,
                changes=plan.changes,
                notices=notices,
            )
        )

    def _take(self, plan: Migration) -> None:
        self._notices = plan.notices
        if plan.changes:
            self.body = plan.request
        lessons = self._session.lessons(self._settings).of(plan.model_after or "")
        if lessons and self.path != "other" and self._settings.adapt_parameters != "never":
            changes = apply_lessons(self.body, lessons, self._circumstances)
            self.body = apply_changes(self.body, changes) if changes else self.body

    def announce(self) -> None:
        """Announce the plan's notices, and record another model on the current trace.

        Raises:
            ModelError: The settings refuse the model.

        Warns:
            KimiWarning: As the settings say.
        """
        if (observed := observation()) is not None:
            observed.model_sent = as_text((body_of(self.options) or {}).get("model")) or None
        for notice in sorted(self._notices, key=lambda notice: not notice.is_refusal):
            announce(notice, self._session.told, gateway=self._settings.base_url)
        if (sent := self.body.get("model")) != self.asked and self.asked:
            self._span = trace_models(self.asked, str(sent))

    def adapt(self, error: APIStatusError) -> bool:
        """Change what the gateway rejected, and remember it for later requests.

        Args:
            error: The gateway's response.

        Returns:
            Whether there is anything to send once more.
        """
        refused = read_lessons(f"{error.message} {error.body}")
        is_over = self._adaptations >= _MOST_ADAPTATIONS
        is_off = self.path == "other" or self._settings.adapt_parameters == "never"
        if is_off or is_over or not refused or not self.body:
            return False
        name = str(self.body["model"])
        lessons = self._session.lessons(self._settings)
        lasting = frozenset(lasting_lessons(self.body, refused, self._circumstances))
        known = lessons.of(name) | lasting
        rest = sorted(known.difference(refused), key=lambda lesson: lesson.parameter)
        changes = adapt_refused(self.body, (*refused, *rest), self._circumstances)
        if not changes:
            return False
        self._adaptations += 1
        lessons.add(name, lasting)
        # Lessons that would make the same changes again also apply to later requests.
        is_lasting = apply_lessons(self.body, known, self._circumstances) == changes
        announce(notice_texts.rejected(name, changes, is_lasting=is_lasting), self._session.told)
        self.body = apply_changes(self.body, changes)
        self.options = with_body(self.options, self.body)
        return True

    def answer_check(self) -> AnswerCheck:
        """Return the check for the answer."""
        return AnswerCheck(self.body.get("model"), self._settings, self._session.told, self._span)

    def observe(self, answer: Any) -> Any:  # noqa: ANN401  # whatever the SDK returns
        """Remember the reasoning of *answer*, now or when it is read."""
        messages = self.body.get("messages")
        keeps = self._settings.keep_reasoning and self.path == "chat"
        if keeps and self.body.get("tools") and isinstance(messages, list):
            listen(answer, partial(self._session.memory.remember, cast("list[object]", messages)))
        return answer


def _path(path: str) -> _Path:
    if path.endswith("/chat/completions"):
        return "chat"
    return "text" if path.endswith(("/completions", "/responses")) else "other"


def _lacking(body: _Body) -> int:
    return sum(map(lacks_reasoning, as_list(body.get("messages"))))
