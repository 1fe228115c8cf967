"""The SDK's private request options: every field that we read or change.

They are `openai._models.FinalRequestOptions`, a pydantic model that the SDK's public `request()`
takes. The tests of `sdk.py` pin the fields.
Source: facts/openai-sdk.md section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from agentsflare_kimi.calling.answer_checks import check_parsed
from agentsflare_kimi.calling.guarding import Call
from agentsflare_kimi.calling.unparsed import unparsed

__all__ = [
    "body_of",
    "carried_call",
    "carry",
    "checking_answers",
    "path_of",
    "sent_texts",
    "with_body",
    "without_redirects",
]

_CALL: Final = "agentsflare_kimi_call"


def path_of(options: Any) -> str:
    """Return the path that a request goes to, without its query."""
    return str(options.url).partition("?")[0].rstrip("/")


def body_of(options: Any) -> Mapping[str, object] | None:
    """Return the JSON object to send, `extra_body` included; None if it is not an object."""
    data, extra = options.json_data, options.extra_json
    if not isinstance(data, Mapping):
        return None
    body = cast("Mapping[str, object]", data)
    return {**body, **extra} if extra else body


def with_body(options: Any, body: Mapping[str, object]) -> Any:
    """Return a copy of *options* that sends *body*."""
    # An empty extra_json still makes the SDK remove `Omit` values.
    extra: dict[str, object] | None = None if options.extra_json is None else {}
    return options.model_copy(update={"json_data": dict(body), "extra_json": extra})


def sent_texts(options: Any) -> dict[str, object]:
    """Return the parts of a request that may hold the caller's text, without the headers."""
    texts: dict[str, object] = {}
    for part in (options.json_data, options.extra_json):
        if isinstance(part, Mapping):
            texts.update(cast("Mapping[str, object]", part))
    return {**texts, "extra_query": options.params}


def carry(options: Any, call: Call) -> Any:
    """Return a copy of *options* that carries *call* through the SDK.

    The SDK copies options with all their fields, and ignores unknown ones.
    """
    carrying = options.model_copy()
    vars(carrying)[_CALL] = call
    return carrying


def carried_call(options: Any) -> Call | None:
    """Return the call that *options* carry."""
    return cast("dict[str, Any]", vars(options)).get(_CALL)


def without_redirects(options: Any) -> Any:
    """Return *options* that disable redirects, which could leak the key."""
    if options.follow_redirects is False:
        return options
    return options.model_copy(update={"follow_redirects": False})


def checking_answers(options: Any, cast_to: Any, response: Any) -> Any:
    """Return a copy of *options* whose parsed answers are checked before the caller gets them.

    The SDK passes what it parsed to the `post_parser` of its options, now or when the caller
    parses a raw response.

    Args:
        options: The SDK's options; their own `post_parser` runs after the check.
        cast_to: The type that the SDK parses the answer into.
        response: The HTTP response.
    """
    theirs = options.post_parser

    def check(answer: object) -> object:
        check_parsed(answer, cast_to, response)
        try:
            return theirs(answer) if callable(theirs) else answer
        except Exception as error:
            found = unparsed(error, answer, response)
            if found is error:
                raise
            raise found from error

    return options.model_copy(update={"post_parser": check})
