"""However a request is written, the fixed one asks for what the plan of the original says."""

import json
import subprocess
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from linting import find_one, fixed

from agentsflare_kimi import list_models, plan_migration

RETIRED = [model.id for model in list_models() if model.status == "retired"]
CALL_TURN = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
MESSAGES = [
    [{"role": "user", "content": "Say (hi), [hi] and {hi}; # not // a 'remark'"}],
    [
        {"role": "user", "content": "x"},
        CALL_TURN,
        {"role": "tool", "tool_call_id": "c", "content": "4"},
    ],
]
VALUES = {
    "temperature": st.sampled_from([0, 0.2, 0.6, 1, 1.0, None]),
    "top_p": st.sampled_from([0.1, 0.95, 1]),
    "n": st.sampled_from([1, 2]),
    "presence_penalty": st.sampled_from([0, 0.5]),
    "frequency_penalty": st.sampled_from([0.0, -1]),
    "max_tokens": st.sampled_from([16, 32768]),
    "stream": st.booleans(),
    "stop": st.sampled_from([["a,b", "c)"], "}"]),
    "tool_choice": st.sampled_from(["auto", "none", "required"]),
    "user": st.sampled_from(["=", "a: b"]),
}
OWN = {"top_k": 5, "thinking": {"type": "enabled"}, "safety": {"level": ["(", 1]}}


@st.composite
def requests(draw):
    """A request, its keys in any order."""
    body = {"model": draw(st.sampled_from(RETIRED)), "messages": draw(st.sampled_from(MESSAGES))}
    for key in draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=5)):
        body[key] = draw(VALUES[key])
    for key in draw(st.lists(st.sampled_from(sorted(OWN)), unique=True, max_size=2)):
        body[key] = OWN[key]
    return dict(draw(st.permutations(sorted(body.items(), key=lambda item: item[0]))))


@st.composite
def layouts(draw):
    """How entries are set: on lines or not, with remarks and a comma at the end or without."""
    return SimpleNamespace(
        gap=draw(st.sampled_from([" ", "", "\n    ", "\r\n\t", "  \n"])),
        remark=draw(st.sampled_from(["", "kept", "model: 'x', (n=2"])),
        has_last_comma=draw(st.booleans()),
        quote=draw(st.sampled_from("\"'")),
    )


def laid_out(entries, layout, remark_sign):
    is_tall = "\n" in layout.gap
    remark = f"  {remark_sign} {layout.remark}" if layout.remark and is_tall else ""
    comma = "," if layout.has_last_comma else ""
    return layout.gap + f",{remark}{layout.gap}".join(entries) + comma + layout.gap


def python_program(body, layout):
    own = {key: value for key, value in body.items() if key in OWN}
    written = {key: repr(value) for key, value in body.items() if key not in OWN}
    if own:
        written["extra_body"] = repr(own)
    if layout.quote == '"':
        written["model"] = json.dumps(body["model"])
    entries = [f"{key}={value}" for key, value in written.items()]
    return f"client.chat.completions.create({laid_out(entries, layout, '#')})\n"


def sent(program):
    asked = []
    completions = SimpleNamespace(create=lambda **request: asked.append(request))
    client = SimpleNamespace(chat=SimpleNamespace(completions=completions))
    exec(program, {"client": client})  # noqa: S102  # our own
    return asked[0] | asked[0].pop("extra_body", {})


def assert_follows(text, filename, body, after):
    """Hold a fix against the plan; *after* is what the fixed text asks for."""
    plan = plan_migration(body)
    finding = find_one("AFK001", text, filename)
    assert after == plan.request
    if finding.fix.is_safe:
        assert not plan.is_lossy


@given(requests(), layouts())
@settings(max_examples=200, deadline=None)
def test_in_python(body, layout):
    text = python_program(body, layout)
    after = fixed(text, "a.py", unsafe=True)

    assert_follows(text, "a.py", body, sent(after))
    assert after.count("#") >= text.count("#") - len(body)
    assert fixed(after, "a.py", unsafe=True) == after


@given(requests(), layouts(), st.sampled_from([None, 2, "\t"]))
@settings(max_examples=200, deadline=None)
def test_in_json(body, layout, indent):
    text = json.dumps(body, indent=indent).replace("\n", "\r\n" if "\r" in layout.gap else "\n")
    after = fixed(text, "a.json", unsafe=True)

    assert_follows(text, "a.json", body, json.loads(after))
    assert fixed(after, "a.json", unsafe=True) == after


def script_program(body, layout):
    entries = [f"{key}: {json.dumps(value)}" for key, value in body.items()]
    if layout.quote == "'":
        model = json.dumps(body["model"])
        entries = [entry.replace(model, model.replace('"', "'")) for entry in entries]
    return f"client.chat.completions.create({{{laid_out(entries, layout, '//')}}});\n"


@given(st.lists(st.tuples(requests(), layouts()), min_size=20, max_size=20))
@settings(max_examples=8, deadline=None)
def test_in_scripts(cases):
    texts = [script_program(*case) for case in cases]
    for filename in ("a.mjs", "a.ts"):
        programs = [fixed(text, filename, unsafe=True) for text in texts]
        for (body, _), text, after in zip(cases, texts, run_all(programs), strict=True):
            assert_follows(text, filename, body, after)


def run_all(programs):
    """Run scripts in one process and return what each asked for."""
    client = (
        "const client = {chat: {completions: {create: (b) => console.log(JSON.stringify(b))}}};"
    )
    script = client + "".join(programs)
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
