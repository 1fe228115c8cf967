"""A whole request is not changed safely where the rest of the program speaks against it."""

import pytest
from linting import find, kind

from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.evidence.whole_text import is_for_other_servers, reasons_in

OURS = "https://api.agentsflare.com/v1"

CALL = 'r = client.chat.completions.create(model="kimi-k2-thinking", messages=m{0})\n'

AROUND = {
    "error-expected": (
        "try: ask()\nexcept openai.NotFoundError: pass\n",
        "assert r.status_code == 410\n",
        'raise SystemExit("should have been refused")\n',
        "with pytest.warns(RetiredModelWarning): ask()\n",
    ),
    "doubled": (
        "client.chat.completions.create.side_effect = fail\n",
        "client = OpenAI(http_client=httpx.Client(transport=httpx.MockTransport(f)))\n",
        '@vcr.use_cassette("a.yaml")\ndef ask(): ...\n',
        'setattr(client.chat.completions, "create", fake)\n',
    ),
    "part-looked-for": (
        'if "thinking" in r.model: show(r)\n',
        'assert r.model.startswith("kimi-k2-th")\nr.model.endswith("-thinking")\n',
    ),
}
SAMPLES = [(name, text) for name, texts in AROUND.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), SAMPLES)
def test_what_the_program_says_elsewhere_makes_the_fix_unsafe(name, text):
    assert name in reasons_in(text)
    finding = find("AFK001", CALL.format("") + text, "a.py")[0]
    assert kind(finding) == "unsafe"
    assert EVIDENCE[name].reason in finding.fix.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "if r.status_code == 429: wait()\n",
        "except FileNotFoundError: pass\n",
        'print("thinking")\n',
        'retriever.search(q, top_k=3, kind="preview")\n',
        'r.choices[0].message.content.startswith("{")\n',
    ],
)
def test_what_says_nothing_about_the_model_leaves_the_fix_safe(text):
    assert reasons_in(text) == ()
    assert kind(find("AFK001", CALL.format("") + text, "a.py")[0]) == "safe"


@pytest.mark.parametrize(
    "field",
    [
        ', extra_body={"top_k": 20}',
        ', extra_body={"guided_json": schema}',
        ', extra_body={"provider": {"order": ["x"]}}',
    ],
)
def test_a_field_that_only_other_servers_take_makes_the_fix_unsafe(field):
    assert is_for_other_servers(field)
    assert kind(find("AFK001", CALL.format(field), "a.py")[0]) == "unsafe"


@pytest.mark.parametrize("field", ["", ", max_tokens=5", ", tools=tools, stream=True"])
def test_usual_fields_leave_the_fix_safe(field):
    assert not is_for_other_servers(field)
    assert kind(find("AFK001", CALL.format(field), "a.py")[0]) == "safe"


def test_a_program_that_asks_the_successor_as_well_is_not_changed_safely():
    other = CALL.format("").replace("kimi-k2-thinking", "kimi-k2.6")
    finding = find("AFK001", CALL.format("") + other, "a.py")[0]
    assert kind(finding) == "unsafe"
    assert EVIDENCE["successor-asked"].reason in finding.fix.reason


@pytest.mark.parametrize(
    "text",
    [
        'assert r.model == "kimi-k2-thinking"\n',
        'cost = PRICES["kimi-k2-thinking"]\n',
        'db.execute(q, ("kimi-k2-thinking", r.usage.total_tokens))\n',
        'out = "runs/kimi-k2-thinking.json"\n',
        'span.update_name("chat kimi-k2-thinking")\n',
    ],
)
def test_a_name_that_stays_as_it_is_makes_the_fix_of_a_whole_call_unsafe(text):
    finding = find("AFK001", CALL.format("") + text, "a.py")[0]
    assert kind(finding) == "unsafe"
    assert "line 2" in finding.fix.reason


