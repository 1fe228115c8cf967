"""DSPy: a `BaseLM` of eight lines."""

import dspy
from harness import HELLO, WHO, main

from agentsflare_kimi import Kimi


class KimiLM(dspy.BaseLM):
    supported_params = frozenset({"response_format"})  # for `JSONAdapter`

    def __init__(self, model: str) -> None:
        super().__init__(model=model)
        self.client = Kimi()

    def forward(
        self, prompt: str | None = None, messages: list | None = None, **options: object
    ) -> object:
        messages = messages or [{"role": "user", "content": prompt}]
        return self.client.chat.completions.create(model=self.model, messages=messages, **options)


def chat(model: str) -> str:
    return KimiLM(model)(HELLO)[0]


def structured(model: str) -> object:
    with dspy.context(lm=KimiLM(model), adapter=dspy.JSONAdapter()):
        return dspy.Predict("question -> name, age: int")(question=WHO).toDict()


if __name__ == "__main__":
    main("dspy", chat, structured)
