"""From a file to rows: ids, bodies, and every mistake with its line."""

import json
from pathlib import Path

import pytest

from agentsflare_kimi.batch.inputs import InputFile, RowOptions, refuse_bad_rows
from agentsflare_kimi.batch.rows import BadRow, Row, digest_of
from agentsflare_kimi.batch.templates import Template
from agentsflare_kimi.batch.tokens import prompt_tokens
from agentsflare_kimi.errors import BatchError


def read(path, text, **options):
    path.write_text(text, encoding="utf-8")
    return list(InputFile(path, RowOptions(**options)))


def nested(levels):
    content = "[" * levels + "1" + "]" * levels
    return f'{{"id": 1, "messages": [{{"content": {content}}}]}}'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"id": 1, "prompt": "x"}\n{"id": 1, "prompt": "y"}', 2, "'1' is also that of line 1"),
        ('{"id": 1, "prompt": "x"}\n{"id":', 2, "not JSON: Expecting value (column 7)"),
        ('{"id": 1, "prompt": "a\0b"}', 1, "not JSON: Invalid control character (column 23)"),
        (r'{"id": 1, "prompt": "\ud83d"}', 1, "half of a character"),
        (r'{"id": "\uDE00", "prompt": "x"}', 1, "half of a character"),
        ('{"id": 1, "prompt": "x"}\n\n[]', 3, "not a JSON object, but an array"),
        ("[" * 100_000, 1, "nested too deeply"),
        (nested(200), 1, "nested too deeply"),
        ('{"id": 1}', 1, "neither `body`, `messages` nor `prompt`"),
        ('{"id": 1, "prompt": " "}', 1, "`prompt` is empty"),
        ('{"id": 1, "prompt": null}', 1, "`prompt` is empty"),
        ('{"id": 1, "prompt": 5}', 1, "`prompt` is not text; --template makes text of it"),
        ('{"custom_id": "a", "body": []}', 1, "`body` is not an object"),
        ('{"custom_id": "a", "body": {}}', 1, "`body.messages` is not a list"),
        ('{"body": {"messages": [{}]}}', 1, "no `custom_id`"),
        ('{"custom_id": "a", "url": "/v1/embeddings", "body": {}}', 1, "not POST /v1/embeddings"),
        ('{"custom_id": "a", "url": ["x"], "body": {}}', 1, "not POST ['x']"),
        ('{"custom_id": "a", "method": {}, "body": {}}', 1, "not {} /v1/chat"),
        ('{"id": 1, "messages": [{}], "stream": true}', 1, "`stream` cannot be used"),
        ('{"id": 1, "messages": [{}], "model": "kimi-x9"}', 1, "kimi-x9"),
        ('{"id": 1, "messages": [{}], "model": 5}', 1, "`model` is not text"),
        ('{"id": 1, "messages": "x"}', 1, "`messages` is not a list"),
        ('{"id": 1, "messages": []}', 1, "`messages` is empty"),
        ('{"id": 1, "messages": [{}], "seed": NaN}', 1, "not JSON: NaN"),
        ('{"id": 1, "messages": [{}], "top_p": 1e999}', 1, "the number 1e999 is too large"),
        (f'{{"id": 1, "messages": [{{}}], "n": 1{"0" * 5_000}}}', 1, "a number of 5,001 digits"),
        ('{"id": 1.5, "prompt": "x"}', 1, "`id` is a float"),
        ('{"custom_id": true, "id": "a", "prompt": "x"}', 1, "`custom_id` is a bool"),
        ('{"custom_id": ["a"], "prompt": "x"}', 1, "`custom_id` is a list"),
    ],
)
def test_a_mistake_is_told_with_its_line(text, line, words, tmp_path):
    bad = [row for row in read(tmp_path / "in.jsonl", text) if isinstance(row, BadRow)]

    assert [row.line for row in bad] == [line]
    assert words in bad[0].reason
    with pytest.raises(BatchError, match=rf"in\.jsonl: line {line}: .*Nothing was asked"):
        refuse_bad_rows(tmp_path / "in.jsonl", bad)


