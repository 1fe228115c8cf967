"""The gateway without a network: a request in, a reply out, and no state.

It follows the catalog and the models' rules, in the wire format of the gateway's page.
Source: facts/kimi.md sections 2, 3 and 5; facts/content-filters.md sections 2 to 4.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from agentsflare_kimi.emulator.answers import Answer, compose, limit, read_answer
from agentsflare_kimi.emulator.completions import Exchange, completion, events
from agentsflare_kimi.emulator.delivery import deliver, deliver_stream
from agentsflare_kimi.emulator.refusals import find_refusal, without_empty_reasoning
from agentsflare_kimi.emulator.scenarios import Scenario, UnknownScenarioError, find_scenario
from agentsflare_kimi.emulator.tokens import split_tokens
from agentsflare_kimi.emulator.wire import (
    CREATED,
    Part,
    Reply,
    Request,
    Wait,
    dump,
    error_reply,
    event,
    gateway_error,
    identifier,
    json_reply,
)
from agentsflare_kimi.models.catalog import Catalog, KimiModel, catalog
from agentsflare_kimi.models.rules import is_thinking
from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string, json_value

__all__ = ["SCENARIO_HEADER", "Gateway", "is_chat"]

SCENARIO_HEADER: Final = "x-emulator-scenario"
_FIRST_ERROR: Final = 400
_CHAT: Final = "/v1/chat/completions"
_MODELS: Final = "/v1/models"


def is_chat(request: Request) -> bool:
    """Tell whether *request* asks for a completion."""
    return request.method == "POST" and _route(request) == _CHAT


def _route(request: Request) -> str:
    return request.path.partition("?")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The gateway's behaviour; `reply` depends only on the request and these fields.

    Attributes:
        strict: Whether parameters that a model rejects get the upstream's 400; False emulates
            lenient gateways.
        api_key: The only key accepted; any key if None.
        extra_models: Names to serve besides the catalog's.
        latency: Seconds before the first byte of an answer.
        tokens_per_second: How fast an answer comes; as fast as it can if None.
        tool_rounds: How many times a tool is called before the answer.
        models: The models in force.
    """

    strict: bool = True
    api_key: str | None = None
    extra_models: tuple[str, ...] = ()
    latency: float = 0.0
    tokens_per_second: float | None = None
    tool_rounds: int = 1
    models: Catalog = field(default_factory=catalog)

    def reply(
        self, request: Request, scenario: Scenario | None = None, answer: object = None
    ) -> Reply:
        """Answer *request*.

        Args:
            request: The request.
            scenario: The scenario to play unless the request names one itself.
            answer: A text, a message, a completion, or `status` and `body` of an error;
                generated from the request if None.
        """
        body = as_mapping(json_value(request.body))
        try:
            chosen = _chosen_scenario(request, body) or scenario or find_scenario("ok")
        except UnknownScenarioError as error:
            return error_reply(gateway_error(400, str(error)))
        reply = self._route(request, chosen, answer)
        if chosen.delay or self.latency:
            wait = Wait(chosen.delay + self.latency)
            reply = replace(reply, parts=(wait, *reply.parts))
        headers = (
            {**reply.headers, **chosen.headers} if reply.status < _FIRST_ERROR else reply.headers
        )
        return replace(reply, scenario=chosen.name, headers=headers)

    def _route(self, request: Request, scenario: Scenario, answer: object) -> Reply:
        route = _route(request)
        is_models = request.method == "GET" and route.startswith(_MODELS)
        if not is_models and not is_chat(request):
            message = f"Cannot {request.method} {route}"
            return error_reply(gateway_error(404, message, "Not Found"))
        if not self._is_known_key(request.headers.get("authorization", "")):
            return error_reply(gateway_error(404, "Key not found"))
        if is_models:
            return self._played(scenario, "") or self._models(route)
        return self._chat(request, scenario, answer)

    def _is_known_key(self, authorization: str) -> bool:
        scheme, _, key = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            return False
        return self.api_key is None or key.strip() == self.api_key

    def _played(self, scenario: Scenario, model: str) -> Reply | None:
        if scenario.body is None:
            return None
        filled = scenario.body.replace("{model}", json.dumps(model)[1:-1])
        is_page = filled.startswith("<")
        kind = "text/html; charset=UTF-8" if is_page else "application/json; charset=utf-8"
        headers = {"content-type": kind, **scenario.headers}
        return Reply(status=scenario.status, headers=headers, parts=(filled.encode(),))

    def _models(self, route: str) -> Reply:
        served = self._served()
        wanted = route.removeprefix(_MODELS).strip("/")
        if not wanted:
            listed = [_card(name, model) for name, model in served.items() if _is_listed(model)]
            return json_reply(200, {"data": listed, "object": "list"})
        if wanted not in served:
            return error_reply(_not_available(wanted))
        return json_reply(200, _card(wanted, served[wanted]))

    def _served(self) -> dict[str, KimiModel | None]:
        alive = {model.id: model for model in self.models.models if model.status != "retired"}
        return dict.fromkeys(self.extra_models) | alive

    def _chat(self, request: Request, scenario: Scenario, answer: object) -> Reply:
        parsed = json_value(request.body)
        body = as_mapping(parsed)
        if not isinstance(parsed, Mapping):
            return error_reply(gateway_error(400, "The body is not a JSON object"))
        name = as_string(body.get("model")).partition("@")[0]
        if played := self._played(scenario, name):
            return played
        served = self._served()
        if name not in served:
            return error_reply(_not_available(name))
        asked = {**body, "model": name}
        if refusal := self._refusal(asked, served[name], scenario):
            return refusal
        return self._answer(request, asked, served[name], scenario, answer)

    def _refusal(
        self, body: Mapping[str, object], model: KimiModel | None, scenario: Scenario
    ) -> Reply | None:
        judged = without_empty_reasoning(body) if scenario.refuses_empty_reasoning else body
        return find_refusal(judged, model, strict=self.strict)

    def _answer(
        self,
        request: Request,
        body: Mapping[str, object],
        model: KimiModel | None,
        scenario: Scenario,
        answer: object,
    ) -> Reply:
        scripted = as_mapping(answer)
        if "status" in scripted:
            status = scripted["status"]
            headers = as_mapping(scripted.get("headers"))
            return json_reply(
                status if isinstance(status, int) else 500, scripted.get("body"), headers
            )
        if "choices" in scripted and not body.get("stream"):
            return deliver(dump(answer), scenario)
        is_stream = bool(body.get("stream"))
        thinks = model is not None and is_thinking(body, model)
        said = self._answers(body, answer, thinks=thinks)
        exchange = Exchange(
            id=identifier(request.body),
            model=scenario.served_model or as_string(body.get("model")),
            body=body,
            answers=[_blocked(item, scenario, is_stream=is_stream) for item in said],
            scenario=scenario,
        )
        return self._deliver(exchange)

    def _answers(self, body: Mapping[str, object], answer: object, *, thinks: bool) -> list[Answer]:
        made_up = compose(body, thinking=thinks, tool_rounds=self.tool_rounds)
        if answer is not None:
            return [_with_reasoning(item, made_up) for item in _read_answers(answer)]
        count = body.get("n")
        others = range(2, count + 1) if isinstance(count, int) else ()
        texts = [made_up.content, *(f"{made_up.content} (choice {number})" for number in others)]
        return [limit(replace(made_up, content=text), body) for text in texts]

    def _deliver(self, exchange: Exchange) -> Reply:
        if exchange.body.get("stream"):
            return deliver_stream(list(self._paced(exchange)), exchange.scenario)
        reply = deliver(dump(completion(exchange)), exchange.scenario)
        tokens = exchange.usage["completion_tokens"]
        if self.tokens_per_second and isinstance(tokens, int):
            wait = Wait(tokens / self.tokens_per_second)
            return replace(reply, parts=(wait, *reply.parts))
        return reply

    def _paced(self, exchange: Exchange) -> Iterator[Part]:
        for chunk in events(exchange):
            if self.tokens_per_second and (tokens := _count_tokens(chunk)):
                yield Wait(tokens / self.tokens_per_second)
            yield event(chunk)


