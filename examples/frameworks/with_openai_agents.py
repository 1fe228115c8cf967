"""openai-agents: the chat-completions model takes the client."""

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel

from agentsflare_kimi import AsyncKimi

set_tracing_disabled(True)  # its traces go to OpenAI


class Person(BaseModel):
    name: str
    age: int


@function_tool
def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def agent(model: str, **options: object) -> Agent:
    kimi = OpenAIChatCompletionsModel(model=model, openai_client=AsyncKimi())
    return Agent(name="Assistant", model=kimi, **options)


def chat(model: str) -> str:
    return Runner.run_sync(agent(model), HELLO).final_output


def tool_loop(model: str) -> str:
    return Runner.run_sync(agent(model, tools=[get_weather]), WEATHER).final_output


def structured(model: str) -> Person:
    return Runner.run_sync(agent(model, output_type=Person), WHO).final_output


async def stream(model: str) -> str:
    result = Runner.run_streamed(agent(model), HELLO)
    return "".join(
        [
            event.data.delta
            async for event in result.stream_events()
            if event.type == "raw_response_event"
            and event.data.type == "response.output_text.delta"
        ]
    )


if __name__ == "__main__":
    main("openai-agents", chat, tool_loop, structured, stream)
