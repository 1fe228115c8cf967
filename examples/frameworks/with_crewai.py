"""CrewAI: no argument for a client; the attributes are where it goes."""

from crewai import LLM
from harness import HELLO, TOLD, WEATHER, main

from agentsflare_kimi import AsyncKimi, Kimi


def get_weather(city: str) -> str:
    return TOLD


FUNCTION = {
    "name": "get_weather",
    "description": "Tell the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def kimi(model: str) -> LLM:
    made = LLM(model=f"openai/{model}", api_key="the client has it", base_url="http://127.0.0.1")
    made._client, made._async_client = Kimi(), AsyncKimi()
    return made


def chat(model: str) -> str:
    return kimi(model).call(HELLO)


def tool_loop(model: str) -> str:
    # Its own loop ends with the first result.
    tools = [{"type": "function", "function": FUNCTION}]
    return kimi(model).call(WEATHER, tools=tools, available_functions={"get_weather": get_weather})


if __name__ == "__main__":
    main("crewai", chat, tool_loop)