@pytest.mark.parametrize(
    "url", ["http://gpu:8000/v1", "http://{host}:8000/v1", "http://10.0.0.3/v1", "/llm"]
)
def test_a_server_of_ones_own_makes_the_fix_unsafe(url):
    text = f'client = OpenAI(base_url=f"{url}")\n'
    if url.startswith("/"):
        text = text.replace('f"', '"')
    assert kind(find("AFK001", text + CALL.format(""), "a.py")[0]) == "unsafe"


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", "# The client rewrites this request and warns.\n" + CALL.format("")),
        ("a.py", CALL.format("") + "# pinned: do not change\n"),
        ("a.py", '"""What calls were before 2026-05: the way back."""\n' + CALL.format("")),
        (".env", "# kept for the replay\nAGENTSFLARE_MODEL=kimi-k2-thinking\n"),
        (".env", "# old, until 2026-05\nAGENTSFLARE_MODEL=kimi-k2-thinking\n"),
    ],
)
def test_a_comment_that_says_that_a_name_stays_makes_the_fix_unsafe(filename, text):
    finding = find("AFK001", text, filename)[0]
    assert kind(finding) == "unsafe"
    assert EVIDENCE["said-to-stay"].reason in finding.fix.reason


@pytest.mark.parametrize(
    "comment",
    ["# Ask once and print the answer.", '"""Keep the history."""', 'x = """the old text"""'],
)
def test_other_comments_leave_it_safe(comment):
    assert kind(find("AFK001", f"{comment}\n{CALL.format('')}", "a.py")[0]) == "safe"


def test_two_commands_of_a_script_that_ask_both_models_are_not_changed():
    url = "https://api.agentsflare.com/v1/chat/completions"
    ask = f'curl {url} -d \'{{"model": "@", "messages": []}}\'\n'
    text = ask.replace("@", "kimi-k2-thinking") + ask.replace("@", "kimi-k2.6")
    assert EVIDENCE["successor-asked"].reason in find("AFK001", text, "a.sh")[0].fix.reason


def test_a_program_that_says_what_becomes_of_retired_names_is_not_changed():
    text = 'client = Kimi(on_retired="warn")\n' + CALL.format("")
    assert kind(find("AFK001", text, "a.py")[0]) == "unsafe"


@pytest.mark.parametrize(
    "after", ["&& exit 1", "&& false", "| grep -q model_not_found", "| jq -e .error"]
)
def test_a_command_that_is_to_fail_is_not_changed_safely(after):
    body = '{"model": "kimi-k2-thinking", "messages": []}'
    text = f"curl -f https://api.agentsflare.com/v1/chat/completions -d '{body}' {after}\n"
    assert kind(find("AFK001", text, "a.sh")[0]) == "unsafe"
    assert kind(find("AFK001", text.replace(after, ""), "a.sh")[0]) == "safe"
    tried = f"if {text.replace(after, '').strip()}; then\n  exit 1\nfi\n"
    assert kind(find("AFK001", tried, "a.sh")[0]) == "unsafe"


@pytest.mark.parametrize(
    ("filename", "before", "after"),
    [
        (
            "a.go",
            'import "github.com/tmc/langchaingo/llms/openai"\nfunc main() {\n\tllm, err := ',
            'openai.New(openai.WithModel("kimi-k2-thinking"))\n}\n',
        ),
        (
            "a.py",
            "from llama_index.llms.openai import OpenAI\n",
            f'llm = OpenAI(model="kimi-k2-thinking", api_base="{OURS}", api_key="k")\n',
        ),
        (
            "a.py",
            "import dspy\n",
            f'lm = dspy.LM("openai/kimi-k2-thinking", api_base="{OURS}", api_key="k")\n',
        ),
        ("a.sh", f"export OPENAI_API_BASE={OURS}\n", "aider --model openai/kimi-k2-thinking\n"),
        (".aider.conf.yml", f"openai-api-base: {OURS}\n", "model: openai/kimi-k2-thinking\n"),
    ],
)
def test_what_sends_a_temperature_unasked_makes_the_fix_unsafe(filename, before, after):
    finding = find("AFK001", before + after, filename)[0]
    assert kind(finding) == "unsafe"
    assert EVIDENCE["hidden-default"].reason in finding.fix.reason
