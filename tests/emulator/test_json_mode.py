"""JSON asked for in words, as instructor and DSPy do."""

from __future__ import annotations

import json

import pytest

from agentsflare_kimi.emulator.answers import compose
from agentsflare_kimi.emulator.json_mode import described_object

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
FIELDS = {
    "answer": "{answer}",
    "score": "{score}        # note: the value you produce must be a single int value",
    "kind": "{kind}        # note: the value you produce must exactly match one of: good; bad",
}


def asking(system, user="John is 3", **body):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return {"messages": messages, **body}


def answer(body):
    return compose(body, thinking=False).content


def test_a_schema_in_the_prompt_is_answered_with_an_instance():
    body = asking(
        f"Match this json_schema:\n\n{json.dumps(SCHEMA, indent=2)}\n\nGo.",
        response_format={"type": "json_object"},
    )
    assert json.loads(answer(body)) == {"name": "name", "age": 0}


def test_fields_in_the_prompt_are_filled_by_their_rules():
    body = asking(
        f"Outputs will be a JSON object with the fields.\n\n{json.dumps(FIELDS, indent=2)}",
        response_format={"type": "json_object"},
    )
    assert json.loads(answer(body)) == {"answer": "answer", "score": 0, "kind": "good"}


def test_a_code_block_is_given_where_one_is_asked_for():
    words = "Return the correct JSON response within a ```json codeblock. not the JSON_SCHEMA"
    text = answer(asking(json.dumps(SCHEMA), words))
    assert text == '```json\n{"name": "name", "age": 0}\n```'


@pytest.mark.parametrize("text", ["", "{", "{}", '{"a": 1}', "{" * 5000, "function() { return }"])
def test_other_braces_describe_nothing(text):
    assert described_object(asking(text)) is None


def test_without_a_description_the_answer_is_an_object_all_the_same():
    assert json.loads(answer(asking("x", response_format={"type": "json_object"})))["answer"]
