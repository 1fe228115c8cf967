"""The longer bodies of the scenarios. The words are ours, the shapes are the wire's.

Source: facts/content-filters.md sections 1 to 4; facts/kimi.md section 5.1.
"""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.emulator.wire import CREATED, Json, safe_prompt

__all__ = [
    "AZURE_BLOCK",
    "AZURE_BLOCK_SIBLING",
    "AZURE_STREAM_BLOCK",
    "FOUNDRY_BLOCK",
    "NOT_JSON",
    "edge_page",
]

_MESSAGE: Final = "The prompt was blocked by the content policy."
_DETAILS: Final[Json] = {
    "code": "ResponsibleAIPolicyViolation",
    # Singular on the wire, plural in the specification.
    "content_filter_result": safe_prompt() | {"jailbreak": {"filtered": True, "detected": True}},
}
_AZURE: Final[Json] = {
    "message": _MESSAGE,
    "type": None,
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
}

AZURE_BLOCK: Final[Json] = {"error": {**_AZURE, "innererror": _DETAILS}}
AZURE_BLOCK_SIBLING: Final[Json] = {"error": _AZURE, "innererror": _DETAILS}
AZURE_STREAM_BLOCK: Final[Json] = {
    "error": {
        "message": _MESSAGE,
        "type": None,
        "param": None,
        "code": "content_filter",
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": safe_prompt()
            | {"violence": {"filtered": True, "severity": "high"}},
        },
    }
}
FOUNDRY_BLOCK: Final[Json] = {
    "id": "chatcmpl-blocked",
    "model": "",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": ""},
            "finish_reason": "content_filter",
            "content_filter_results": {
                "error": {
                    "code": "content_filter",
                    "message": "Blocked by label 'EmulatedSeverity_ViolenceScore'.",
                }
            },
        }
    ],
    "usage": {"prompt_tokens": 55, "total_tokens": 55},
    "created": CREATED,
    "object": "chat.completion",
    "prompt_filter_results": None,
}
NOT_JSON: Final = '{"choices": [{"index": 0, "mess'


def edge_page(status: int, title: str) -> str:
    """Write a page as the edge in front of the gateway shows it."""
    return (
        '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>api.agentsflare.com | '
        f"{status}: {title}</title></head>\n<body><h1>{title}</h1>"
        "<p>Ray ID: 0000000000000000</p></body>\n</html>\n"
    )
