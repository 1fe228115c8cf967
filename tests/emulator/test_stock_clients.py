"""Clients that nobody here wrote: curl, and the openai package of JavaScript."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from agentsflare_kimi.emulator import Emulator

SCRIPT = """
import OpenAI from "openai";

const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: "user", content: "Hello" }];
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const weather = { name: "weather", parameters };
const tools = [{ type: "function", function: weather }];
const said = { errors: [] };

const whole = await client.chat.completions.create({ model: "kimi-k2.6", messages });
said.whole = whole.choices[0].message.content;
said.streamed = "";
const request = { model: "kimi-k2.6", messages, stream: true };
for await (const chunk of await client.chat.completions.create(request)) {
  said.streamed += chunk.choices[0]?.delta?.content ?? "";
}
const stream = client.chat.completions.stream({ model: "kimi-k2.6", messages, tools });
said.call = (await stream.finalChatCompletion()).choices[0].message.tool_calls[0].function;
const runnable = { ...weather, parse: JSON.parse, function: ({ city }) => `sunny in ${city}` };
const runner = client.chat.completions.runTools({
  model: "kimi-chat", messages, tools: [{ type: "function", function: runnable }],
});
said.loop = await runner.finalContent();
said.models = (await client.models.list()).data.map((model) => model.id);
for (const model of ["kimi-k2-turbo-preview", "kimi-k2.6@rate-limited", "kimi-k2.6@bad-key"]) {
  try {
    await client.chat.completions.create({ model, messages });
  } catch (error) {
    said.errors.push([error.constructor.name, error.status]);
  }
}
console.log(JSON.stringify(said));
"""
WELCOME = "Hello! How can I help you today?"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
def test_curl():
    def curl(*more: str, **body) -> str:
        data = {"model": "kimi-chat", "messages": [{"role": "user", "content": "Hello"}]} | body
        command = ["curl", "-sSN", "-H", "Authorization: Bearer any-key", "-d", json.dumps(data)]
        url = f"{emulator.base_url}/chat/completions"
        return subprocess.run(
            [*command, *more, url], capture_output=True, text=True, check=True
        ).stdout

    with Emulator() as emulator:
        assert json.loads(curl())["choices"][0]["message"]["content"] == WELCOME
        assert curl(stream=True).endswith("data: [DONE]\n\n")
        refused = curl("-w", " %{http_code}", model="kimi-k2-thinking")
        assert refused.endswith('admin allowed range"} 400')


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
def test_curl_asks_leave_to_send_a_large_body(tmp_path):
    # Expect: 100-continue.
    body = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "word " * 500_000}]}
    (tmp_path / "body.json").write_text(json.dumps(body), encoding="utf-8")
    with Emulator() as emulator:
        command = ["curl", "-sS", "-H", "Authorization: Bearer any-key", "-d", "@body.json"]
        done = subprocess.run(
            [*command, f"{emulator.base_url}/chat/completions"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "exceeded model token limit" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not there")
def test_the_openai_package_of_javascript(tmp_path):
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "ask.js").write_text(SCRIPT, encoding="utf-8")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "openai"]
    if subprocess.run(install, cwd=tmp_path, check=False).returncode:
        pytest.skip("npm cannot install the openai package here")
    with Emulator() as emulator:
        done = subprocess.run(
            ["node", "ask.js"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "OPENAI_API_KEY": "any-key",
                "OPENAI_BASE_URL": emulator.base_url,
            },
        )
        report = emulator.report()
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["whole"], said["streamed"]) == (WELCOME, WELCOME)
    assert said["call"] == {"name": "weather", "arguments": '{"city": "city"}'}
    assert said["loop"] == "The tool answered: sunny in city"
    assert "kimi-k2.6" in said["models"]
    assert said["errors"] == [
        ["BadRequestError", 400],
        ["RateLimitError", 429],
        ["NotFoundError", 404],
    ]
    assert report.is_resilient
