"""Let the model call functions until it has an answer.

Kimi rejects a tool call that comes back without its `reasoning_content`. `assistant_message`
makes a message that has all it needs; the client would put the reasoning back too.
"""

import json
from collections.abc import Callable
from typing import Any

from openai.types.chat import ChatCompletionMessageParam

from agentsflare_kimi import Kimi, assistant_message, extract_content


def weather(city: str) -> str:
    return json.dumps({"city": city, "celsius": 18, "sky": "clear"})


FUNCTIONS: dict[str, Callable[..., str]] = {"weather": weather}
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city, now",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]
MOST_ROUNDS = 5

client = Kimi()
messages: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "Do I need an umbrella in Lisbon?"}
]
answer = client.chat.completions.create(model="kimi-k2.6", messages=messages, tools=TOOLS)
for _ in range(MOST_ROUNDS):
    calls = answer.choices[0].message.tool_calls
    if not calls:
        break
    messages.append(assistant_message(answer))
    for call in calls:
        if call.type != "function":
            continue
        print(f"calling {call.function.name}({call.function.arguments})")
        function = FUNCTIONS[call.function.name]
        result = function(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    answer = client.chat.completions.create(model="kimi-k2.6", messages=messages, tools=TOOLS)
print(extract_content(answer))
