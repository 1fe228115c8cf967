"""DSPy: a `BaseLM` of seven lines."""

import dspy
from harness import HELLO, main

from agentsflare_kimi import Kimi


class KimiLM(dspy.BaseLM):
    def __init__(self, model: str) -> None:
        super().__init__(model=model)
        self.client = Kimi()

    def forward(
        self, prompt: str | None = None, messages: list | None = None, **_: object
    ) -> object:
        messages = messages or [{"role": "user", "content": prompt}]
        return self.client.chat.completions.create(model=self.model, messages=messages)


def chat(model: str) -> str:
    return KimiLM(model)(HELLO)[0]


if __name__ == "__main__":
    main("dspy", chat)
