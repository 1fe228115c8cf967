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


BESIDE = [
    ("a.rb", 'client.chat(parameters: { model: "kimi-k2.6", messages: m, temperature: 0.7 })'),
    (
        "a.php",
        "<?php\n$c->create(['model' => 'kimi-k2.6', 'messages' => $m, 'temperature' => 0.5]);",
    ),
    ("a.php", '<?php\n$r->setModel("kimi-k2.6")->setTemperature(0.5);'),
    ("a.go", 'r := o.Request{\n\tModel: "kimi-k2.6",\n\tMessages: m,\n\tTemperature: 0.3,\n}'),
    ("a.go", 'p := o.Params{\n\tTopP: openai.Float(0.3),\n\tModel: openai.F("kimi-k2.6"),\n}'),
    ("A.java", 'var p = P.builder()\n  .model("kimi-k2.6")\n  .temperature(0.2)\n  .build();'),
    ("A.java", 'var p = P.builder().topP(.5d).model(ChatModel.of("kimi-k2.6")).build();'),
    ("a.kt", 'val p = Request(model = ModelId("kimi-k2.6"), messages = m, temperature = 0.3f)'),
    ("a.cs", 'var o = new Options { Model = "kimi-k2.6", Temperature = 0.3f };'),
    ("a.rs", 'let r = Args::default().model("kimi-k2.6").temperature(0.2_f32).build()?;'),
    ("a.rs", 'let r = Request { model: "kimi-k2.6".to_string(), temperature: Some(0.2), ..d };'),
    ("a.yaml", "llm:\n  temperature: 0.3  # warm\n  model: kimi-k2.6\n"),
    ("a.ini", "[llm]\nmodel = kimi-k2.6\ntop_p = 0.5\n"),
    ("a.toml", '[llm]\nmodel = "kimi-k2.6"\ntemperature = 0.3\n\n[other]\nx = 1\n'),
    ("main.tf", 'resource "a" "b" {\n  model = "kimi-k2.6"\n  temperature = 0.3\n}'),
]


@pytest.mark.parametrize(("filename", "text"), BESIDE)
def test_in_every_language_it_is_found_beside_the_name(filename, text):
    finding = find_one("AFK101", text, filename)

    # Of a hash or an array that goes straight into the call, all is in sight.
    is_whole = "messages" in text and filename in {"a.rb", "a.php"}
    assert (finding.severity, kind(finding)) == ("error", "unsafe" if is_whole else "none")
    place = text.splitlines()[finding.line - 1][finding.column - 1 :].lower()
    assert place.strip("'").removeprefix("set").startswith(("temperature", "topp", "top_p"))


@pytest.mark.parametrize(("filename", "text"), BESIDE)
def test_values_that_the_model_takes_are_left_alone_in_every_language(filename, text):
    for value in ("0.3", "0.7", "0.5", "0.2", ".5"):
        text = text.replace(value, "X")

    assert find("AFK101", text.replace("X", "1" if "emp" in text else "0.95"), filename) == []
    assert find("AFK101", text.replace("X", "warmth"), filename) == []


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("A.java", 'a.model("kimi-k2.6").build();\nb.model("gpt-4o").temperature(0.2).build();'),
        ("a.kt", 'val a = A.model("kimi-k2.6")\nval b = B.model("gpt-4o").temperature(0.2)'),
        ("a.kt", 'val a = outer(temperature = 0.2, inner = f(name = "x", model = "kimi-k2.6"))'),
        ("a.go", 'a := A{Model: "kimi-k2.6"}\nb := B{Model: "gpt-4o", Temperature: 0.3}'),
        ("a.go", 'a := A{Model: "kimi-k2.6", Sub: B{Temperature: 0.3}}'),
        ("a.go", 'a := A{\n\tModel: "kimi-k2.6",\n\t// Temperature: 0.3,\n}'),
        ("a.cs", 'a.Model = "kimi-k2.6"; b.Temperature = 0.3f;'),
        ("a.yaml", "model: kimi-k2.6\nother:\n  temperature: 0.3\n"),
        ("a.yaml", "a:\n  model: kimi-k2.6\nb:\n  temperature: 0.3\n"),
        ("a.yaml", "model: kimi-k2.6\nn: 5\n"),
        ("a.yaml", "- model: kimi-k2.6\n- model: gpt-4o\n  temperature: 0.3\n"),
        ("a.yaml", "- model: gpt-4o\n  temperature: 0.3\n- model: kimi-k2.6\n"),
        ("a.ini", "[a]\nmodel = kimi-k2.6\n[b]\ntemperature = 0.3\n"),
        ("a.ini", "[a]\ntemperature = 0.3\n[b]\nmodel = kimi-k2.6\n"),
        ("a.toml", '[a]\nmodel = "kimi-k2.6"\n[b]\ntemperature = 0.3\n'),
        ("a.toml", "n = 2\n[a]\n" + "# remark\n" * 800 + 'model = "kimi-k2.6"\n'),
        ("a.toml", '[a]\nmodel = "gpt-4o"\ntemperature = 0.3\n[b]\nmodel = "kimi-k2.6"\n'),
        ("a.php", "<?php\n$a = ['model' => 'kimi-k2.6', 'x' => ['temperature' => 0.5]];"),
    ],
)
def test_what_is_set_for_something_else_is_left_alone(filename, text):
    assert find("AFK101", text, filename) == []
