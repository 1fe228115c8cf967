"""outlines: `from_openai` takes the client."""

import json

import outlines
from harness import HELLO, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


def chat(model: str) -> str:
    return outlines.from_openai(Kimi(), model)(HELLO)


def structured(model: str) -> dict:
    return json.loads(outlines.from_openai(Kimi(), model)(WHO, Person))


async def stream(model: str) -> str:
    texts = outlines.from_openai(AsyncKimi(), model).stream(HELLO)
    return "".join([text async for text in texts if text])


if __name__ == "__main__":
    main("outlines", chat, structured, stream)
