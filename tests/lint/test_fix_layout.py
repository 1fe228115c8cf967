"""A fix carries out the whole plan, and leaves everything else as it was."""

import ast
import json

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi.lint import fix_text

OLD = "kimi-k2-turbo-preview"
URL = "https://api.agentsflare.com/v1/chat/completions"
CALL = "client.chat.completions.create({})"


def call(arguments):
    return CALL.format(arguments)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'model="{OLD}", messages=m',
            'model="kimi-k2.6", extra_body={"thinking": {"type": "disabled"}}, messages=m',
        ),
        (
            f"messages=m, model='{OLD}'",
            "messages=m, model='kimi-k2.6', extra_body={'thinking': {'type': 'disabled'}}",
        ),
        (
            f'temperature=0.6, model="{OLD}", messages=m',
            'model="kimi-k2.6", extra_body={"thinking": {"type": "disabled"}}, messages=m',
        ),
        (
            f'model="{OLD}", messages=m, temperature=0.6,',
            'model="kimi-k2.6", extra_body={"thinking": {"type": "disabled"}}, messages=m,',
        ),
        (
            f'model="{OLD}", temperature=0.6, n=1, messages=m',
            'model="kimi-k2.6", extra_body={"thinking": {"type": "disabled"}}, messages=m',
        ),
        (
            f'model="{OLD}", messages=m, extra_body={{"k": 1}}',
            'model="kimi-k2.6", messages=m, extra_body={"thinking": {"type": "disabled"}, "k": 1}',
        ),
        (
            f'model="{OLD}", messages=m, extra_body={{}}',
            'model="kimi-k2.6", messages=m, extra_body={"thinking": {"type": "disabled"}}',
        ),
        (
            f'\n    model="{OLD}",\n    messages=m,\n    temperature=0.6,\n',
            (
                '\n    model="kimi-k2.6",\n    extra_body={"thinking": {"type": "disabled"}},\n'
                "    messages=m,\n"
            ),
        ),
        (
            f'\n    model="{OLD}",\n    temperature=0.6,  # gone\n    messages=m  # as ever\n',
            (
                '\n    model="kimi-k2.6",\n    extra_body={"thinking": {"type": "disabled"}},\n'
                "    messages=m  # as ever\n"
            ),
        ),
        (
            f'\n    messages=m,  # said\n    model="{OLD}",  # fast\n    temperature=0.6\n',
            (
                '\n    messages=m,  # said\n    extra_body={"thinking": {"type": "disabled"}},\n'
                '    model="kimi-k2.6"  # fast\n'
            ),
        ),
        (
            f'\r\n    model="{OLD}",\r\n    temperature=0.6,\r\n    messages=m,\r\n',
            (
                '\r\n    model="kimi-k2.6",\r\n    extra_body={"thinking": {"type": "disabled"}},'
                "\r\n    messages=m,\r\n"
            ),
        ),
    ],
)
def test_python_calls_keep_their_look(before, after):
    assert fixed(call(before), "a.py") == call(after)
    ast.parse(call(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'{{"model": "{OLD}", "messages": [], "temperature": 0.6}}',
            '{"model": "kimi-k2.6", "thinking": {"type": "disabled"}, "messages": []}',
        ),
        (
            f'{{\n  "temperature": 0.6,\n  "messages": [],\n  "model": "{OLD}"\n}}\n',
            (
                '{\n  "messages": [],\n  "model": "kimi-k2.6",\n'
                '  "thinking": {"type": "disabled"}\n}\n'
            ),
        ),
        (
            f'{{\n  "model": "{OLD}",\n  "messages": [],\n  "temperature": 0.6\n}}\n',
            (
                '{\n  "model": "kimi-k2.6",\n'
                '  "thinking": {"type": "disabled"},\n  "messages": []\n}\n'
            ),
        ),
        (
            f'{{\n  "messages": [],\n  "model": "{OLD}",\n  "temperature": 0.6,\n  "n": 1\n}}\n',
            (
                '{\n  "messages": [],\n  "model": "kimi-k2.6",\n'
                '  "thinking": {"type": "disabled"}\n}\n'
            ),
        ),
    ],
)
def test_json_stays_json(before, after):
    assert fixed(before, "request.json") == after
    json.loads(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'create({{ model: "{OLD}", messages, temperature: 0.6 }})',
            'create({ model: "kimi-k2.6", thinking: { type: "disabled" }, messages })',
        ),
        (
            f"create({{\n  'model': '{OLD}',\n  'messages': [...old, one],\n}})",
            (
                "create({\n  'model': 'kimi-k2.6',\n  'thinking': { 'type': 'disabled' },\n"
                "  'messages': [...old, one],\n})"
            ),
        ),
    ],
)
def test_scripts_keep_their_look(before, after):
    assert fixed(f"client.chat.completions.{before};", "a.mjs") == (
        f"client.chat.completions.{after};"
    )


