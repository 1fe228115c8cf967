"""Schemas that cannot be used are told before anything is asked; answers are judged by the rest."""

import json

import pytest
from openai.types.chat import ChatCompletion

from agentsflare_kimi.batch import BatchError
from agentsflare_kimi.batch.records import answer_record
from agentsflare_kimi.batch.schemas import SchemaCheck

pytest.importorskip("jsonschema")


def judged(schema, text):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    record = answer_record("a", "digest", ChatCompletion.construct(choices=[choice]))
    assert SchemaCheck(schema).judge(record, {"messages": []}) is None
    return record


def in_not(levels):
    return json.loads('{"not":' * levels + "{}" + "}" * levels)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#"}, "references never end"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "references never end"),
        ({"$schema": 5}, "`$schema` is not text"),
        ({"type": "strin"}, "'strin' is not valid"),
        (in_not(300), "nested too deeply"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(schema, words):
    with pytest.raises(BatchError, match="not a valid schema") as refused:
        SchemaCheck(schema)

    assert words in str(refused.value)


def test_a_reference_may_lead_back_to_what_holds_it():
    tree = {"properties": {"child": {"$ref": "#"}, "n": {"type": "integer"}}}

    assert judged(tree, '{"child": {"child": {"n": 1}}}')["error"] is None
    assert "$.child.n: 'x' is" in judged(tree, '{"child": {"n": "x"}}')["error"]["message"]


def test_references_that_never_end_for_one_value_make_its_record_an_error():
    endless = {"$defs": {"a": {"$ref": "#/$defs/a"}}, "properties": {"x": {"$ref": "#/$defs/a"}}}

    assert judged(endless, '{"y": 1}')["parsed"] == {"y": 1}
    assert "references never end" in judged(endless, '{"x": 1}')["error"]["message"]


@pytest.mark.parametrize("text", ['{"n": NaN}', '{"n": -Infinity}', '{"n": 1e999}', "[" * 100_000])
def test_what_json_cannot_say_is_no_answer_in_json(text):
    record = judged({}, text)

    assert record["error"]["code"] == "schema_mismatch"
    assert record["error"]["message"].startswith("not JSON: ")
    assert "parsed" not in record