def test_ids_may_be_numbers_and_what_has_none_is_called_by_its_line(tmp_path):
    text = '{"id": 7, "prompt": "x"}\n{"custom_id": null, "prompt": "x"}\n{"id": "", "prompt": "x"}'

    given = [row.custom_id for row in read(tmp_path / "in.jsonl", text)]

    assert given == ["7", "line-2", "line-3"]


def test_no_bad_line_has_the_id_of_a_row(tmp_path):
    text = '{"id": "line-2", "prompt": "x"}\n{\n{\n{"id": "line-3", "prompt": "x"}\n'

    given = [row.custom_id for row in read(tmp_path / "in.jsonl", text)]

    assert given == ["line-2", "line-2-bad", "line-3", "line-4"]


def test_only_the_first_mistakes_are_told():
    bad = [BadRow(custom_id=f"line-{n}", reason=f"x{n}", line=n) for n in range(1, 26)]

    with pytest.raises(BatchError, match=r"line 10: x10; and 15 more\. Nothing was asked"):
        refuse_bad_rows("in.jsonl", bad)


def test_a_mistake_of_many_lines_is_told_once():
    bad = [BadRow(custom_id=f"line-{n}", reason="x.", line=n) for n in range(3, 1_006)]
    bad += [BadRow(custom_id="line-2000", reason="y", line=2_000)]

    with pytest.raises(BatchError) as refused:
        refuse_bad_rows("in.jsonl", bad)
    told = str(refused.value)
    assert told.startswith("in.jsonl: line 3 and 1,002 more: x; line 2000: y. Nothing was asked")


def test_a_character_that_json_writes_in_two_halves_is_whole(tmp_path):
    (row,) = read(tmp_path / "in.jsonl", r'{"prompt": "\ud83d\ude00 and \\ud83d"}')

    assert row.body["messages"][0]["content"] == "\N{GRINNING FACE} and \\ud83d"


@pytest.mark.parametrize(
    ("name", "words"),
    [("-", "stdin is not a regular file"), (".", "is a directory")],
)
def test_what_cannot_hold_rows_is_told(name, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BatchError, match=words):
        list(InputFile(Path(name)))


def test_a_csv_whose_header_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"pr\xf6mpt\nx\n")

    with pytest.raises(BatchError, match="line 1: not UTF-8; save the file as UTF-8"):
        list(InputFile(tmp_path / "in.csv"))


def test_bytes_that_are_not_utf_8_are_told(tmp_path):
    (tmp_path / "in.txt").write_bytes(b"good\nb\xe4d\n")
    (tmp_path / "in.csv").write_bytes(b"id,prompt\n1,good\n2,b\xe4d\n")

    for name, line in (("in.txt", 2), ("in.csv", 3)):
        _, bad = InputFile(tmp_path / name)
        assert (bad.line, bad.reason[:9]) == (line, "not UTF-8")


def test_a_csv_field_may_have_lines_of_its_own(tmp_path):
    text = 'id,prompt\n1,"two\nlines"\n2,one\n3\n4,a,b\n'
    rows = read(tmp_path / "in.csv", text)

    assert [row.line for row in rows] == [2, 4, 5, 6]
    assert rows[0].body["messages"] == [{"role": "user", "content": "two\nlines"}]
    assert rows[2].reason == "1 fields, and 2 columns"


def test_what_is_nested_as_deeply_as_may_be_is_read_planned_and_estimated(tmp_path):
    (row,) = read(tmp_path / "in.jsonl", nested(95))

    assert prompt_tokens(row.body) > 0
    assert len(digest_of(row.body)) == 16


