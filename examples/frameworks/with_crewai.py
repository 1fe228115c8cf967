"""CrewAI: no argument for a client; the attributes are where it goes."""

from crewai import LLM, Agent
from crewai.tools import tool
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi, Kimi


class Person(BaseModel):
    name: str
    age: int


@tool("get_weather")
def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def kimi(model: str, **options: object) -> LLM:
    made = LLM(
        model=f"openai/{model}",
        api_key="the client has it",
        base_url="http://127.0.0.1",
        **options,
    )
    made._client, made._async_client = Kimi(), AsyncKimi()
    return made


def chat(model: str) -> str:
    return kimi(model).call(HELLO)


def tool_loop(model: str) -> str:
    agent = Agent(
        role="Assistant", goal="Help", backstory="None", llm=kimi(model), tools=[get_weather]
    )
    return agent.kickoff(WEATHER).raw


def structured(model: str) -> Person:
    return kimi(model).call(WHO, response_model=Person)


async def stream(model: str) -> str:
    return await kimi(model, stream=True).acall(HELLO)


if __name__ == "__main__":
    main("crewai", chat, tool_loop, structured, stream)
