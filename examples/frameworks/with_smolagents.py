"""smolagents: `create_client` is what makes the client."""

import json

from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel
from smolagents import OpenAIModel, ToolCallingAgent, tool

from agentsflare_kimi import Kimi


class KimiModel(OpenAIModel):
    def create_client(self) -> Kimi:
        return Kimi()


class Person(BaseModel):
    name: str
    age: int


@tool
def get_weather(city: str) -> str:
    """Tell the weather.

    Args:
        city: The city.
    """
    return TOLD


def ask(model: str, text: str, **options: object) -> str:
    messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    return KimiModel(model).generate(messages, **options).content


def chat(model: str) -> str:
    return ask(model, HELLO)


def tool_loop(model: str) -> str:
    agent = ToolCallingAgent([get_weather], KimiModel(model), verbosity_level=0, max_steps=5)
    return str(agent.run(WEATHER))


def structured(model: str) -> dict:
    schema = {"name": "Person", "schema": Person.model_json_schema()}
    form = {"type": "json_schema", "json_schema": schema}
    return json.loads(ask(model, WHO, response_format=form))


def final_answer(body: dict) -> dict | None:
    # It writes tool calls and results as text, so the emulator cannot see that it has one.
    if TOLD not in str(body["messages"]):
        return None
    function = {"name": "final_answer", "arguments": f'{{"answer": "{TOLD}"}}'}
    call = {"id": "call_1", "type": "function", "function": function}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


if __name__ == "__main__":
    main("smolagents", chat, tool_loop, structured, answers=final_answer)
