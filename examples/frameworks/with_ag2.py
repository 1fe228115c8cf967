"""ag2: the configuration makes the client, so a subclass of seven lines puts ours in its place."""

from ag2 import Agent
from ag2.config import OpenAIConfig
from ag2.config.openai.openai_client import OpenAIClient
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi


class KimiConfig(OpenAIConfig):
    def create(self) -> OpenAIClient:
        made = super().create()
        made._client = AsyncKimi()
        return made


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def agent(model: str, **options: object) -> Agent:
    config = KimiConfig(model, api_key="the client has it")
    return Agent("assistant", "You are an assistant.", config=config, **options)


async def chat(model: str) -> str:
    return (await agent(model).ask(HELLO)).body


async def tool_loop(model: str) -> str:
    return (await agent(model, tools=[get_weather]).ask(WEATHER)).body


async def structured(model: str) -> Person:
    return await (await agent(model, response_schema=Person).ask(WHO)).content()


if __name__ == "__main__":
    main("ag2", chat, tool_loop, structured)
