"""chatlas: no argument for a client; the provider's attribute is where it goes."""

from chatlas import ChatOpenAICompletions
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> ChatOpenAICompletions:
    made = ChatOpenAICompletions(model=model, api_key="the client has it")
    made.provider._client, made.provider._async_client = Kimi(), AsyncKimi()
    return made


def chat(model: str) -> str:
    return str(kimi(model).chat(HELLO, echo="none"))


def tool_loop(model: str) -> str:
    made = kimi(model)
    made.register_tool(get_weather)
    return str(made.chat(WEATHER, echo="none"))


def structured(model: str) -> Person:
    return kimi(model).chat_structured(WHO, data_model=Person)


async def stream(model: str) -> str:
    pieces = await kimi(model).stream_async(HELLO, echo="none")
    return "".join([str(piece) async for piece in pieces])


if __name__ == "__main__":
    main("chatlas", chat, tool_loop, structured, stream)
