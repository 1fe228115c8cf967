"""LangChain: `client` is what is used; `root_client` alone is ignored, and a key is demanded."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    """A person."""

    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> ChatOpenAI:
    client, async_client = Kimi(), AsyncKimi()
    return ChatOpenAI(
        model=model,
        client=client.chat.completions,
        root_client=client,
        async_client=async_client.chat.completions,
        root_async_client=async_client,
        api_key="the client has it",
    )


def chat(model: str) -> str:
    return kimi(model).invoke(HELLO).content


def tool_loop(model: str) -> str:
    agent = create_agent(kimi(model), [get_weather])
    return agent.invoke({"messages": [("user", WEATHER)]})["messages"][-1].content


def structured(model: str) -> Person:
    return kimi(model).with_structured_output(Person, method="function_calling").invoke(WHO)


async def stream(model: str) -> str:
    return "".join([chunk.content async for chunk in kimi(model).astream(HELLO)])


if __name__ == "__main__":
    main("langchain-openai", chat, tool_loop, structured, stream)
