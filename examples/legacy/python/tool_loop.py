"""Let the model ask for the weather, tell it, and print what it makes of it."""

import json
import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1"),
    api_key=os.environ["AGENTSFLARE_API_KEY"],
)
city = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
tools = [{"type": "function", "function": {"name": "get_weather", "parameters": city}}]
messages = [{"role": "user", "content": "What is the weather in Paris?"}]

while True:
    completion = client.chat.completions.create(
        model="kimi-k2-0711-preview", messages=messages, tools=tools, temperature=0.0
    )
    message = completion.choices[0].message
    if not message.tool_calls:
        break
    messages.append({"role": "assistant", "content": "", "tool_calls": message.tool_calls})
    for call in message.tool_calls:
        weather = {"city": json.loads(call.function.arguments).get("city"), "sky": "clear"}
        result = {"role": "tool", "tool_call_id": call.id, "content": json.dumps(weather)}
        messages.append(result)
print(message.content)