def test_a_key_in_brackets_is_the_string_in_them_and_another_may_be_anything():
    text = 'c.chat.completions.create({ "model": "@", "messages": m, [KEY]: 0.3 });\n'
    text = text.replace("@", "kimi-k2-turbo-preview")
    computed = text.replace("KEY", '"temperature"')

    assert fixed(text, "a.js") == text
    assert fixed(computed, "a.js") == computed
    assert "temperature" not in fixed(computed, "a.js", unsafe=True)
    assert "thinking" not in fixed(text, "a.js", unsafe=True)


def test_a_bracket_that_never_closes_is_no_crash():
    text = 'c.create({  "kimi-k2-thinking", messages, o: { include: true } }, { sig;\n'

    assert fixed(text, "a.js", unsafe=True)


def test_in_typescript_a_field_that_the_types_lack_is_spread():
    text = f'client.chat.completions.create({{ model: "{OLD}", messages }});'
    after = fixed(text, "a.ts")

    assert after == (
        'client.chat.completions.create({ model: "kimi-k2.6", '
        '...{ thinking: { type: "disabled" } }, messages });'
    )
    assert find("AFK103", after.replace("messages", "messages, max_tokens: 9"), "a.ts") == []


def test_what_is_spread_from_a_literal_is_in_sight_and_out_of_reach():
    text = call(f'model="{OLD}", messages=m, **{{"temperature": 0.6}}')

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"
    assert fixed(text, "a.py") == text


@pytest.mark.parametrize(
    "arguments",
    [
        f'model="{OLD}", messages=m, **options',
        f'model="{OLD}", messages=m, extra_body=extra',
        f'model="{OLD}"',
    ],
)
def test_a_request_that_is_not_whole_has_no_safe_fix(arguments):
    assert kind(find_one("AFK001", call(arguments), "a.py")) == "unsafe"


@pytest.mark.parametrize("value", ["0", "settings.temperature", "t"])
def test_a_setting_that_gets_lost_makes_it_unsafe(value):
    text = call(f'model="{OLD}", messages=m, temperature={value}')
    finding = find_one("AFK001", text, "a.py")

    assert kind(finding) == "unsafe"
    assert "temperature" in finding.fix.reason
    assert "temperature" not in fixed(text, "a.py", unsafe=True)


@pytest.mark.parametrize("thinking", ["mode", '{"type": mode}', "{**mode}", '{"type": m, **mode}'])
def test_a_switch_that_only_runs_will_tell_is_left_as_it_is(thinking):
    text = call(f'model="{OLD}", messages=m, extra_body={{"thinking": {thinking}}}')
    finding = find_one("AFK001", text, "a.py")

    assert kind(finding) == "unsafe"
    assert "needs more changes than can be written here" in finding.fix.reason
    assert fixed(text, "a.py", unsafe=True) == text.replace(OLD, "kimi-k2.6")


@pytest.mark.parametrize("thinking", ["{}", '{"keep": "all"}', '{"type": None}', "False", '"off"'])
def test_a_switch_that_says_neither_on_nor_off_is_set(thinking):
    text = call(f'model="{OLD}", messages=m, extra_body={{"thinking": {thinking}, "k": 1}}')

    assert kind(find_one("AFK001", text, "a.py")) == "safe"
    assert 'extra_body={"thinking": {"type": "disabled"}, "k": 1}' in fixed(text, "a.py")


def test_a_json_body_in_python_gets_its_field_at_the_top():
    text = f'requests.post("{URL}", json={{"model": "{OLD}", "messages": m}})'

    assert fixed(text, "a.py") == (
        f'requests.post("{URL}", '
        'json={"model": "kimi-k2.6", "thinking": {"type": "disabled"}, '
        '"messages": m})'
    )


def test_a_dict_for_the_sdk_gets_the_keywords_of_the_sdk():
    text = f'body = {{"model": "{OLD}", "messages": m}}\nclient.chat.completions.create(**body)\n'

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"
    assert fixed(text, "a.py", unsafe=True) == text.replace(
        f'"{OLD}"', '"kimi-k2.6", "extra_body": {"thinking": {"type": "disabled"}}'
    )


def test_what_goes_into_every_request_of_a_framework_is_moved_as_a_whole():
    text = f'ChatOpenAI(model="{OLD}", temperature=0.6)'

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"
    assert fixed(text, "a.py", unsafe=True) == (
        'ChatOpenAI(model="kimi-k2.6", extra_body={"thinking": {"type": "disabled"}})'
    )


