"""Haystack: no argument for a client; it is set after `warm_up()`."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from haystack.utils import Secret
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


@tool
def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> OpenAIChatGenerator:
    made = OpenAIChatGenerator(model=model, api_key=Secret.from_token("the client has it"))
    made.warm_up()
    made.client, made.async_client = Kimi(), AsyncKimi()
    return made


def chat(model: str) -> str:
    return kimi(model).run([ChatMessage.from_user(HELLO)])["replies"][0].text


def tool_loop(model: str) -> str:
    agent = Agent(chat_generator=kimi(model), tools=[get_weather])
    return agent.run(messages=[ChatMessage.from_user(WEATHER)])["messages"][-1].text


def structured(model: str) -> Person:
    asked, form = [ChatMessage.from_user(WHO)], {"response_format": Person}
    return Person.model_validate_json(
        kimi(model).run(asked, generation_kwargs=form)["replies"][0].text
    )


async def stream(model: str) -> str:
    texts = []

    async def take(chunk: object) -> None:
        texts.append(chunk.content)

    await kimi(model).run_async([ChatMessage.from_user(HELLO)], streaming_callback=take)
    return "".join(texts)


if __name__ == "__main__":
    main("haystack-ai", chat, tool_loop, structured, stream)
