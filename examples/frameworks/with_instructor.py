"""instructor: `from_openai` takes the client; its default mode forces a tool."""

import instructor
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


def ask(model: str, text: str, kind: type) -> object:
    client = instructor.from_openai(Kimi())
    return client.create(model=model, messages=[said(text)], response_model=kind)


def said(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def chat(model: str) -> str:
    return ask(model, HELLO, None).choices[0].message.content


def tool_loop(model: str) -> str:
    # It has no loop of its own: without a response model it is the client as it is.
    client = instructor.from_openai(Kimi())
    tools, messages = [{"type": "function", "function": FUNCTION}], [said(WEATHER)]
    while True:
        answer = client.create(model=model, messages=messages, response_model=None, tools=tools)
        message = answer.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message.model_dump(include={"role", "content", "tool_calls"}))
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": TOLD}
            for call in message.tool_calls
        ]


def structured(model: str) -> Person:
    return ask(model, WHO, Person)


async def stream(model: str) -> str:
    client = instructor.from_openai(AsyncKimi())
    messages = [said(HELLO)]
    chunks = await client.create(model=model, messages=messages, response_model=None, stream=True)
    return "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices])


if __name__ == "__main__":
    main("instructor", chat, tool_loop, structured, stream)
