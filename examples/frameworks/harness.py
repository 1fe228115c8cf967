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

from agentsflare_kimi import ContentFilteredError
from agentsflare_kimi.emulator import Emulator

Answers = Callable[[dict], dict | None] | None
Part = Callable[[str], object]

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
    # Some frameworks put the text of an exception in the answer's place.
    "blocked": lambda answer: "content filter: blocked" in str(answer),
}


def _try(name: str, part: Part, model: str, answers: Answers) -> dict[str, object]:
    rounds = 2 if name == "tool_loop" else 1
    is_blocked = name == "blocked"
    os.environ["AGENTSFLARE_ON_FILTERED"] = "error" if is_blocked else "report"
    with (
        Emulator(
            tool_rounds=rounds,
            answers=None if is_blocked else answers,
            scenario="output-blocked" if is_blocked else "ok",
        ) as emulator,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("default")  # once for each line of the program
        os.environ["AGENTSFLARE_BASE_URL"] = emulator.base_url
        os.environ["AGENTSFLARE_API_KEY"] = emulator.api_key
        raised = ""
        try:
            answer = part(model)
            answer = asyncio.run(answer) if inspect.iscoroutine(answer) else answer
            verdict = "ok" if CHECKS[name](answer) else f"answers {str(answer)[:80]!r}"
        except Exception as error:  # noqa: BLE001  # a row of the table
            raised = type(error).__name__
            is_expected = is_blocked and _tells_of_the_block(error)
            verdict = "ok" if is_expected else f"{raised}: {str(error)[:120]}"
        ours = [w for w in caught if "agentsflare" in w.category.__module__]
        return {
            "part": name,
            "model": model,
            "verdict": _misplaced(ours) or verdict,
            "raised": raised,
            "requests": [request.status for request in emulator.requests],
            "warnings": sorted({warning.category.__name__ for warning in ours}),
            "report": str(emulator.report()).splitlines()[1:],
        }


def _tells_of_the_block(error: BaseException | None) -> bool:
    # Frameworks wrap what a client raises in exceptions of their own, some with its text alone.
    while error is not None:
        if isinstance(error, ContentFilteredError) or "ContentFilteredError" in repr(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _misplaced(warned: list[warnings.WarningMessage]) -> str:
    """Tell of a warning that is not at the program's own line, or that came twice for one line."""
    places = [(str(w.message), w.filename, w.lineno) for w in warned]
    programs = {sys.modules["__main__"].__file__, __file__}
    wrong = [place for place in places if place[1] not in programs or places.count(place) > 1]
    return f"warns at {wrong[0][1].split('site-packages/')[-1]}:{wrong[0][2]}" if wrong else ""


def main(package: str, *parts: Part, answers: Answers = None) -> None:
    """Run *parts* with each model's name; the exit code is 1 if one is not good.

    The first part, a chat, is run once more with `on_filtered="error"` and an answer that the
    content filter blocks: the exception must reach the program.

    Args:
        package: The framework's distribution, for its version.
        parts: The recipe's functions.
        answers: What the emulator says in place of its own answers.
    """
    is_good = True
    for model in sys.argv[1:] or MODELS:
        for name, part in [(part.__name__, part) for part in parts] + [("blocked", parts[0])]:
            row = _try(name, part, model, answers)
            is_good = is_good and row["verdict"] == "ok"
            told = {"package": package, "version": version(package), "openai": version("openai")}
            # Some frameworks leave a line open.
            print("\n" + json.dumps(told | row), flush=True)
    # Some frameworks leave threads of theirs behind.
    sys.stdout.flush()
    os._exit(not is_good)
