"""Checks what an answer says about its model: which one answered, and when it ends.

Hosts have silently redirected old names. Source: facts/catalog-2026-11.md section 5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from openai import BaseModel
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.calling.end_headers import announced_end
from agentsflare_kimi.calling.notices import ToldPlaces, announce
from agentsflare_kimi.calling.observing import observation
from agentsflare_kimi.calling.spans import Span, trace_answer
from agentsflare_kimi.errors import ServedModelError
from agentsflare_kimi.models.catalog import Catalog, catalog
from agentsflare_kimi.models.notice_texts import Notice
from agentsflare_kimi.printable import shown_name
from agentsflare_kimi.reading.content import extract_content
from agentsflare_kimi.settings import KimiSettings

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["AnswerCheck"]

_LENGTHS: Final = frozenset({len("deprecation"), len("sunset")})
_MODEL: Final = re.compile(rb'"model"\s*:\s*"([^"\\]*)"')
# Suffixes of names that stand for changing models.
_MOVING: Final = ("-latest", "-auto")


class AnswerCheck:
    """The check of one call's answer."""

    __slots__ = ("_passed", "_sent", "_settings", "_span", "_told")

    def __init__(
        self, sent: object, settings: KimiSettings, told: ToldPlaces, span: Span | None = None
    ) -> None:
        """Note the model that is sent.

        Args:
            sent: The model of the request, if it has one.
            settings: The client's settings.
            told: Earlier warnings of the client.
            span: The span of a request whose model was changed; it is told which model answered.
        """
        self._sent = sent if isinstance(sent, str) else ""
        # Nearly every chunk of a stream names the same model.
        self._passed: object = "" if span else self._sent
        self._settings = settings
        self._told = told
        self._span = span

    def check_model(self, data: object, cast_to: object, response: Response) -> None:
        """Warn or raise if a model other than the requested one answered.

        Args:
            data: A body, or the data of an event.
            cast_to: The type that the SDK will construct from it.
            response: The HTTP response it came with.

        Raises:
            ServedModelError: Another model answered, and `on_substitution` is `error`.

        Warns:
            ServedModelWarning: Another model answered; once for a client and pair of names.
        """
        if not self._sent or type(data) is not dict:
            return
        fields = cast("dict[str, object]", data)
        served = _model_of(fields)
        if not served or served == self._passed:
            return
        if self._span is not None:
            trace_answer(self._span, served)
            self._span = None
        if self._settings.on_substitution == "ignore":
            return
        if _may_be_same(self._sent, served, catalog(self._settings.models_file)):
            self._passed = served
            return
        sent, shown = shown_name(self._sent), shown_name(served)
        if self._settings.on_substitution == "error":
            raise _refused(sent, shown, fields, cast_to, response)
        self._passed = served
        message = (
            f"{sent} was requested, but according to the response {shown} answered. The price, "
            "limits and behaviour are those of the model that answered. Set "
            "AGENTSFLARE_ON_SUBSTITUTION "
            "(`on_substitution`) to 'ignore' to silence this, or to 'error' to refuse such answers."
        )
        self._say(Notice(kind="substituted", message=message, model=sent), served)

    def check_raw(self, answer: Any) -> None:  # noqa: ANN401  # whatever the SDK returns
        """Check *answer*, as `check_model` does, if it is a raw response that was read.

        So callers that read it without `.parse()` are warned, too.
        """
        if isinstance(answer, BaseModel):  # whose fields may have any name
            return
        response = getattr(answer, "http_response", None)
        if response is None or not self._sent or not response.is_stream_consumed:
            return
        # Parse twice only if the name differs.
        found = _MODEL.search(response.content)
        if found is None or found[1] == self._sent.encode():
            return
        try:
            data = json.loads(response.content)
        except (ValueError, RecursionError):
            return  # `.parse()` has an error for it
        self.check_model(data, ChatCompletion if _has_choices(data) else dict, response)

    def check_headers(self, response: Response) -> None:
        """Report what the headers of *response* announce, once for a client and model.

        Warns:
            DeprecatedModelWarning: They announce an end.
        """
        if self._settings.on_deprecated == "ignore":
            return
        # Comparing the lengths of names is faster than looking headers up.
        if all(len(name) not in _LENGTHS for name, _ in response.headers.raw):
            return
        end = announced_end(cast("Mapping[str, str]", response.headers))
        if not end:
            return
        name = shown_name(self._sent or response.request.url.path)
        message = (
            f"a response header from the gateway announces that {name} {end}. Set "
            "AGENTSFLARE_ON_DEPRECATED (`on_deprecated`) to 'ignore' to silence this."
        )
        self._say(Notice(kind="end_announced", message=message, model=name))

    def _say(self, notice: Notice, *more: str) -> None:
        key = (notice.kind, notice.model, *more)
        # An observation belongs to one request, so it gets the notice each time.
        if observation() is None and not self._told.add(key):
            return
        try:
            announce(notice)
        except Warning:
            # A filter turns the warning into an error, and must do so each time.
            self._told.discard(key)
            raise


def _has_choices(data: object) -> bool:
    return isinstance(data, dict) and "choices" in data


def _model_of(fields: Mapping[str, object]) -> str:
    if fields.get("choices") == []:  # a keep-alive, or a filter's note ahead of the answer
        return ""
    model = fields.get("model")
    if model is None and isinstance(response := fields.get("response"), dict):
        model = cast("dict[str, object]", response).get("model")
    return model.strip() if isinstance(model, str) else ""


def _may_be_same(sent: str, served: str, known: Catalog) -> bool:
    """Tell whether both names may mean one model; in doubt, they do."""
    names = sent.strip().lower(), served.lower()
    if names[0] == names[1] or any(name.endswith(_MOVING) for name in names):
        return True
    models = [_meant(name, known) for name in (sent, served)]
    if models[0] == models[1]:  # or neither is a name that can be read
        return True
    found = [known.find(model) for model in models]
    return any(model is not None and model.status == "example" for model in found)


def _meant(name: str, known: Catalog) -> str | None:
    read = known.read_name(name)
    return None if read is None else read.model


def _refused(
    sent: str, served: str, fields: dict[str, object], cast_to: object, response: Response
) -> ServedModelError:
    answer: object = fields
    if isinstance(cast_to, type) and issubclass(cast_to, BaseModel):
        answer = cast_to.construct(**cast("dict[str, Any]", fields))
    error = ServedModelError(
        f"{sent} was requested, but {served} answered; `.completion` has the answer. Set "
        "AGENTSFLARE_ON_SUBSTITUTION (`on_substitution`) to 'warn' to accept such answers.",
        response.request,
        model_sent=sent,
        model_served=served,
        completion=answer,
        partial=extract_content(fields),
    )
    if cast_to is ChatCompletionChunk:
        vars(error)["chunk"] = fields
    return error