def _chosen_scenario(request: Request, body: Mapping[str, object]) -> Scenario | None:
    _, _, suffix = as_string(body.get("model")).partition("@")
    name = request.headers.get(SCENARIO_HEADER) or suffix
    return find_scenario(name) if name else None


def _not_available(name: str) -> dict[str, object]:
    return gateway_error(
        400,
        f"Model {name} is not available, please check if the model is in the admin allowed range",
    )


def _is_listed(model: KimiModel | None) -> bool:
    return model is None or model.status not in {"example", "unlisted"}


def _card(name: str, model: KimiModel | None) -> dict[str, object]:
    # Fields after https://platform.kimi.ai/docs/api/list-models
    inputs = model.inputs if model else frozenset[str]()
    return {
        "context_length": model.context_window if model else None,
        "created": CREATED,
        "id": name,
        "object": "model",
        "owned_by": "moonshot",
        "supports_image_in": "image" in inputs,
        "supports_reasoning": bool(model and model.thinking != "never"),
        "supports_video_in": "video" in inputs,
    }


def _blocked(answer: Answer, scenario: Scenario, *, is_stream: bool) -> Answer:
    if scenario.block == "no":
        return answer
    if scenario.block == "late":
        # In a stream the verdict comes in a chunk of its own, after the finish reason.
        return answer if is_stream else replace(answer, finish_reason="content_filter")
    kept = int(len(answer.content) * scenario.kept)
    return replace(
        answer, content=answer.content[:kept], tool_calls=(), finish_reason="content_filter"
    )


def _read_answers(answer: object) -> list[Answer]:
    choices = as_list(as_mapping(answer).get("choices"))
    if not choices:
        return [read_answer(answer)]
    parts = [as_mapping(choice) for choice in choices]
    return [
        read_answer({**as_mapping(part.get("message")), "finish_reason": part.get("finish_reason")})
        for part in parts
    ]


def _with_reasoning(answer: Answer, made_up: Answer) -> Answer:
    return answer if answer.reasoning is not None else replace(answer, reasoning=made_up.reasoning)


def _count_tokens(chunk: Mapping[str, object]) -> int:
    deltas = [as_mapping(as_mapping(c).get("delta")) for c in as_list(chunk.get("choices"))]
    texts = [as_string(d.get("content")) + as_string(d.get("reasoning_content")) for d in deltas]
    return sum(len(split_tokens(text)) for text in texts)
