"""Three names for a cat, with everything that could be turned."""

import os

from openai import OpenAI

base_url = os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1")
client = OpenAI(base_url=base_url, api_key=os.environ["AGENTSFLARE_API_KEY"])

completion = client.chat.completions.create(
    messages=[{"role": "user", "content": "Name a cat."}],
    model="kimi-k2-0905-preview",
    temperature=0.9,
    top_p=0.8,
    n=3,
    presence_penalty=0.5,
    tools=[
        {
            "type": "function",
            "function": {
                "name": "save_name",
                "parameters": {"type": "object", "properties": {"name": {"type": "string"}}},
            },
        }
    ],
    tool_choice="auto",
)
for choice in completion.choices:
    print(choice.message.content or choice.message.tool_calls)
