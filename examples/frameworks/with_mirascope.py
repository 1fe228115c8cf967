"""mirascope: a provider of its kind for compatible servers, with our clients in its attributes."""

from harness import HELLO, TOLD, WEATHER, WHO, main
from mirascope import llm
from mirascope.llm.providers.openai.completions import BaseOpenAICompletionsProvider
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class KimiProvider(BaseOpenAICompletionsProvider):
    id = "agentsflare"
    default_scope = "agentsflare/"
    api_key_required = False
    api_key_env_var = "AGENTSFLARE_API_KEY"

    def __init__(self) -> None:
        super().__init__(api_key="the client has it")
        self.client, self.async_client = Kimi(), AsyncKimi()


class Person(BaseModel):
    name: str
    age: int


@llm.tool
def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str) -> llm.Model:
    llm.register_provider(KimiProvider())
    return llm.Model(f"agentsflare/{model}")


def chat(model: str) -> str:
    return kimi(model).call(HELLO).text()


def tool_loop(model: str) -> str:
    answer = kimi(model).call(WEATHER, tools=[get_weather])
    while answer.tool_calls:
        answer = answer.resume(answer.execute_tools())
    return answer.text()


def structured(model: str) -> Person:
    return kimi(model).call(WHO, format=Person).parse()


async def stream(model: str) -> str:
    answer = await kimi(model).stream_async(HELLO)
    return "".join([text async for text in answer.text_stream()])


if __name__ == "__main__":
    main("mirascope", chat, tool_loop, structured, stream)
