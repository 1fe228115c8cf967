"""AFK101: parameters that the named model rejects."""

import pytest
from linting import find, find_one, fixed, kind

CALL = "client.chat.completions.create(model={!r}, messages=m, {})"
OFF = 'extra_body={"thinking": {"type": "disabled"}}'


@pytest.mark.parametrize(
    ("model", "arguments", "allowed"),
    [
        ("kimi-k2.6", "temperature=0.6", "only 1 is"),
        ("kimi-k2.6", f"temperature=1, {OFF}", "only 0.6 is"),
        ("kimi-k2.6", "top_p=1", "only 0.95 is"),
        ("kimi-k2.5", "n=2", "only 1 is"),
        ("kimi-k2.6", "presence_penalty=0.5", "only 0 is"),
        ("kimi-k2.7-code", "frequency_penalty=-1", "only 0 is"),
        ("kimi-k3", "temperature=0", "only 1 is"),
    ],
)
def test_another_value_than_the_models_own_is_an_error(model, arguments, allowed):
    text = CALL.format(model, arguments)
    finding = find_one("AFK101", text, "a.py")

    assert finding.severity == "error"
    assert allowed in finding.message
    assert kind(finding) == "unsafe"
    assert find("AFK101", fixed(text, "a.py", unsafe=True), "a.py") == []


@pytest.mark.parametrize(
    ("model", "arguments"),
    [
        ("kimi-k2.6", "temperature=1"),
        ("kimi-k2.6", "temperature=1.0, top_p=0.95, n=1, presence_penalty=0"),
        ("kimi-k2.6", f"temperature=0.6, {OFF}"),
        ("kimi-k2.6", "temperature=None"),
        ("kimi-k2.6", "temperature=settings.temperature"),
        ("kimi-latest", "temperature=0.3"),
        ("gpt-4o", "temperature=0.3"),
    ],
)
def test_what_the_model_takes_is_left_alone(model, arguments):
    assert find("AFK101", CALL.format(model, arguments), "a.py") == []


def test_in_json_and_scripts_it_is_found_too():
    body = '{"model": "kimi-k2.6", "messages": [], "temperature": 0}'

    assert find_one("AFK101", body, "a.json").column == 40
    assert find("AFK101", f"curl -d '{body}' x", "a.sh")
    assert find("AFK101", f"fetch(url, {{ body: JSON.stringify({body}) }})", "a.ts")


def test_arguments_of_a_framework_count_only_where_thinking_makes_no_difference():
    assert find("AFK101", 'Chat(model="kimi-k2.6", temperature=0.3)', "a.py")
    assert find("AFK101", 'Chat(model="kimi-k2.6", temperature=0.6)', "a.py") == []
    assert find("AFK101", 'Chat(model="kimi-k2.6", temperature=1)', "a.py") == []


def test_a_fix_takes_out_neighbours_one_after_the_other():
    text = CALL.format("kimi-k2.6", "temperature=0.2, top_p=0.5, n=3")

    assert fixed(text, "a.py", unsafe=True) == (
        "client.chat.completions.create(model='kimi-k2.6', messages=m)"
    )


@pytest.mark.parametrize(
    ("text", "filename"),
    [
        (CALL.format("kimi-k2.6", f"temperature=0.3, {OFF}, **rest"), "a.py"),
        ('completion(model="kimi-k2.6", temperature=0.3, thinking={"type": "disabled"})', "a.py"),
        ('{"model": "kimi-k2.6", "temperature": 0.3, "thinking": {"type": "disabled"}}', "a.json"),
        (
            'create({...rest, model: "kimi-k2.6", temperature: 0.3, thinking: {type: "disabled"}})',
            "a.js",
        ),
    ],
)
def test_a_request_of_which_a_part_is_not_in_sight_is_judged_by_what_is(text, filename):
    finding = find_one("AFK101", text, filename)

    assert "only 0.6 is" in finding.message
    assert kind(finding) == "none"


@pytest.mark.parametrize("n", ["n : 2", "n  :  2", "n\t: 2"])
def test_spaces_do_not_hide_a_parameter(n):
    text = f'fetch(u, {{body: JSON.stringify({{model: "kimi-k2.6", messages: ms, {n}}})}})'

    assert len(find("AFK101", text, "a.js")) == 1


@pytest.mark.parametrize(
    ("text", "filename"),
    [
        ('create(model="kimi-k2.6", messages=m, **{"temperature": 0.3})', "a.py"),
        ('ChatOpenAI(model="kimi-k2.6", model_kwargs={"temperature": 0.3})', "a.py"),
    ],
)
def test_a_parameter_in_what_is_added_is_found_and_left_to_the_reader(text, filename):
    assert kind(find_one("AFK101", text, filename)) == "none"


@pytest.mark.parametrize(
    ("text", "filename"),
    [
        (CALL.replace("{!r}", '("kimi-k2.6")').format("temperature=0.3"), "a.py"),
        (CALL.replace("{!r}", '(\n    "kimi-k2.6"\n)').format("temperature=0.3"), "a.py"),
        ('completions.create({ model: "kimi-k2.6" as const, messages, temperature: 0 })', "a.ts"),
        ('completions.create({ model: "kimi-k2.6" satisfies M, messages, top_p: 0 })', "a.ts"),
    ],
)
def test_what_only_wraps_the_name_hides_nothing(text, filename):
    assert kind(find_one("AFK101", text, filename)) == "unsafe"
