"""What the upstream refuses is refused here, in its words, and explained by the diagnosis."""

from __future__ import annotations

import json

import openai
import pytest

from agentsflare_kimi import diagnose
from agentsflare_kimi.emulator import Emulator

HELLO = {"role": "user", "content": "Hello"}
CALL = {"id": "c0", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
CALLED = {"role": "assistant", "content": None, "reasoning_content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c0", "content": "4 degrees"}


def tools(name="weather", **schema):
    parameters = {"type": "object", "properties": {}, **schema}
    return {"tools": [{"type": "function", "function": {"name": name, "parameters": parameters}}]}


def said(*messages):
    return {"messages": [*messages]}


def form(**schema):
    schema = {"type": "object", "properties": {}, **schema}
    wanted = {"name": "answer", "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": wanted}}


REFUSED = {
    "developer": (said({"role": "developer", "content": "x"}), "role 'developer' is not allowed"),
    "function": (said({"role": "function", "content": "x"}), "role 'function' is not allowed"),
    "empty user": (said({"role": "user", "content": ""}), "with role 'user' must not be empty"),
    "no messages": (said(), "messages must not be empty"),
    "empty part": (
        said({"role": "user", "content": [{"type": "text", "text": ""}]}),
        "text content is empty",
    ),
    "part type": (
        said({"role": "user", "content": [{"type": "input_audio"}]}),
        "the message at position 0 with role 'user' contains an invalid part type: input_audio",
    ),
    "picture on the web": (
        said({"role": "user", "content": [{"type": "image_url", "image_url": "https://x/y.png"}]}),
        "unsupported image url: https://x/y.png",
    ),
    "unanswered call": (said(HELLO, CALLED, HELLO), "did not have response messages: c0"),
    "unanswered at the end": (said(HELLO, CALLED), "did not have response messages: c0"),
    "orphan result": (said(HELLO, RESULT), "tool_call_id c0 is not found"),
    "late result": (said(HELLO, CALLED, HELLO, RESULT), "did not have response messages: c0"),
    "tool name": (tools("21st_builder"), "function name is invalid, must start with a letter"),
    "dotted tool name": (tools("a.b"), "function name is invalid"),
    "long tool name": (tools("a" * 65), "function name is invalid"),
    "no root type": (tools(type=None), "invalid type"),
    "array at the root": (tools(type="array"), 'type is required and must be "object"'),
    "type beside anyOf": (
        tools(properties={"a": {"type": "string", "anyOf": [{"type": "string"}]}}),
        "At path 'properties.a': when using anyOf, type should be defined in anyOf items",
    ),
    "default beside anyOf": (
        tools(properties={"a": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}}),
        "conflicting keywords found in anyOf with parent: default",
    ),
    "boolean schema": (
        tools(properties={"rest": True}),
        "At path 'properties': property schema for 'rest' must be an object",
    ),
    "boolean schema deep down": (
        tools(properties={"a": {"type": "array", "items": {"properties": {"rest": True}}}}),
        "At path 'properties.a.items.properties': property schema for 'rest' must be an object",
    ),
    "boolean branch": (tools(properties={"a": {"anyOf": [True]}}), "must be an object"),
    "boolean items": (tools(properties={"a": {"items": True}}), "items must be an object"),
    "foreign reference": (
        tools(properties={"a": {"$ref": "#/properties/b"}}),
        "references must start with #/$defs/",
    ),
    "dangling reference": (tools(properties={"a": {"$ref": "#/$defs/b"}}), "invalid $ref path"),
    "conflict behind a reference": (
        tools(
            properties={"a": {"$ref": "#/$defs/b", "description": "x"}},
            **{"$defs": {"b": {"type": "string", "description": "y"}}},
        ),
        "conflicting keywords found after $ref expansion: description",
    ),
    "oneOf": (tools(properties={"a": {"oneOf": []}}), "unsupported keywords: oneOf"),
    "schema of the answer": (
        form(**{"$schema": "https://json-schema.org/draft/2020-12/schema"}),
        (
            "response_format.json_schema is not a valid moonshot flavored json schema, details: "
            "<At path 'root': unsupported keywords: $schema>"
        ),
    ),
    "six stops": ({"stop": list("abcdef")}, "at most 5 stop sequences"),
    "long stop": ({"stop": "é" * 17}, "longer than 32 bytes"),
    "many choices": ({"n": 9, "model": "kimi-chat"}, "invalid n: only 1-5"),
}
TAKEN = [
    said(HELLO, CALLED, RESULT),
    said(HELLO, CALLED, RESULT, HELLO),
    tools(properties={"a": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "A"}}),
    tools(properties={"a": {"$ref": "#/$defs/b"}}, **{"$defs": {"b": {"type": "string"}}}),
    tools(properties={"self": {"$ref": "#"}}, additionalProperties=False),
    {"tools": [{"type": "function", "function": {"name": "now"}}]},
    {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]},
    {"stop": list("abcde")},
]


def ask(emulator, request):
    with openai.OpenAI(base_url=emulator.base_url, api_key="any", max_retries=0) as client:
        body = {"model": "kimi-k2.6", "messages": [HELLO], **request}
        return client.chat.completions.create(**body)


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.mark.parametrize("name", REFUSED)
def test_the_upstreams_refusal_is_the_emulators_and_is_explained(emulator, name):
    request, words = REFUSED[name]
    with pytest.raises(openai.BadRequestError) as caught:
        ask(emulator, request)
    assert words in str(caught.value)
    assert diagnose(caught.value).cause not in {"unknown", "invalid_request"}


@pytest.mark.parametrize("request_", TAKEN, ids=[json.dumps(each)[:50] for each in TAKEN])
def test_what_the_upstream_takes_is_taken(emulator, request_):
    assert ask(emulator, request_).choices


def test_a_lenient_gateway_takes_most_of_it():
    with Emulator(strict=False) as emulator:
        for name in ("developer", "tool name", "boolean schema", "six stops", "late result"):
            assert ask(emulator, REFUSED[name][0]).choices


def test_an_empty_reasoning_counts_as_missing_where_the_scenario_says_so(emulator):
    request = said(HELLO, CALLED, RESULT) | {"model": "kimi-k2.6@empty-reasoning-refused"}
    with pytest.raises(openai.BadRequestError, match=r"reasoning_content is missing .* index 1"):
        ask(emulator, request)
