"""instructor: `from_openai` takes the client; its default mode forces a tool."""

import instructor
from harness import HELLO, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


def ask(model: str, text: str, kind: type) -> object:
    client = instructor.from_openai(Kimi())
    messages = [{"role": "user", "content": text}]
    return client.create(model=model, messages=messages, response_model=kind)


def chat(model: str) -> str:
    return ask(model, HELLO, None).choices[0].message.content


def structured(model: str) -> Person:
    return ask(model, WHO, Person)


async def stream(model: str) -> str:
    client = instructor.from_openai(AsyncKimi())
    messages = [{"role": "user", "content": HELLO}]
    chunks = await client.create(model=model, messages=messages, response_model=None, stream=True)
    return "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices])


if __name__ == "__main__":
    main("instructor", chat, structured, stream)
