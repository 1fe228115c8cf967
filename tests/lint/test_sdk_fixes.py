"""Whole requests in the SDKs of other languages: all of the migration, or the name alone."""

# ruff: noqa: E501  # programs are shown as they are written
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linting import find_one, fixed, kind
from oracle import parser_of

from agentsflare_kimi.lint import LintConfig, lint_text
from agentsflare_kimi.lint.evidence.table import EVIDENCE

LANGUAGE = {
    "java": "java", "kt": "kotlin", "go": "go", "php": "php", "rb": "ruby", "rs": "rust",
    "cs": "csharp",
}  # fmt: skip
ONLY_NAMES = LintConfig(select=("AFK0",))
GO = (
    'package main\n\nimport (\n\t"context"\n\n\topenai "github.com/openai/openai-go/v2"\n{import}'
    ")\n\nfunc f() {{\n\tr, err := c.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{{\n"
    "\t\tModel: {model},\n\t\tMessages: m,\n{rest}\t}}{option})\n}}\n"
)
JAVA = (
    "{import}import com.openai.models.chat.completions.ChatCompletionCreateParams;\n\nclass A {{\n"
    "  Object f() {{\n    return ChatCompletionCreateParams.builder()\n        .model({model})\n"
    '{thinking}        .addUserMessage("Hi")\n{rest}        .build();\n  }}\n}}\n'
)
KOTLIN = (
    "{import}import com.openai.models.chat.completions.ChatCompletionCreateParams\n\n"
    "val p = ChatCompletionCreateParams.builder()\n    .model({model})\n{thinking}"
    '    .addUserMessage("Hi")\n{rest}    .build()\n'
)
OFF = 'JsonValue.from(Map.of("type", "disabled"))'
# A program in a language, and the same after the fixes of `kimi-k2-turbo-preview`.
REQUESTS = {
    "java": (
        "A.java",
        JAVA.format(**{"import": ""}, model='"@"', thinking="", rest="        .temperature(0.7)\n"),
        JAVA.format(
            **{"import": "import com.openai.core.JsonValue;\nimport java.util.Map;\n"},
            model='"@"',
            thinking=f'        .putAdditionalBodyProperty("thinking", {OFF})\n',
            rest="",
        ),
    ),
    "kotlin": (
        "a.kt",
        KOTLIN.format(
            **{"import": ""}, model='"@"', thinking="", rest="    .topP(0.9)\n    .n(2)\n"
        ),
        KOTLIN.format(
            **{"import": "import com.openai.core.JsonValue\n"},
            model='"@"',
            thinking='    .putAdditionalBodyProperty("thinking", '
            'JsonValue.from(mapOf("type" to "disabled")))\n',
            rest="",
        ),
    ),
    "go": (
        "a.go",
        GO.format(
            **{"import": ""}, model='"@"', rest="\t\tTemperature: openai.Float(0.7),\n", option=""
        ),
        GO.format(
            **{"import": '\t"github.com/openai/openai-go/v2/option"\n'},
            model='"@"',
            rest="",
            option=', option.WithJSONSet("thinking", map[string]any{"type": "disabled"})',
        ),
    ),
    "php": (
        "a.php",
        (
            "<?php\n$r = $client->chat()->create([\n    'model' => '@',\n    'messages' => $m,\n"
            "    'temperature' => 0.7,\n]);\n"
        ),
        (
            "<?php\n$r = $client->chat()->create([\n    'model' => '@',\n"
            "    'thinking' => ['type' => 'disabled'],\n    'messages' => $m,\n]);\n"
        ),
    ),
    "ruby-openai": (
        "a.rb",
        'client.chat(\n  parameters: {\n    model: "@",\n    messages: m,\n    top_p: 0.1\n  }\n)\n',
        (
            'client.chat(\n  parameters: {\n    model: "@",\n    thinking: { type: "disabled" },\n'
            "    messages: m\n  }\n)\n"
        ),
    ),
    "ruby-rockets": (
        "b.rb",
        'client.chat(parameters: { "model" => "@", "messages" => m, "n" => 2 })\n',
        (
            'client.chat(parameters: { "model" => "@", "thinking" => { "type" => "disabled" }, '
            '"messages" => m })\n'
        ),
    ),
    "ruby-official": (
        "c.rb",
        'client.chat.completions.create(model: "@", messages: m, temperature: 0.7)\n',
        (
            'client.chat.completions.create(model: "@", request_options: '
            '{ extra_body: { thinking: { type: "disabled" } } }, messages: m)\n'
        ),
    ),
    "rust": (
        "a.rs",
        (
            'fn f() {\n    let r = post(url, json!({\n        "model": "@",\n        "messages": m,\n'
            '        "temperature": 0.7\n    }));\n}\n'
        ),
        (
            'fn f() {\n    let r = post(url, json!({\n        "model": "@",\n'
            '        "thinking": {"type": "disabled"},\n        "messages": m\n    }));\n}\n'
        ),
    ),
    "csharp": (
        "a.cs",
        (
            "var r = await http.PostAsJsonAsync(url, new {\n"
            '    model = "@",\n    messages = m,\n    temperature = 0.7,\n});\n'
        ),
        (
            'var r = await http.PostAsJsonAsync(url, new {\n    model = "@",\n'
            '    thinking = new { type = "disabled" },\n    messages = m,\n});\n'
        ),
    ),
}


