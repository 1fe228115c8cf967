"""Semantic Kernel: the chat-completion service takes the client."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.open_ai import (
    OpenAIChatCompletion,
    OpenAIChatPromptExecutionSettings,
)
from semantic_kernel.functions import KernelArguments, kernel_function

from agentsflare_kimi import AsyncKimi


class Person(BaseModel):
    name: str
    age: int


class Weather:
    @kernel_function(description="Tell the weather.")
    def get_weather(self, city: str) -> str:
        return TOLD


def agent(model: str, **options: object) -> ChatCompletionAgent:
    kimi = OpenAIChatCompletion(ai_model_id=model, async_client=AsyncKimi())
    return ChatCompletionAgent(service=kimi, name="assistant", **options)


async def chat(model: str) -> str:
    return str(await agent(model).get_response(HELLO))


async def tool_loop(model: str) -> str:
    return str(await agent(model, plugins=[Weather()]).get_response(WEATHER))


async def structured(model: str) -> Person:
    settings = OpenAIChatPromptExecutionSettings(response_format=Person)
    answer = await agent(model, arguments=KernelArguments(settings)).get_response(WHO)
    return Person.model_validate_json(str(answer))


async def stream(model: str) -> str:
    return "".join([str(piece.message) async for piece in agent(model).invoke_stream(HELLO)])


if __name__ == "__main__":
    main("semantic-kernel", chat, tool_loop, structured, stream)
