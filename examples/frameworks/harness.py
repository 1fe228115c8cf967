"""Runs one recipe's functions against the emulator and prints what came of each as JSON lines.

A recipe defines some of `chat`, `tool_loop`, `structured` and `stream`; each takes a model's name,
and makes its client with `Kimi()` or `AsyncKimi()`, which read the emulator's address from the
environment.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version

from agentsflare_kimi.emulator import Emulator

Answers = Callable[[dict], dict | None] | None

MODELS = ("kimi-k2.6", "kimi-k2-turbo-preview")
HELLO = "Hello"
WELCOME = "Hello! How can I help you today?"
WEATHER = "What is the weather in Oslo?"
TOLD = "4 degrees, rain"
WHO = "Who is Ann?"


def _fields(answer: object) -> object:
    dump = getattr(answer, "model_dump", None)
    return dump() if dump else answer


# What makes an answer a good one.
CHECKS: dict[str, Callable[[object], bool]] = {
    "chat": lambda answer: WELCOME in str(answer),
    "tool_loop": lambda answer: TOLD in str(answer),
    "structured": lambda answer: {"name", "age"} <= set(_fields(answer)),  # type: ignore[arg-type]
    "stream": lambda answer: WELCOME in str(answer),
}


def _try(
    name: str, part: Callable[[str], object], model: str, answers: Answers
) -> dict[str, object]:
    rounds = 2 if name == "tool_loop" else 1
    with (
        Emulator(tool_rounds=rounds, answers=answers) as emulator,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        os.environ["AGENTSFLARE_BASE_URL"] = emulator.base_url
        os.environ["AGENTSFLARE_API_KEY"] = emulator.api_key
        verdict = "ok"
        try:
            answer = part(model)
            answer = asyncio.run(answer) if inspect.iscoroutine(answer) else answer
            if not CHECKS[name](answer):
                verdict = f"answers {str(answer)[:80]!r}"
        except Exception as error:  # noqa: BLE001  # a row of the table
            verdict = f"{type(error).__name__}: {str(error)[:120]}"
        ours = {w.category.__name__ for w in caught if "agentsflare" in w.category.__module__}
        return {
            "part": name,
            "model": model,
            "verdict": verdict,
            "requests": [request.status for request in emulator.requests],
            "warnings": sorted(ours),
            "report": str(emulator.report()).splitlines()[1:],
        }


def main(package: str, *parts: Callable[[str], object], answers: Answers = None) -> None:
    """Run *parts* with each model's name; the exit code is 1 if one is not good.

    Args:
        package: The framework's distribution, for its version.
        parts: The recipe's functions.
        answers: What the emulator says in place of its own answers.
    """
    is_good = True
    for model in sys.argv[1:] or MODELS:
        for part in parts:
            row = _try(part.__name__, part, model, answers)
            is_good = is_good and row["verdict"] == "ok"
            told = {"package": package, "version": version(package), "openai": version("openai")}
            print(json.dumps(told | row), flush=True)
    # Some frameworks leave threads of theirs behind.
    sys.stdout.flush()
    os._exit(not is_good)