def parses(text, filename):
    parser = parser_of(LANGUAGE[filename.rpartition(".")[2]])
    return not parser.parse(text.encode()).root_node.has_error


@pytest.mark.parametrize("sdk", REQUESTS)
def test_the_whole_request_moves_in_the_words_of_its_sdk(sdk):
    filename, before, after = REQUESTS[sdk]
    text = before.replace("@", "kimi-k2-turbo-preview")

    assert kind(find_one("AFK001", text, filename)) == "unsafe", "a sampling parameter is lost"
    assert fixed(text, filename) == text
    mended = fixed(text, filename, config=ONLY_NAMES, unsafe=True)
    assert mended == after.replace("@", "kimi-k2.6")
    assert parses(text, filename)
    assert parses(mended, filename)


@pytest.mark.parametrize("sdk", REQUESTS)
def test_where_nothing_is_lost_it_is_safe_and_a_second_run_finds_nothing(sdk):
    filename, _, _ = REQUESTS[sdk]
    text = shaped(filename, ["model", "messages"], is_tall=True)

    # Not all of these pieces hold the host that they ask.
    assert find_one("AFK001", text, filename).fix.reason in {"", EVIDENCE["unseen-host"].reason}
    mended = fixed(text, filename, unsafe=True)
    assert "kimi-k2.6" in mended
    assert "disabled" in mended
    assert lint_text(mended, filename, ONLY_NAMES) == []


@pytest.mark.parametrize("sdk", REQUESTS)
def test_a_model_that_always_thought_goes_on_and_reads_its_earlier_reasoning(sdk):
    filename, before, _ = REQUESTS[sdk]
    mended = fixed(before.replace("@", "kimi-k2-thinking"), filename, unsafe=True)

    assert "enabled" in mended
    assert "keep" in mended
    assert "all" in mended
    assert parses(mended, filename)


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        (
            "D.java",
            (
                "import x.Y;\nvar b = ChatCompletionCreateParams.builder().addMessage(m).model("
                '"@");\nb.temperature(0.9);\n'
            ),
        ),
        (
            "F.java",
            (
                "var p = ChatCompletionCreateParams.builder().addMessage(m)"
                '.model("@").putAdditionalBodyProperty("thinking", t).build();\n'
            ),
        ),
        (
            "G.java",
            (
                "var p = ChatCompletionCreateParams.builder().addMessage(m)"
                '.model("@").additionalBodyProperties(more).build();\n'
            ),
        ),
        (
            "H.java",
            (
                "var p = ChatCompletionCreateParams.builder().addMessage(m)"
                '.model(test ? "other" : "@").build();\n'
            ),
        ),
        ("a.php", "<?php\n$c->chat()->create(['model' => '@', 'messages' => $m] + $more);\n"),
        ("a.php", "<?php\n$c->chat()->create(['model' => '@', 'messages' => $m, ...$more]);\n"),
        (
            "a.php",
            "<?php\n$c->chat()->create(array_merge(['model' => '@', 'messages' => $m], $o));\n",
        ),
        ("a.php", "<?php\n$body = ['model' => '@', 'messages' => $m];\n"),
        ("a.rb", 'c.chat(parameters: { model: "@", messages: m }.merge(more))\n'),
        ("a.rb", 'c.chat(parameters: { model: "@", messages: m, **more })\n'),
        (
            "a.rb",
            'c.chat.completions.create(model: "@", messages: m, request_options: { timeout: 1 })\n',
        ),
        (
            "a.rs",
            'let r = CreateChatCompletionRequestArgs::default().model("@").messages(m).build();\n',
        ),
        ("a.rs", 'let r = json!([{ "model": "@", "messages": m }]);\n'),
        ("a.cs", 'var body = new { model = "@", messages = m };\n'),
        ("a.cs", 'var c = new ChatClient(model: "@", credential: key);\n'),
        (
            "a.go",
            (
                'import openai "github.com/sashabaranov/go-openai"\n'
                'r, err := c.CreateChatCompletion(ctx, openai.ChatCompletionRequest{Model: "@", Messages: m})\n'
            ),
        ),
        (
            "a.go",
            (
                'import "github.com/openai/openai-go"\n'
                'p := openai.ChatCompletionNewParams{Model: "@", Messages: m}\n'
            ),
        ),
        (
            "a.go",
            'r, err := c.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{Model: "@", Messages: m})\n',
        ),
        (
            "a.rs",
            'let r = json!({"model": "@", "messages": [{"role": "assistant", "tool_calls": x}]});\n',
        ),
    ],
)
def test_where_a_part_is_out_of_sight_or_the_sdk_has_no_way_the_name_alone_is_offered(
    filename, text
):
    text = text.replace("@", "kimi-k2-turbo-preview")
    finding = find_one("AFK001", text, filename)

    assert kind(finding) == "unsafe"
    assert len(finding.fix.edits) == 1
    assert fixed(text, filename, config=ONLY_NAMES, unsafe=True) == text.replace(
        "kimi-k2-turbo-preview", "kimi-k2.6"
    )


