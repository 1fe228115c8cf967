"""LlamaIndex: `OpenAILike` takes both clients."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    """A person."""

    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> OpenAILike:
    return OpenAILike(
        model=model,
        openai_client=Kimi(),
        async_openai_client=AsyncKimi(),
        api_key="the client has it",
        is_chat_model=True,
        is_function_calling_model=True,
    )


def chat(model: str) -> str:
    return kimi(model).chat([ChatMessage(content=HELLO)]).message.content


async def tool_loop(model: str) -> str:
    return str(await FunctionAgent(tools=[get_weather], llm=kimi(model)).run(WEATHER))


def structured(model: str) -> Person:
    return kimi(model).as_structured_llm(Person).complete(WHO).raw


async def stream(model: str) -> str:
    pieces = await kimi(model).astream_chat([ChatMessage(content=HELLO)])
    return "".join([piece.delta or "" async for piece in pieces])


if __name__ == "__main__":
    main("llama-index-llms-openai-like", chat, tool_loop, structured, stream)
