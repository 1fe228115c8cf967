"""The gateway's wire format: completions, chunks, filter annotations, usage, errors.

Source: the response sample of the gateway's Kimi page
(https://docs.agentsflare.com/api-examples/kimi.html); facts/kimi.md sections 2.2, 5 and 6;
facts/content-filters.md sections 2 and 3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

__all__ = [
    "CREATED",
    "CUT",
    "DONE",
    "RESET",
    "SEVERITIES",
    "Cut",
    "Json",
    "Notice",
    "Part",
    "Reply",
    "Request",
    "Wait",
    "dump",
    "error_reply",
    "event",
    "fingerprint",
    "gateway_error",
    "identifier",
    "json_reply",
    "moonshot_error",
    "safe_choice",
    "safe_prompt",
    "usage",
]

Json: TypeAlias = Mapping[str, object]

# The same time for every answer, so that answers can be compared.
CREATED: Final = 1767765293
SEVERITIES: Final = ("hate", "self_harm", "sexual", "violence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to the gateway; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause between two pieces of a reply."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends here, before the reply does."""

    is_reset: bool


CUT: Final = Cut(is_reset=False)
RESET: Final = Cut(is_reset=True)
Part: TypeAlias = bytes | Wait | Cut


class Notice(NamedTuple):
    """What the author of a test should know about a reply: a code and one sentence."""

    code: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The gateway's reply: `parts` are sent in order."""

    status: int
    headers: Mapping[str, str]
    parts: Iterable[Part]
    is_stream: bool = False
    scenario: str = field(default="ok")
    notice: Notice | None = None

    @property
    def body(self) -> bytes:
        """All bytes of the body, for a reply whose parts can be read twice."""
        return b"".join(part for part in self.parts if isinstance(part, bytes))


def dump(value: object) -> bytes:
    """Write *value* as the gateway does: UTF-8, no superfluous blanks."""
    # The request may hold a lone surrogate, which JSON allows and UTF-8 does not.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def event(value: object) -> bytes:
    """Frame *value* as one server-sent event."""
    return b"data: " + dump(value) + b"\n\n"


DONE: Final = b"data: [DONE]\n\n"


def json_reply(status: int, body: object, headers: Json | None = None) -> Reply:
    """Answer with a JSON body."""
    extra = {name: str(value) for name, value in (headers or {}).items()}
    return Reply(
        status=status,
        headers={"content-type": "application/json; charset=utf-8"} | extra,
        parts=(dump(body),),
    )


def error_reply(body: Json) -> Reply:
    """Answer with a gateway error, whose body names its own status."""
    status = body["statusCode"]
    return json_reply(status if isinstance(status, int) else 500, body)


def gateway_error(status: int, message: str, error: str | None = None) -> dict[str, object]:
    """Build an error body of the gateway itself. Source: facts/kimi.md section 2.2."""
    if error is None:
        return {"statusCode": status, "message": message}
    return {"message": message, "error": error, "statusCode": status}


def moonshot_error(kind: str, message: str) -> dict[str, object]:
    """Build an error body of the upstream. Source: facts/kimi.md section 5.1."""
    return {"error": {"message": message, "type": kind}}


def safe_choice() -> dict[str, object]:
    """Annotate an answer as harmless, with every category of the page's sample."""
    return {
        "hate": _safe(),
        "protected_material_code": _undetected(),
        "protected_material_text": _undetected(),
        "self_harm": _safe(),
        "sexual": _safe(),
        "violence": _safe(),
    }


def safe_prompt() -> dict[str, object]:
    """Annotate a prompt as harmless, with every category of the page's sample."""
    return {
        "hate": _safe(),
        "jailbreak": _undetected(),
        "self_harm": _safe(),
        "sexual": _safe(),
        "violence": _safe(),
    }


def _safe() -> Json:
    return {"filtered": False, "severity": "safe"}


def _undetected() -> Json:
    return {"filtered": False, "detected": False}


def usage(prompt: int, completion: int, reasoning: int) -> dict[str, object]:
    """Return the token counts in the fields of the page's sample."""
    return {
        "completion_tokens": completion,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": reasoning,
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens": prompt,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "total_tokens": prompt + completion,
    }


def identifier(body: bytes) -> str:
    """Derive the id of an answer from its request."""
    return f"chatcmpl-{hashlib.sha256(body).hexdigest()[:29]}"


def fingerprint(model: str) -> str:
    """Derive the fingerprint of the system that serves *model*."""
    return f"fp_{hashlib.sha256(model.encode()).hexdigest()[:10]}"