def test_joined_files_may_have_byte_order_marks_in_the_middle(tmp_path):
    text = '\ufeff{"prompt": "x"}\r\n\r\n\ufeff{"prompt": "y"}\r\n'

    assert [row.line for row in read(tmp_path / "in.jsonl", text)] == [1, 3]


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("id;prompt\n1;a, b\n", ["a, b"]),
        ("\n  \nid,prompt\n1,x\n", ["x"]),
        ("id, prompt \n1, x\n", [" x"]),
        ("id,prompt,,\n1,x,,\n", ["x"]),
        ('"id;1",prompt\n1,x;y\n', ["x;y"]),
    ],
)
def test_a_csv_of_a_spreadsheet_or_of_a_hand_is_read(text, prompts, tmp_path):
    found = read(tmp_path / "in.csv", text)

    assert [row.body["messages"][0]["content"] for row in found] == prompts


def test_a_template_that_makes_a_blank_prompt_is_told(tmp_path):
    (bad,) = read(tmp_path / "in.csv", 'text\n" "\n', template=Template("{text}"))

    assert bad.reason == "the prompt that the template makes is empty"


def test_a_format_may_be_named_in_capitals(tmp_path):
    (tmp_path / "in").write_text("x\n")

    assert len(list(InputFile(tmp_path / "in", input_format="TXT"))) == 1


def test_a_csv_that_names_a_column_twice_is_refused(tmp_path):
    with pytest.raises(BatchError, match="two columns are named 'a'"):
        read(tmp_path / "in.csv", "a,b,a\n1,2,3\n")


def test_an_unknown_column_is_told_with_those_there_are(tmp_path):
    (bad,) = read(tmp_path / "in.csv", "id,text\n1,x\n", template=Template("Sum up {txt}"))

    assert bad.reason == "no column 'txt'; there are: id, text"


def test_a_missing_model_is_that_of_the_settings_and_an_option_wins(tmp_path):
    text = '{"id": 1, "prompt": "x"}\n{"id": 2, "messages": [{}], "model": "kimi-k2.7-code"}\n'

    models = [row.body["model"] for row in read(tmp_path / "in.jsonl", text)]
    given = [row.body["model"] for row in read(tmp_path / "in.jsonl", text, model="kimi-k2.5")]

    assert models == ["kimi-k2.6", "kimi-k2.7-code"]
    assert given == ["kimi-k2.5"] * 2


def test_a_row_keeps_what_it_says_itself(tmp_path):
    messages = [{"role": "system", "content": "mine"}]
    text = json.dumps({"id": 1, "messages": messages, "max_tokens": 5}) + '\n{"prompt": "x"}\n'

    own, other = read(tmp_path / "in.jsonl", text, system="theirs", max_completion_tokens=9)

    assert own.body["messages"] == messages
    assert "max_completion_tokens" not in own.body
    assert other.custom_id == "line-2"
    assert other.body["messages"][0] == {"role": "system", "content": "theirs"}
    assert other.body["max_completion_tokens"] == 9


def test_a_file_can_be_gone_through_again_but_must_not_change(tmp_path):
    path = tmp_path / "in.txt"
    path.write_text("one\ntwo\nthree\n")
    source = InputFile(path, limit=2)

    assert [row.custom_id for row in source.rows()] == ["line-1", "line-2"]
    assert all(isinstance(row, Row) for row in source)
    path.write_text("one\nanother\n")
    with pytest.raises(BatchError, match="has changed since the batch began"):
        list(source)


def test_an_unknown_format_is_told_with_those_there_are(tmp_path):
    (tmp_path / "in.xyz").touch()

    with pytest.raises(BatchError, match=r"unknown format 'xyz'.*jsonl, ndjson, csv"):
        list(InputFile(tmp_path / "in.xyz"))


def test_a_parquet_file_that_is_none_is_told(tmp_path):
    pytest.importorskip("duckdb")
    (tmp_path / "in.parquet").write_text("no")

    with pytest.raises(BatchError, match=r"in\.parquet"):
        list(InputFile(tmp_path / "in.parquet"))