def test_classes_that_are_imported_are_named_in_short_and_others_in_full():
    call = 'ChatCompletionCreateParams.builder().model("@").addMessage(m).build();\n'
    text = call.replace("@", "kimi-k2-turbo-preview")

    assert "com.openai.core.JsonValue.from(java.util.Map.of(" in fixed(f"var p = {text}", "A.java")
    imported = "import com.openai.core.*;\nimport java.util.Map;\n"
    mended = fixed(f"{imported}var p = {text}", "A.java")
    assert mended.startswith(f"{imported}var p = ")
    assert "JsonValue.from(Map.of(" in mended
    other = "import com.openai.core.*;\nimport io.vavr.collection.Map;\n"
    assert "JsonValue.from(java.util.Map.of(" in fixed(f"{other}var p = {text}", "A.java")


def test_many_requests_in_one_file_share_their_import():
    call = 'Object f@() { return ChatCompletionCreateParams.builder().model("kimi-k2-turbo-preview").addMessage(m).build(); }\n'
    many = "".join(call.replace("@", str(number)) for number in range(30))
    mended = fixed(f"import x.Y;\nclass A {{\n{many}}}\n", "A.java", unsafe=True)

    assert mended.count("import com.openai.core.JsonValue;") == 1
    assert mended.count("putAdditionalBodyProperty") == 30
    assert parses(mended, "A.java")


@given(
    st.sampled_from(sorted(REQUESTS)),
    st.permutations(["model", "messages", "temperature", "max_tokens"]),
    st.booleans(),
)
def test_in_any_order_and_shape_the_result_parses_and_keeps_the_rest(sdk, keys, is_tall):
    filename, _, _ = REQUESTS[sdk]
    text = shaped(filename, keys, is_tall=is_tall)
    mended = fixed(text, filename, config=ONLY_NAMES, unsafe=True)

    assert parses(text, filename)
    assert parses(mended, filename), mended
    assert "emperature" not in mended
    assert "disabled" in mended
    assert "77" in mended


