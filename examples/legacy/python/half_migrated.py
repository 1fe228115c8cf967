"""Only the name was replaced: every call is rejected, or returns an empty text."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1"),
    api_key=os.environ["AGENTSFLARE_API_KEY"],
)
question = [{"role": "user", "content": "Name a bird."}]
name = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
save = {"type": "function", "function": {"name": "save_name", "parameters": name}}

bird = client.chat.completions.create(
    model="kimi-k2.6", messages=question, temperature=0.7, max_tokens=100
)
print(bird.choices[0].message.content)

saved = client.chat.completions.create(
    model="kimi-k2.6", messages=question, tools=[save], tool_choice="required"
)
print(saved.choices[0].message.tool_calls)

quick = client.chat.completions.create(
    model="kimi-k2.7-code", messages=question, extra_body={"thinking": {"type": "disabled"}}
)
print(quick.choices[0].message.content)
