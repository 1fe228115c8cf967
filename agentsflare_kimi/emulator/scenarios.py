"""What can go wrong, as one table: each row is a scenario that the emulator plays on demand.

A scenario is chosen for one request by the header `x-emulator-scenario` or by a suffix of the
model's name (`kimi-k2.6@rate-limited`), and for all by `Emulator(scenario=...)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from agentsflare_kimi.emulator.scenario_bodies import (
    AZURE_BLOCK,
    AZURE_BLOCK_SIBLING,
    AZURE_STREAM_BLOCK,
    FOUNDRY_BLOCK,
    NOT_JSON,
    edge_page,
)
from agentsflare_kimi.emulator.wire import Json, event, gateway_error, moonshot_error

__all__ = ["SCENARIOS", "Scenario", "UnknownScenarioError", "find_scenario", "list_scenarios"]

Annotations = Literal["sync", "async", "none", "down", "flagged", "old-names"]
Block = Literal["no", "output", "late", "verdict"]
Ending = Literal["done", "open", "cut", "reset", "stall"]


class UnknownScenarioError(ValueError):
    """No scenario has this name; the message names the nearest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way for a request to end.

    Attributes:
        name: What a test calls it.
        summary: What happens, in one line.
        source: Where this was seen or documented; "ours" for a fault of the network.
        status: The HTTP status.
        headers: Further headers of the reply.
        body: The whole reply, in place of an answer: JSON, or text as it stands;
            `{model}` is the model asked for.
        annotations: How the content filter reports.
        block: Whether, and how, the filter blocks the answer.
        kept: The share of the body that is sent before `extra` and `ending`; where the filter
            blocks, the share of the answer's text.
        before: Bytes ahead of the first event.
        extra: Bytes after the part that was kept.
        ending: How the reply ends: as it should, without `[DONE]`, with the connection closed
            or reset, or not at all.
        trickle: Seconds between pieces of a few bytes.
        delay: Seconds before the first byte; the scenario `no-answer` waits for an hour.
        usage_in_choice: Whether a stream reports its usage inside the last choice.
        line_end: What ends a line of a stream.
        is_for_streams: Whether an answer that is not streamed stays as it is.
    """

    name: str
    summary: str
    source: str = "ours"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Json | str | None = None
    annotations: Annotations = "sync"
    block: Block = "no"
    kept: float = 1.0
    before: bytes = b""
    extra: bytes = b""
    ending: Ending = "done"
    trickle: float = 0.0
    delay: float = 0.0
    usage_in_choice: bool = False
    line_end: bytes = b"\n"
    is_for_streams: bool = False


def find_scenario(name: str) -> Scenario:
    """Look a scenario up.

    Raises:
        UnknownScenarioError: There is none of that name.
    """
    if name not in SCENARIOS:
        from difflib import get_close_matches  # noqa: PLC0415  # only paid for a wrong name

        near = get_close_matches(name, SCENARIOS, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownScenarioError(
            f"unknown scenario {name!r}{hint} `agentsflare-kimi serve --list-scenarios` has all"
        )
    return SCENARIOS[name]


def list_scenarios() -> tuple[Scenario, ...]:
    """List every scenario, in the order of the table."""
    return tuple(SCENARIOS.values())


_KIMI: Final = "facts/kimi.md"
_FILTERS: Final = "facts/content-filters.md"
_RELIABILITY: Final = "facts/reliability.md section 3"
_SOON: Final = {"retry-after": "1"}
_UPSTREAM_FAILED: Final = moonshot_error("server_error", "The upstream failed")


def _error(
    name: str, summary: str, status: int, body: Json | str, headers: Json | None = None
) -> Scenario:
    return Scenario(
        name=name,
        summary=summary,
        source=f"{_KIMI} section 5.1" if isinstance(body, Mapping) else _RELIABILITY,
        status=status,
        body=body,
        headers={key: str(value) for key, value in (headers or {}).items()},
    )


def _gateway(name: str, summary: str, body: dict[str, object]) -> Scenario:
    status = body["statusCode"]
    return Scenario(
        name=name,
        summary=summary,
        source=f"{_KIMI} section 2.2",
        status=status if isinstance(status, int) else 500,
        body=body,
    )


_ACCESS: Final = (
    _gateway("bad-key", "the key does not exist", gateway_error(404, "Key not found")),
    _gateway(
        "model-not-available",
        "the key may not use the model",
        gateway_error(
            400,
            "Model {model} is not available, please check if the model is in the admin "
            "allowed range",
        ),
    ),
    _gateway(
        "wrong-url",
        "the path is wrong",
        gateway_error(404, "Cannot POST /v1/v1/chat/completions", "Not Found"),
    ),
    _error(
        "model-not-found",
        "the upstream does not know the model",
        404,
        moonshot_error(
            "resource_not_found_error", "Not found the model {model} or Permission denied"
        ),
    ),
    _error(
        "upstream-key",
        "the upstream refuses the gateway's key",
        401,
        moonshot_error("invalid_authentication_error", "Invalid Authentication"),
    ),
    _error(
        "permission-denied",
        "the upstream denies permission",
        403,
        moonshot_error("permission_denied_error", "Permission denied"),
    ),
    _error(
        "context-exceeded",
        "the prompt is too long for the model",
        400,
        moonshot_error("invalid_request_error", "Your request exceeded model token limit : 262144"),
    ),
)

_LIMITS: Final = (
    _error(
        "rate-limited",
        "too many requests at once; Retry-After says one second",
        429,
        moonshot_error(
            "rate_limit_reached_error",
            "request reached organization max concurrency: 3, please try again after 1 seconds",
        ),
        _SOON,
    ),
    _error(
        "rate-limited-hour",
        "too many tokens today; Retry-After says one hour",
        429,
        moonshot_error("rate_limit_reached_error", "request reached organization max TPD"),
        {"retry-after": "3600"},
    ),
    _gateway(
        "rate-limited-gateway",
        "the gateway's own limit, without Retry-After",
        gateway_error(429, "rate limit of your current channel tier reached"),
    ),
    _error(
        "overloaded",
        "the engine is overloaded; Retry-After says one second",
        429,
        moonshot_error("engine_overloaded_error", "The engine is currently overloaded"),
        _SOON,
    ),
    _error(
        "overloaded-503",
        "the upstream is unavailable",
        503,
        moonshot_error("server_unavailable", "The server is currently unavailable"),
    ),
    _gateway("overloaded-529", "the upstream is overloaded", gateway_error(529, "Overloaded")),
    _error(
        "balance-exhausted",
        "the balance is used up: retrying does not help",
        429,
        moonshot_error(
            "exceeded_current_quota_error",
            "You exceeded your current token quota, please check your account balance",
        ),
    ),
    _error(
        "balance-insufficient",
        "the same in other words",
        429,
        moonshot_error("exceeded_current_quota_error", "Insufficient balance in your account"),
    ),
    _error(
        "balance-recharge",
        "the same in other words",
        429,
        moonshot_error(
            "exceeded_current_quota_error", "Your account is suspended, please recharge"
        ),
    ),
    _gateway(
        "balance-gateway",
        "the same as the gateway may say it",
        gateway_error(429, "Insufficient balance, please recharge"),
    ),
    _error(
        "balance-openai",
        "the same as OpenAI says it",
        429,
        {
            "error": {
                "message": "You exceeded your current quota, please check your billing details.",
                "type": "insufficient_quota",
                "param": None,
                "code": "insufficient_quota",
            }
        },
    ),
)

_BROKEN: Final = (
    _error(
        "server-error",
        "the upstream failed",
        500,
        moonshot_error("server_error", "Internal server error"),
    ),
    _error(
        "unexpected-output",
        "the model's output could not be read",
        500,
        moonshot_error("unexpected_output", "The model gave an unexpected output"),
    ),
    _gateway("bad-gateway", "the gateway's 502", gateway_error(502, "Bad Gateway")),
    _error("edge-502", "a page of the edge instead of JSON", 502, edge_page(502, "Bad gateway")),
    _error("edge-504", "the upstream's page", 504, "<html><h1>504 Gateway Time-out</h1></html>"),
    _error("edge-520", "the same for 520", 520, edge_page(520, "Web server error")),
    _error("edge-524", "nothing for 300 seconds", 524, edge_page(524, "A timeout occurred")),
    _error("html-200", "a page with status 200", 200, edge_page(200, "Just a moment...")),
    _error("error-200", "an error with status 200", 200, moonshot_error("server_error", "failed")),
    _error(
        "gateway-error-200",
        "a gateway error with status 200",
        200,
        gateway_error(500, "Internal server error"),
    ),
    _error("empty-200", "an empty body", 200, ""),
    _error("half-json", "JSON that ends early", 200, NOT_JSON),
    _error("no-choices", "a completion without choices", 200, {"choices": None, "id": "x"}),
    Scenario(name="no-answer", summary="nothing comes until the client gives up", delay=3600.0),
    Scenario(name="slow", summary="the answer takes two seconds", delay=2.0),
    Scenario(name="slow-trickle", summary="the answer comes a few bytes at a time", trickle=0.01),
    Scenario(
        name="reset",
        summary="the connection is reset in the middle of the body",
        kept=0.5,
        ending="reset",
    ),
    Scenario(
        name="truncated",
        summary="the connection is closed in the middle of the body",
        kept=0.5,
        ending="cut",
    ),
)

_FILTERED: Final = (
    Scenario(
        name="prompt-blocked",
        summary="Azure blocks the prompt (400)",
        source=f"{_FILTERS} section 4",
        status=400,
        body=AZURE_BLOCK,
    ),
    Scenario(
        name="prompt-blocked-sibling",
        summary="the same with the details beside the error",
        source=f"{_FILTERS} section 4",
        status=400,
        body=AZURE_BLOCK_SIBLING,
    ),
    Scenario(
        name="prompt-blocked-moonshot",
        summary="Moonshot blocks prompt or answer (400)",
        source=f"{_FILTERS} section 4",
        status=400,
        body={
            "error": {
                "code": 400,
                "message": "The request was rejected because it was considered high risk",
                "param": "prompt",
                "type": "content_filter",
            }
        },
    ),
    Scenario(
        name="prompt-blocked-foundry",
        summary="Foundry answers a block with a completion and status 400",
        source=f"{_FILTERS} section 4",
        status=400,
        body=FOUNDRY_BLOCK,
    ),
    Scenario(
        name="output-blocked",
        summary="the answer is cut: finish_reason content_filter",
        source=f"{_FILTERS} section 3",
        kept=0.5,
        block="output",
    ),
    Scenario(
        name="output-blocked-late",
        summary="the asynchronous filter blocks after the text was shown",
        source=f"{_FILTERS} section 3",
        annotations="async",
        block="late",
    ),
    Scenario(
        name="output-blocked-foundry",
        summary="Foundry blocks with a verdict; its stream ends without [DONE]",
        source=f"{_FILTERS} sections 1 and 3",
        annotations="none",
        kept=0.5,
        block="verdict",
        ending="open",
    ),
    Scenario(
        name="filter-down",
        summary="the filter did not run, the text is delivered",
        source=f"{_FILTERS} section 1",
        annotations="down",
    ),
    Scenario(
        name="flagged",
        summary="the filter annotates, and blocks nothing",
        source=f"{_FILTERS} section 2",
        annotations="flagged",
    ),
    Scenario(
        name="async-filter",
        summary="annotations come in chunks of their own, some after the end",
        source=f"{_FILTERS} section 3",
        annotations="async",
    ),
    Scenario(
        name="old-annotations",
        summary="prompt_annotations in place of prompt_filter_results",
        source=f"{_FILTERS} section 2",
        annotations="old-names",
    ),
    Scenario(
        name="no-annotations",
        summary="no annotations at all, as Moonshot itself answers",
        source=f"{_KIMI} section 6",
        annotations="none",
    ),
)

_STREAMED: Final = (
    Scenario(name="missing-done", summary="all events but [DONE]", ending="open"),
    Scenario(
        name="stream-cut",
        summary="a clean end in the middle of the answer",
        kept=0.5,
        ending="open",
    ),
    Scenario(
        name="stream-error",
        summary="Azure's block as an event in the middle",
        kept=0.5,
        extra=event(AZURE_STREAM_BLOCK),
        ending="open",
    ),
    Scenario(
        name="stream-error-moonshot",
        summary="the upstream's error as an event",
        kept=0.5,
        extra=event(_UPSTREAM_FAILED),
        ending="open",
    ),
    Scenario(
        name="stream-error-gateway",
        summary="the gateway's error as an event",
        kept=0.5,
        extra=event(gateway_error(502, "Bad Gateway")),
        ending="open",
    ),
    Scenario(
        name="stream-error-event",
        summary="an error under an event name of its own",
        kept=0.5,
        extra=b"event: error\n" + event(_UPSTREAM_FAILED),
        ending="open",
    ),
    Scenario(
        name="stream-error-text",
        summary="an error whose value is a plain text",
        kept=0.5,
        extra=event({"error": "The upstream failed"}),
        ending="open",
    ),
    Scenario(
        name="stream-html",
        summary="a page of the edge glued into the stream",
        kept=0.5,
        extra=edge_page(502, "Bad gateway").encode() + b"\n\n",
        ending="open",
    ),
    Scenario(
        name="stream-garbage",
        summary="an event that is not JSON",
        kept=0.5,
        extra=b"data: " + NOT_JSON.encode() + b"\n\n",
    ),
    Scenario(
        name="stall",
        summary="nothing more comes, and the connection stays open",
        kept=0.5,
        ending="stall",
    ),
    Scenario(name="empty-stream", summary="no event at all", kept=0.0, ending="open"),
    Scenario(
        name="comments-only",
        summary="nothing but comments",
        kept=0.0,
        before=b": ping\n\n",
        ending="open",
    ),
    Scenario(
        name="pings",
        summary="comments and events without data, then a good stream",
        before=b": wait\n\nevent: ping\n\nretry: 1000\n\n",
    ),
    Scenario(
        name="bom", summary="a byte order mark first, then a good stream", before=b"\xef\xbb\xbf"
    ),
    Scenario(name="crlf", summary="lines end with CR LF", line_end=b"\r\n"),
    Scenario(name="usage-in-choice", summary="usage sits in the last choice", usage_in_choice=True),
)

SCENARIOS: Final[Mapping[str, Scenario]] = {
    row.name: row
    for row in (
        Scenario(name="ok", summary="a good answer"),
        *_ACCESS,
        *_LIMITS,
        *_BROKEN,
        *_FILTERED,
        *(replace(row, is_for_streams=True, source=_RELIABILITY) for row in _STREAMED),
    )
}
