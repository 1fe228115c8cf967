"""LiteLLM: `client=` with the prefix `openai/`."""

import json

import litellm
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi

FUNCTION = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


class Person(BaseModel):
    name: str
    age: int


def ask(model: str, messages: list, client: Kimi, **options: object) -> object:
    answer = litellm.completion(
        model=f"openai/{model}", messages=messages, client=client, **options
    )
    return answer.choices[0].message


def said(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def chat(model: str) -> str:
    return ask(model, [said(HELLO)], Kimi()).content


def tool_loop(model: str) -> str:
    client, messages = Kimi(), [said(WEATHER)]
    while True:
        tools = [{"type": "function", "function": FUNCTION}]
        message = ask(model, messages, client, tools=tools)
        messages.append(message)
        if not message.tool_calls:
            return message.content
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": TOLD}
            for call in message.tool_calls
        ]


def structured(model: str) -> dict:
    return json.loads(ask(model, [said(WHO)], Kimi(), response_format=Person).content)


async def stream(model: str) -> str:
    chunks = await litellm.acompletion(
        model=f"openai/{model}", messages=[said(HELLO)], client=AsyncKimi(), stream=True
    )
    return "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices])


if __name__ == "__main__":
    main("litellm", chat, tool_loop, structured, stream)
