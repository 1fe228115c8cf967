"""smolagents: `create_client` is what makes the client."""

from harness import HELLO, TOLD, WEATHER, main
from smolagents import OpenAIModel, ToolCallingAgent, tool

from agentsflare_kimi import Kimi


class KimiModel(OpenAIModel):
    def create_client(self) -> Kimi:
        return Kimi()


@tool
def get_weather(city: str) -> str:
    """Tell the weather.

    Args:
        city: The city.
    """
    return TOLD


def chat(model: str) -> str:
    messages = [{"role": "user", "content": [{"type": "text", "text": HELLO}]}]
    return KimiModel(model).generate(messages).content


def tool_loop(model: str) -> str:
    agent = ToolCallingAgent([get_weather], KimiModel(model), verbosity_level=0, max_steps=5)
    return str(agent.run(WEATHER))


def final_answer(body: dict) -> dict | None:
    # It writes tool calls and results as text, so the emulator cannot see that it has one.
    if TOLD not in str(body["messages"]):
        return None
    function = {"name": "final_answer", "arguments": f'{{"answer": "{TOLD}"}}'}
    call = {"id": "call_1", "type": "function", "function": function}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


if __name__ == "__main__":
    main("smolagents", chat, tool_loop, answers=final_answer)
