"""Strands: the model takes the client."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel
from strands import Agent, tool
from strands.models.openai import OpenAIModel

from agentsflare_kimi import AsyncKimi


class Person(BaseModel):
    """A person."""

    name: str
    age: int


@tool
def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def agent(model: str, **options: object) -> Agent:
    kimi = OpenAIModel(client=AsyncKimi(), model_id=model)
    return Agent(model=kimi, callback_handler=None, **options)


def chat(model: str) -> str:
    return str(agent(model)(HELLO))


def tool_loop(model: str) -> str:
    return str(agent(model, tools=[get_weather])(WEATHER))


def structured(model: str) -> Person:
    return agent(model)(WHO, structured_output_model=Person).structured_output


async def stream(model: str) -> str:
    return "".join([event.get("data", "") async for event in agent(model).stream_async(HELLO)])


if __name__ == "__main__":
    main("strands-agents", chat, tool_loop, structured, stream)
