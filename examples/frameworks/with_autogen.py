"""AutoGen: the base class takes the client; the friendly one does not."""

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ModelInfo, UserMessage
from autogen_ext.models.openai import BaseOpenAIChatCompletionClient
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi


class Person(BaseModel):
    name: str
    age: int


async def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> BaseOpenAIChatCompletionClient:
    info = ModelInfo(
        vision=True,
        function_calling=True,
        json_output=True,
        family="unknown",
        structured_output=True,
    )
    return BaseOpenAIChatCompletionClient(
        client=AsyncKimi(), create_args={"model": model}, model_info=info
    )


async def chat(model: str) -> str:
    return (await kimi(model).create([said(HELLO)])).content


def said(text: str) -> UserMessage:
    return UserMessage(content=text, source="user")


async def tool_loop(model: str) -> str:
    agent = AssistantAgent("assistant", kimi(model), tools=[get_weather], max_tool_iterations=5)
    return (await agent.run(task=WEATHER)).messages[-1].content


async def structured(model: str) -> Person:
    answer = await kimi(model).create([said(WHO)], json_output=Person)
    return Person.model_validate_json(answer.content)


async def stream(model: str) -> str:
    pieces = kimi(model).create_stream([said(HELLO)])
    return "".join([piece async for piece in pieces if isinstance(piece, str)])


if __name__ == "__main__":
    main("autogen-ext", chat, tool_loop, structured, stream)
