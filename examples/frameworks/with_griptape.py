"""griptape: the prompt driver takes the client."""

from griptape.artifacts import TextArtifact
from griptape.drivers.prompt.openai import OpenAiChatPromptDriver
from griptape.structures import Agent
from griptape.tools import BaseTool
from griptape.utils.decorators import activity
from harness import HELLO, TOLD, WEATHER, WHO, main
from pydantic import BaseModel
from schema import Literal, Schema

from agentsflare_kimi import Kimi


class Person(BaseModel):
    name: str
    age: int


class Weather(BaseTool):
    @activity(config={"description": "Tells it", "schema": Schema({Literal("city"): str})})
    def get_weather(self, city: str) -> TextArtifact:
        return TextArtifact(TOLD)


def driver(model: str) -> OpenAiChatPromptDriver:
    return OpenAiChatPromptDriver(model=model, client=Kimi())


def chat(model: str) -> str:
    return Agent(prompt_driver=driver(model)).run(HELLO).output.value


def tool_loop(model: str) -> str:
    return Agent(prompt_driver=driver(model), tools=[Weather()]).run(WEATHER).output.value


def structured(model: str) -> Person:
    return Agent(prompt_driver=driver(model), output_schema=Person).run(WHO).output.value


if __name__ == "__main__":
    main("griptape", chat, tool_loop, structured)