def shaped(filename, keys, *, is_tall):
    """Write a request with its fields in an order, each on a line of its own or not."""
    values = {
        "model": '"kimi-k2-turbo-preview"', "messages": "m", "temperature": "0.3",
        "max_tokens": "77",
    }  # fmt: skip
    gap = "\n    " if is_tall else ""
    suffix = filename.rpartition(".")[2]
    if suffix in {"java", "kt"}:
        names = {"max_tokens": "maxTokens"}
        calls = "".join(f"{gap}.{names.get(key, key)}({values[key]})" for key in keys)
        chain = f"ChatCompletionCreateParams.builder(){calls}{gap}.build()"
        if suffix == "kt":
            return f"import x.Y\nval p = {chain}\n"
        return f"import x.Y;\nclass A {{ Object p = {chain}; }}\n"
    form = {
        "go": "{}: {}", "php": '"{}" => {}', "rb": "{}: {}", "rs": '"{}": {}', "cs": "{} = {}"
    }[suffix]  # fmt: skip
    names = {"model": "Model", "messages": "Messages", "temperature": "Temperature"}
    names = names | {"max_tokens": "MaxTokens"} if suffix == "go" else {}
    pairs = [form.format(names.get(key, key), values[key]) for key in keys]
    comma = "," if suffix == "go" and is_tall else ""
    inside = f",{gap or ' '}".join(pairs)
    inside = f"{gap}{inside}{comma}{gap and chr(10)}"
    frame = {
        "go": 'package main\nimport "github.com/openai/openai-go"\nfunc f() {{\n'
        "r, e := c.Chat.Completions.New(x, openai.ChatCompletionNewParams{{{}}})\n}}\n",
        "php": "<?php\n$client->chat()->create([{}]);\n",
        "rs": 'fn f() {{ c.post("https://api.agentsflare.com/v1/chat/completions")'
        ".json(&json!({{{}}})); }}\n",
        "cs": "await http.PostAsJsonAsync(url, new {{{}}});\n",
        "rb": "client.chat(parameters: {{{}}})\n",
    }[suffix]
    if suffix == "php":
        inside = inside.replace(" m", " $m")
    return frame.format(inside)


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        (
            "a.php",
            '<?php $c->chat()->create(["model" => "kimi-k2.6", "thinking" => ["type" => "disabled"], "messages" => $m, "tool_choice" => "required", "max_tokens" => 50]);',
        ),
        (
            "A.java",
            'var p = ChatCompletionCreateParams.builder().model("kimi-k2.6").addMessage(m).putAdditionalBodyProperty("thinking", JsonValue.from(Map.of("type", "disabled"))).maxTokens(50).build();',
        ),
        (
            "a.go",
            'import "github.com/openai/openai-go"\nr, e := c.Chat.Completions.New(x, openai.ChatCompletionNewParams{Model: "kimi-k2.6", Messages: m, MaxTokens: openai.Int(50)}, option.WithJSONSet("thinking", map[string]any{"type": "disabled"}))',
        ),
        (
            "a.rb",
            'c.chat(parameters: { model: "kimi-k2.6", thinking: choice, messages: m, tool_choice: "required", temperature: 0.6 })',
        ),
        (
            "a.py",
            'c.chat.completions.create(model="kimi-k2.6", messages=m, extra_body={"thinking": t}, tool_choice="required", temperature=0.6)',
        ),
    ],
)
def test_a_request_that_says_whether_it_thinks_is_judged_by_that(filename, text):
    assert lint_text(text, filename, LintConfig(select=("AFK1",))) == []


def test_a_small_budget_is_told_in_the_words_of_the_sdk():
    text = 'var p = ChatCompletionCreateParams.builder().model("kimi-k2.6").addMessage(m).maxTokens(50).build();'

    assert "or disable `putAdditionalBodyProperty`" in find_one("AFK103", text, "A.java").message


def test_what_was_built_may_be_built_upon():
    text = (
        'var p = ChatCompletionCreateParams.builder().model("kimi-k2-thinking").addMessage(m).build();\n'
        "var q = p.toBuilder().temperature(0.2).build();\n"
    )

    assert kind(find_one("AFK001", text, "A.java")) == "unsafe"
    assert kind(find_one("AFK001", text.splitlines()[0], "A.java")) == "safe"


def test_go_takes_no_option_beside_a_list_of_them():
    text = (
        'import "github.com/openai/openai-go"\nr, e := c.Chat.Completions.New(x, '
        'openai.ChatCompletionNewParams{Model: "kimi-k2-turbo-preview", Messages: m}, opts...)\n'
    )

    assert len(find_one("AFK001", text, "a.go").fix.edits) == 1


@pytest.mark.parametrize(
    ("filename", "text", "told"),
    [
        (
            "a.go",
            'import o "github.com/sashabaranov/go-openai"\nr := o.ChatCompletionRequest{Model: "@"}\n',
            "github.com/openai/openai-go can",
        ),
        ("a.rs", 'CreateChatCompletionRequestArgs::default().model("@").build()', "create_byot"),
        ("a.cs", 'var c = new ChatClient(model: "@", credential: k);', "options.Patch.Set("),
        (
            "a.kt",
            'import com.aallam.openai.api.chat.*\nval r = ChatCompletionRequest(model = ModelId("@"))',
            "openai-kotlin cannot send",
        ),
    ],
)
def test_where_a_library_cannot_switch_thinking_off_the_reason_says_what_can(filename, text, told):
    finding = find_one("AFK001", text.replace("@", "kimi-k2-turbo-preview"), filename)
    thought = find_one("AFK001", text.replace("@", "kimi-k2-thinking"), filename)

    assert kind(finding) == "unsafe"
    assert told in finding.fix.reason
    assert told not in thought.fix.reason
