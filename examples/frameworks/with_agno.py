"""agno: `OpenAILike` takes both clients, and demands a key."""

from agno.agent import Agent
from agno.models.openai.like import OpenAILike
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def agent(model: str, **options: object) -> Agent:
    kimi = OpenAILike(
        id=model, client=Kimi(), async_client=AsyncKimi(), api_key="the client has it"
    )
    return Agent(model=kimi, telemetry=False, **options)


def chat(model: str) -> str:
    return agent(model).run(HELLO).content


def tool_loop(model: str) -> str:
    return agent(model, tools=[get_weather]).run(WEATHER).content


def structured(model: str) -> Person:
    return agent(model, output_schema=Person).run(WHO).content


async def stream(model: str) -> str:
    events = agent(model).arun(HELLO, stream=True)
    return "".join([event.content or "" async for event in events])


if __name__ == "__main__":
    main("agno", chat, tool_loop, structured, stream)
