"""llm: `get_client` is what makes the client, in a plugin's model."""

import json

from harness import HELLO, TOLD, WEATHER, WHO, main
from llm.default_plugins.openai_models import AsyncChat, Chat
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi, ReasoningMemory

# It makes a client for each request, so what the model thought is kept beside them.
MEMORY = ReasoningMemory()


class KimiChat(Chat):
    def get_client(self, key: str | None, *, async_: bool = False) -> Kimi:
        return Kimi(memory=MEMORY)


class AsyncKimiChat(AsyncChat):
    def get_client(self, key: str | None, *, async_: bool = False) -> AsyncKimi:
        return AsyncKimi(memory=MEMORY)


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


OPTIONS = {"key": "the client has it", "supports_tools": True, "supports_schema": True}


def chat(model: str) -> str:
    return KimiChat(model, **OPTIONS).prompt(HELLO, stream=False).text()


def tool_loop(model: str) -> str:
    return KimiChat(model, **OPTIONS).chain(WEATHER, tools=[get_weather]).text()


def structured(model: str) -> dict:
    return json.loads(KimiChat(model, **OPTIONS).prompt(WHO, schema=Person, stream=False).text())


async def stream(model: str) -> str:
    return "".join([text async for text in AsyncKimiChat(model, **OPTIONS).prompt(HELLO)])


if __name__ == "__main__":
    main("llm", chat, tool_loop, structured, stream)
