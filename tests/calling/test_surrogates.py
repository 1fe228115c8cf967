"""Half a UTF-16 pair in a request: an error that says where, and shows no text."""

import asyncio
import traceback

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi import AsyncKimi, ConfigurationError, Kimi, diagnose
from agentsflare_kimi.calling.surrogates import lone_surrogate_error
from agentsflare_kimi.errors import LoneSurrogateError

KEY = "sk-canary-3b5d5c3712955042212316173ccf37be"
SECRET = "prompt-canary-60b725f10c9c85c7"
WELL = {"role": "user", "content": "caf\xe9 \U0001f600"}
ASKED = {"role": "user", "content": f"{SECRET}\ud83d"}
PART = {"role": "user", "content": [{"type": "text", "text": f"\udc00{SECRET}"}]}
TOOL = {"type": "function", "function": {"name": "f", "description": "f\ud83d", "parameters": {}}}
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\ud83d"}}
HISTORY = [WELL, {"role": "assistant", "content": None, "tool_calls": [CALL]}]
MODEL = "kimi-k2.6"
CHAT = "messages[1].content"
REQUESTS = {
    "chat": ("chat.completions.create", {"messages": [WELL, ASKED]}, CHAT, len(SECRET)),
    "stream": (
        "chat.completions.create",
        {"messages": [WELL, PART], "stream": True},
        f"{CHAT}[0].text",
        0,
    ),
    "raw": (
        "chat.completions.with_raw_response.create",
        {"messages": [WELL, ASKED]},
        CHAT,
        len(SECRET),
    ),
    "tools": (
        "chat.completions.create",
        {"messages": [WELL], "tools": [TOOL]},
        "tools[0].function.description",
        1,
    ),
    "history": (
        "chat.completions.create",
        {"messages": HISTORY, "tools": [{**TOOL, "function": {"name": "f"}}]},
        "messages[1].tool_calls[0].function.arguments",
        1,
    ),
    "completions": ("completions.create", {"prompt": "\ud83d"}, "prompt", 0),
    "responses": ("responses.create", {"input": "\ud83d"}, "input", 0),
    "embeddings": ("embeddings.create", {"input": ["a", "b\ud83d"]}, "input[1]", 1),
    "extra body": (
        "chat.completions.create",
        {"messages": [WELL], "extra_body": {"user": "\ud83d"}},
        "user",
        0,
    ),
}


def _method(client, path):
    for name in path.split("."):
        client = getattr(client, name)
    return client


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi])
@pytest.mark.parametrize(("path", "request_", "place", "position"), REQUESTS.values(), ids=REQUESTS)
def test_the_error_says_where(kind, path, request_, place, position):
    async def ask():
        # Nothing listens there: an attempt to send would be another error.
        client = kind(api_key=KEY, base_url="http://127.0.0.1:1/v1", max_retries=0)
        answer = _method(client, path)(model=MODEL, **request_)
        await answer

    with pytest.raises(LoneSurrogateError) as caught:
        asyncio.run(ask())
    error = caught.value
    assert isinstance(error, openai.OpenAIError)
    assert isinstance(error, ValueError)
    assert (error.path, error.position) == (place, position)
    assert f"{place} " in str(error)
    assert f"character {position}," in str(error)
    shown = "".join(traceback.format_exception(error))
    assert "header" not in str(error)
    for secret in (KEY, SECRET):
        assert secret not in shown + repr(vars(error))
    assert error.__cause__ is None
    found = diagnose(error)
    assert (found.cause, found.is_retryable) == ("invalid_request", False)


def test_a_header_is_still_told_as_one():
    client = Kimi(api_key=KEY, base_url="http://127.0.0.1:1/v1", max_retries=0)
    with pytest.raises(ConfigurationError, match="header"):
        client.chat.completions.create(
            model=MODEL, messages=[WELL], extra_headers={"X-Title": "\ud83d"}
        )


def test_a_name_is_never_shown_if_it_may_be_text():
    error = lone_surrogate_error({"a": {SECRET + " text": "x\ud83d", "b": 1}})
    assert error is not None
    assert (error.path, error.position) == ("a.…", 1)
    named = lone_surrogate_error({"a": {f"{SECRET}\ud83d": 1}})
    assert named is not None
    assert named.path == "a name in a"
    assert SECRET not in str(error) + str(named)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield name
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)


@given(_JSON)
def test_it_finds_what_cannot_be_encoded_and_nothing_else(value):
    def is_sendable(text):
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
        return True

    assert (lone_surrogate_error(value) is None) == all(map(is_sendable, _texts(value)))
