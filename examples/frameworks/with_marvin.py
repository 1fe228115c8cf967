"""marvin: takes pydantic-ai's model, and with it the client."""

import json
import os

os.environ |= {
    "MARVIN_DATABASE_URL": "sqlite+aiosqlite://",
    "MARVIN_ENABLE_DEFAULT_PRINT_HANDLER": "false",
}

import marvin
from harness import HELLO, TOLD, WEATHER, WELCOME, WHO, main
from pydantic import BaseModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from agentsflare_kimi import AsyncKimi


class Person(BaseModel):
    name: str
    age: int


def get_weather(city: str) -> str:
    """Tell the weather."""
    return TOLD


def agent(model: str, **options: object) -> marvin.Agent:
    kimi = OpenAIChatModel(model, provider=OpenAIProvider(openai_client=AsyncKimi()))
    return marvin.Agent(model=kimi, **options)


def chat(model: str) -> str:
    return agent(model).run(HELLO)


def tool_loop(model: str) -> str:
    return agent(model, tools=[get_weather]).run(WEATHER)


def structured(model: str) -> Person:
    return marvin.cast(WHO, Person, agent=agent(model))


def result(body: dict) -> dict | None:
    # It ends by calling a tool of its own with the result.
    said = str(body["messages"])
    text = TOLD if TOLD in said else WELCOME if HELLO in said else None
    if text is None:
        return None
    name = next(name for name in map(_name, body["tools"]) if name.startswith("MarkTask"))
    function = {"name": name, "arguments": json.dumps({"result": text})}
    call = {"id": "call_1", "type": "function", "function": function}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


def _name(tool: dict) -> str:
    return tool["function"]["name"]


if __name__ == "__main__":
    main("marvin", chat, tool_loop, structured, answers=result)
