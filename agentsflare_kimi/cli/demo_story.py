"""What `agentsflare-kimi demo` shows: the package's main job in half a minute."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Final, cast

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
from agentsflare_kimi.cli.demo_place import find_place
from agentsflare_kimi.cli.table import render_table
from agentsflare_kimi.printable import printable

__all__ = ["tell_story"]

# The request on the gateway's page, and the same one as an older program sends it.
# Source: https://docs.agentsflare.com/api-examples/kimi.html
_REQUEST: Final[dict[str, Any]] = {
    "model": "kimi-chat",
    "messages": [{"role": "user", "content": "Hello, how are you?"}],
    "max_tokens": 100,
    "temperature": 0.7,
}
_RETIRED: Final[dict[str, Any]] = _REQUEST | {"model": "kimi-k2-turbo-preview"}


def tell_story(*, is_live: bool, is_offline: bool) -> None:
    """Show the gateway's own example, a retired model that keeps working, filters and a stream.

    Args:
        is_live: Whether to use the gateway, which costs money.
        is_offline: Whether to open no connection.

    Raises:
        ConfigurationError: The key or a setting for the gateway is wrong.
        openai.APIError: A request that should succeed fails.
    """
    with find_place(is_live=is_live, is_offline=is_offline) as place:
        print(place.notice)
        with place.stock_client() as stock:
            _show_page_request(stock)
            _show_retired_with_stock_client(stock)
        with place.client() as client:
            completion = _show_migration(client)
            _show_filters(extract_filter_results(completion))
            _show_stream(client)
    _show_ending()


def _title(text: str) -> None:
    print(f"\n== {text}\n")


def _show_page_request(client: openai.OpenAI) -> None:
    _title("The request of the gateway's page, through openai.OpenAI")
    try:
        completion = _complete(client, _REQUEST)
    except openai.OpenAIError as error:
        print(f"{type(error).__name__}: {printable(str(error))}")
        return
    print(f"{completion.model}: {printable(extract_content(completion))}")


def _show_retired_with_stock_client(client: openai.OpenAI) -> None:
    _title(f"The same with {_RETIRED['model']}, through openai.OpenAI")
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
    # The overloads of `create` do not cover keywords from a dict.
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
