"""`agentsflare-kimi demo`: the package's main job in half a minute, without a key."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, cast

import openai
from openai.types.chat import ChatCompletion

from agentsflare_kimi import (
    FilterReport,
    Kimi,
    StreamReader,
    extract_content,
    extract_filter_results,
    plan_migration,
)
from agentsflare_kimi.base_url import DEFAULT_BASE_URL
from agentsflare_kimi.cli.table import render_table
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.printable import printable

__all__ = ["run"]

# The page's own request, and the same as a program of last year has it.
# Source: https://docs.agentsflare.com/api-examples/kimi.html
_REQUEST: Final[dict[str, Any]] = {
    "model": "kimi-chat",
    "messages": [{"role": "user", "content": "Hello, how are you?"}],
    "max_tokens": 100,
    "temperature": 0.7,
}
_RETIRED: Final[dict[str, Any]] = _REQUEST | {"model": "kimi-k2-turbo-preview"}
# Slow enough that a person sees the pieces come.
_TOKENS_PER_SECOND: Final = 25.0


class _Place(NamedTuple):
    base_url: str
    api_key: str


def run(arguments: list[str]) -> int:
    """Show the page's request, a retired model that goes on working, filters and a stream."""
    argparse.ArgumentParser(
        prog="agentsflare-kimi demo",
        description="Show what the package does: against an emulator on this machine, or, if "
        "AGENTSFLARE_API_KEY is set, against the gateway.",
    ).parse_args(arguments)
    with _gateway() as place:
        _show_page_request(place)
        _show_retired_with_stock_client(place)
        with Kimi(base_url=place.base_url, api_key=place.api_key) as client:
            completion = _show_migration(client)
            _show_filters(extract_filter_results(completion))
            _show_stream(client)
    _show_ending()
    return 0


@contextmanager
def _gateway() -> Generator[_Place]:
    key = os.environ.get("AGENTSFLARE_API_KEY", "").strip()
    if key:
        base_url = os.environ.get("AGENTSFLARE_BASE_URL") or DEFAULT_BASE_URL
        print(f"AGENTSFLARE_API_KEY is set: the requests go to {base_url} and are billed.")
        yield _Place(base_url, key)
        return
    with Emulator(tokens_per_second=_TOKENS_PER_SECOND) as emulator:
        print(f"No AGENTSFLARE_API_KEY: an emulator answers at {emulator.base_url}.")
        yield _Place(emulator.base_url, emulator.api_key)


def _title(text: str) -> None:
    print(f"\n== {text}\n")


def _show_page_request(place: _Place) -> None:
    _title("The request of the gateway's page, through openai.OpenAI")
    with openai.OpenAI(base_url=place.base_url, api_key=place.api_key) as client:
        try:
            completion = _complete(client, _REQUEST)
        except openai.OpenAIError as error:
            print(f"{type(error).__name__}: {printable(str(error))}")
            return
    print(f"{completion.model}: {printable(extract_content(completion))}")


def _show_retired_with_stock_client(place: _Place) -> None:
    _title(f"The same with {_RETIRED['model']}, through openai.OpenAI")
    with openai.OpenAI(base_url=place.base_url, api_key=place.api_key) as client:
        try:
            client.chat.completions.create(**_RETIRED)
        except openai.OpenAIError as error:
            print(f"{type(error).__name__}: {printable(str(error))}")
        else:
            print("(this gateway still answers it)")


def _show_migration(client: Kimi) -> ChatCompletion:
    _title("The same through agentsflare_kimi.Kimi")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        completion = _complete(client, _RETIRED)
    print(f"{completion.model}: {printable(extract_content(completion))}\n")
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}\n")
    changes = plan_migration(_RETIRED, settings=client.settings).changes
    rows = [(c.parameter, _value(c.before), _value(c.after), c.reason) for c in changes]
    print(render_table(("PARAMETER", "BEFORE", "AFTER", "WHY"), rows))
    return completion


def _complete(client: openai.OpenAI, request: dict[str, Any]) -> ChatCompletion:
    # The overloads of `create` tell nothing about keywords that come from a dict.
    return cast("ChatCompletion", client.chat.completions.create(**request))


def _value(value: object) -> object:
    return None if repr(value) == "ABSENT" else value


def _show_filters(report: FilterReport) -> None:
    _title("What the content filter said of prompt and answer")
    if not report.annotations_present:
        print("nothing: this answer carries no annotations, which does not mean that it is safe")
        return
    parts = [(f"prompt {part.prompt_index}", part.categories) for part in report.prompt]
    parts += [(f"answer {part.index}", part.categories) for part in report.choices]
    rows = [
        (where, name, result.severity, result.detected, result.filtered)
        for where, categories in parts
        for name, result in sorted(categories.items())
    ]
    print(render_table(("WHERE", "CATEGORY", "SEVERITY", "DETECTED", "FILTERED"), rows))


def _show_stream(client: Kimi) -> None:
    _title("A streamed answer, as it arrives")
    question: dict[str, Any] = {"messages": [{"role": "user", "content": "Count to ten."}]}
    request: dict[str, Any] = _RETIRED | question
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stream = client.chat.completions.create(stream=True, **request)
    with StreamReader(stream) as reader:
        for text in reader:
            print(printable(text), end="", flush=True)
    print(f"\n\nfinish reason {reader.finish_reason}; {reader.filter_results}")


def _show_ending() -> None:
    _title("In your own program, in place of OpenAI(base_url=..., api_key=...)")
    print("from agentsflare_kimi import Kimi")
    print("client = Kimi()  # reads AGENTSFLARE_API_KEY")
    sys.stdout.flush()
