"""Microsoft Agent Framework: the chat-completion client takes ours."""

from agent_framework import Agent
from agent_framework.openai import OpenAIChatCompletionClient
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def agent(model: str, **options: object) -> Agent:
    return Agent(OpenAIChatCompletionClient(model=model, async_client=AsyncKimi()), **options)


async def chat(model: str) -> str:
    return (await agent(model).run(HELLO)).text


async def tool_loop(model: str) -> str:
    return (await agent(model, tools=[get_weather]).run(WEATHER)).text


async def structured(model: str) -> Person:
    return (await agent(model).run(WHO, options={"response_format": Person})).value


async def stream(model: str) -> str:
    return "".join([update.text async for update in agent(model).run(HELLO, stream=True)])


if __name__ == "__main__":
    main("agent-framework-openai", chat, tool_loop, structured, stream)
