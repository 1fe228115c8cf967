"""pydantic-ai: any of its OpenAI providers takes the client."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from agentsflare_kimi import AsyncKimi


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> OpenAIChatModel:
    return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=AsyncKimi()))


def chat(model: str) -> str:
    return Agent(kimi(model)).run_sync(HELLO).output


def tool_loop(model: str) -> str:
    return Agent(kimi(model), tools=[get_weather]).run_sync(WEATHER).output


def structured(model: str) -> Person:
    return Agent(kimi(model), output_type=Person).run_sync(WHO).output


async def stream(model: str) -> str:
    async with Agent(kimi(model)).run_stream(HELLO) as result:
        return "".join([text async for text in result.stream_text(delta=True)])


if __name__ == "__main__":
    main("pydantic-ai-slim", chat, tool_loop, structured, stream)