def test_a_call_of_another_api_is_only_renamed():
    text = f'client.messages.create(model="{OLD}", messages=m, max_tokens=9)'

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"
    assert fixed(text, "a.py", unsafe=True) == text.replace(OLD, "kimi-k2.6")


def test_a_body_in_double_quotes_stays_escaped():
    text = f'curl {URL} --json "{{\\"model\\": \\"{OLD}\\", \\"messages\\": []}}"\n'

    assert fixed(text, "a.sh") == (
        f"curl {URL} --json "
        '"{\\"model\\": \\"kimi-k2.6\\", '
        '\\"thinking\\": {\\"type\\": \\"disabled\\"}, \\"messages\\": []}"\n'
    )


def test_a_notebook_stays_one_and_its_outputs_stay():
    cell = ["client.chat.completions.create(\n", f'    model="{OLD}",\n', "    messages=m)\n"]
    notebook = {
        "cells": [{"cell_type": "code", "outputs": [OLD], "source": cell}],
        "metadata": {"model": OLD},
    }
    after = json.loads(fixed(json.dumps(notebook, indent=1), "a.ipynb"))

    assert after["cells"][0]["outputs"] == [OLD]
    assert after["metadata"] == {"model": OLD}
    assert "".join(after["cells"][0]["source"]) == (
        'client.chat.completions.create(\n    model="kimi-k2.6",\n'
        '    extra_body={"thinking": {"type": "disabled"}},\n    messages=m)\n'
    )


def test_what_was_mended_and_what_is_left_is_told():
    text = f'model = "{OLD}"\nask(model="kimi-k2-thinking", messages=m)\n'
    result = fix_text(text, "a.py")

    assert [finding.model for finding in result.fixed] == ["kimi-k2-thinking"]
    assert [finding.model for finding in result.remaining] == [OLD]


def test_a_program_that_does_not_parse_is_mended_all_the_same():
    text = 'print "old"\nask(model="kimi-k2-thinking", messages=m)\n'

    assert fixed(text, "a.py") == text.replace("kimi-k2-thinking", "kimi-k2.6")


_CALLS = '[{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]'
_TOOL_TURN = '{"role": "assistant", "content": "", "tool_calls": %s}'
_HISTORY = '[{"role": "user", "content": "Hi"}, %s]'


@pytest.mark.parametrize("calls", [_CALLS, "calls"])
@pytest.mark.parametrize(
    ("filename", "request_", "mark", "added"),
    [
        ("a.py", "c.chat.completions.create(model='kimi-k2-thinking', messages=%s)", "'", None),
        (
            "a.py",
            "requests.post('URL', json={'model': 'kimi-k2-thinking', 'messages': %s})",
            "'",
            None,
        ),
        ("a.json", '{"model": "kimi-k2-thinking", "messages": %s}', '"', None),
        (
            "a.js",
            'fetch("URL", {body: JSON.stringify({model: "kimi-k2-thinking", messages: %s})})',
            '"',
            None,
        ),
        (
            "a.ts",
            'c.chat.completions.create({model: "kimi-k2-thinking", messages: %s});',
            '"',
            '...{ "reasoning_content": "" }',
        ),
    ],
)
def test_tool_calls_in_the_history_get_the_reasoning_that_must_be_there(
    filename, request_, mark, added, calls
):
    if filename == "a.json" and calls != _CALLS:
        pytest.skip("JSON has no variables")
    turn = _TOOL_TURN % calls
    url = "https://api.agentsflare.com/v1/chat/completions"
    text = request_.replace("URL", url) % (_HISTORY % turn)
    added = added or f"{mark}reasoning_content{mark}: {mark}{mark}"

    assert kind(find_one("AFK001", text, filename)) == "safe"
    after = fixed(text, filename)
    assert f"{turn[:-1]}, {added}}}" in after
    assert "kimi-k2.6" in after
    assert "thinking" in after
    assert fixed(after, filename) == after


def test_a_history_that_no_edit_can_mend_says_so():
    turn = '{"role": "assistant", "tool_calls": calls, "reasoning_content": None}'
    text = f'c.chat.completions.create(model="kimi-k2-thinking", messages=[{turn}])'
    finding = find_one("AFK001", text, "a.py")

    assert kind(finding) == "unsafe"
    assert "needs more changes than can be written here" in finding.fix.reason


def test_a_new_line_ends_as_the_others_do():
    text = f'{{\r  "model": "{OLD}",\r  "messages": []\r}}\r'
    after = fixed(text, "a.json")

    assert "thinking" in after
    assert "\n" not in after
