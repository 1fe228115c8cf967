"""magentic: no argument for a client; the attribute is where it goes."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from magentic import AsyncStreamedStr, OpenaiChatModel, prompt, prompt_chain
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> OpenaiChatModel:
    made = OpenaiChatModel(model, api_key="the client has it", base_url="http://127.0.0.1")
    made._client, made._async_client = Kimi(), AsyncKimi()
    return made


def chat(model: str) -> str:
    @prompt(HELLO, model=kimi(model))
    def hello() -> str: ...

    return hello()


def tool_loop(model: str) -> str:
    @prompt_chain(WEATHER, functions=[get_weather], model=kimi(model))
    def weather() -> str: ...

    return weather()


def structured(model: str) -> Person:
    @prompt(WHO, model=kimi(model))
    def person() -> Person: ...

    return person()


async def stream(model: str) -> str:
    @prompt(HELLO, model=kimi(model))
    async def hello() -> AsyncStreamedStr: ...

    return "".join([text async for text in await hello()])


if __name__ == "__main__":
    main("magentic", chat, tool_loop, structured, stream)
