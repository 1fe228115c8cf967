"""Names at random places of valid programs: what comes out of the fixes still parses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import classes

from agentsflare_kimi.lint import fix_text

NAMES = st.lists(
    st.sampled_from(
        [
            "kimi-k2-thinking",
            "kimi-k2-turbo-preview",
            "moonshot-v1-8k-vision-preview",
            "kimi-chat",
            "kimi-k2.6",
            "kimi-k26",
            "moonshotai/kimi-k2-thinking",
            "other",
        ]
    ),
    min_size=7,
    max_size=7,
)
PROGRAMS = {
    "a.js": (
        "javascript",
        """
const model = process.env.MODEL ?? "HOLE"; // HOLE
const body = { messages: [...old, `${"HOLE"}`], model: 'HOLE', temperature: 0.6, n: 1 };
await client.chat.completions.create({ model: "HOLE", messages, top_p: 0.9 });
if (model === "HOLE") { map["HOLE"] = 1; }
""",
    ),
    "a.ts": (
        "typescript",
        """
type Model = "HOLE" | "other";
const r = await client.chat.completions.create({
  model: "HOLE", // remark
  messages: [{ role: "user", content: `hi ${name}` }],
  temperature: 0.6
});
export const model: string = "HOLE";
fetch(url, { body: JSON.stringify({ "model": "HOLE", "messages": [], "n": 2 }) });
""",
    ),
    "a.tsx": (
        "tsx",
        """
const view = <Chat model="HOLE" title={"HOLE"}>Don't {ask({ model: "HOLE", messages })}</Chat>;
const model = "HOLE";
""",
    ),
    "A.java": (
        "java",
        'class A { String model = "HOLE"; void f() { b.model("HOLE").n(1).build(); h("HOLE"); } }',
    ),
    "a.kt": ("kotlin", 'val model: String = "HOLE"\nval text = "about ${ask("HOLE")} HOLE"\n'),
    "a.go": (
        "go",
        """
package main

const model = "HOLE"

func f() { New(ctx, Params{Model: openai.F("HOLE"), Temperature: openai.F(0.7)}); g(`HOLE`) }
""",
    ),
    "a.cs": (
        "csharp",
        'class A { string model = "HOLE"; void F() { G(model: @"HOLE", x: $"{"HOLE"}"); } }\n',
    ),
    "a.rs": ("rust", 'fn f() { let model = "HOLE"; g(model, String::from("HOLE"), r#"HOLE"#); }\n'),
    "a.rb": ("ruby", 'MODEL = "HOLE"\nask(model: "HOLE", n: 2)\nputs "about #{ask("HOLE")}"\n'),
    "a.php": ("php", "<?php\n$body = ['model' => 'HOLE', 'temperature' => 0.6];\nask(\"HOLE\");\n"),
    "a.sh": (
        "shell",
        r"""
MODEL=HOLE
ask --model "HOLE" # HOLE
curl -d '{"model": "HOLE", "messages": [], "temperature": 0.6}' "$URL"
curl -d "{\"model\": \"HOLE\", \"messages\": [], \"n\": 2}" "$URL"
cat <<END | curl -d @- "$URL"
{"model": "HOLE", "messages": []}
END
""",
    ),
}


@pytest.mark.parametrize("filename", PROGRAMS)
@given(names=NAMES, unsafe=st.booleans())
@settings(max_examples=25, deadline=None)
def test_fixed_programs_parse(filename, names, unsafe):
    language, text = PROGRAMS[filename]
    for name in names:
        text = text.replace("HOLE", name, 1)
    assert classes(text, language)[0], "the program itself must parse"

    after = fix_text(text, filename, unsafe=unsafe).text

    assert classes(after, language)[0]
    assert fix_text(after, filename, unsafe=unsafe).text == after
