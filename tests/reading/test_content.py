import json

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.errors import IncompleteStreamError
from agentsflare_kimi.reading.content import assistant_message, extract_content, extract_reasoning

CALL = {
    "id": "functions.lookup:0",
    "type": "function",
    "function": {"name": "lookup", "arguments": '{"q": "tide"}'},
}


def answer(**message):
    return {"choices": [{"index": 0, "message": {"role": "assistant", **message}}]}


def forms(body):
    """Return a completion as a plain dict and as the SDK's object."""
    return [body, ChatCompletion.construct(**body)]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hello", "Hello"),
        ("", ""),
        (None, ""),
        (["Hel", "lo"], "Hello"),
        ([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}], "Hello"),
        ([{"text": "Hel"}, {"type": "output_text", "text": "lo"}], "Hello"),
        ([{"type": "image_url", "image_url": {"url": "x"}}], ""),
        ([{"type": "reasoning", "text": "hidden"}, {"type": "text", "text": "Hi"}], "Hi"),
        ({"type": "text", "text": "Hello"}, "Hello"),
        (42, ""),
    ],
)
def test_text_of_a_choice(content, text):
    for source in forms(answer(content=content)):
        assert extract_content(source) == text


def test_text_of_another_choice():
    body = {"choices": [{"index": 1, "message": {"content": "B"}}, {"message": {"content": "C"}}]}
    for source in forms(body):
        assert extract_content(source, 1) == "B"
        assert extract_content(source, index=7) == ""
        assert extract_content(source) == ""


def test_text_of_a_chunk():
    body = {"choices": [{"index": 0, "delta": {"content": "Hel", "reasoning_content": "Hm"}}]}
    for source in (body, ChatCompletionChunk.construct(**body)):
        assert extract_content(source) == "Hel"
        assert extract_reasoning(source) == "Hm"


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        ({"reasoning_content": "Hm"}, "Hm"),
        ({"reasoning": "Hm"}, "Hm"),
        ({"reasoning_content": "", "reasoning": "Hm"}, "Hm"),
        ({"reasoning_content": None}, ""),
        ({"content": "Hello"}, ""),
        ({"reasoning_content": ["odd"]}, ""),
    ],
)
def test_reasoning_of_a_choice(message, reasoning):
    for source in forms(answer(**message)):
        assert extract_reasoning(source) == reasoning


def test_text_of_an_exception_that_carries_an_answer():
    error = openai.LengthFinishReasonError(
        completion=ChatCompletion.construct(**answer(content="Half"))
    )
    assert extract_content(error) == "Half"
    wrapped = RuntimeError("step failed")
    wrapped.__cause__ = error
    assert extract_content(wrapped) == "Half"


def test_text_of_a_broken_stream():
    error = IncompleteStreamError("cut", None, body=None)
    error.partial = "Half"
    assert extract_content(error) == "Half"
    assert extract_content(error, 1) == ""
    assert extract_content(ValueError("odd")) == ""


@pytest.mark.parametrize("content", [None, ""])
@pytest.mark.parametrize("reasoning", ["Hm", ""])
def test_message_with_tool_calls_keeps_calls_and_reasoning(content, reasoning):
    body = answer(content=content, tool_calls=[CALL], reasoning_content=reasoning)
    for source in forms(body):
        assert assistant_message(source) == {
            "role": "assistant",
            "content": content,
            "tool_calls": [CALL],
            "reasoning_content": reasoning,
        }


def test_message_holds_nothing_that_only_answers_have():
    extra = {"refusal": None, "annotations": [], "audio": None, "function_call": None, "parsed": 1}
    call = {
        **CALL,
        "index": 0,
        "function": {**CALL["function"], "parsed_arguments": {"q": "tide"}},
    }
    for source in forms(answer(content="Hi", tool_calls=[call], **extra)):
        message = assistant_message(source)
        assert message == {"role": "assistant", "content": "Hi", "tool_calls": [CALL]}
        assert json.loads(json.dumps(message)) == message


def test_message_without_calls_or_reasoning_has_neither():
    for source in forms(answer(content=[{"type": "text", "text": "Hi"}], tool_calls=[])):
        assert assistant_message(source) == {"role": "assistant", "content": "Hi"}


def test_message_of_a_refusal_is_its_text():
    for source in forms(answer(content=None, refusal="No.")):
        assert assistant_message(source) == {"role": "assistant", "content": "No."}


def test_message_of_reasoning_that_a_gateway_renamed_has_the_name_that_kimi_asks_for():
    for source in forms(answer(content="Hi", reasoning="Hm")):
        assert assistant_message(source)["reasoning_content"] == "Hm"


def test_message_of_a_stream_is_that_of_its_answer():
    body = answer(content="", tool_calls=[CALL], reasoning_content="")
    assert assistant_message(ChatCompletion.construct(**body)) == assistant_message(body)


def test_message_where_there_is_none():
    assert assistant_message({"choices": []}) == {"role": "assistant", "content": ""}
