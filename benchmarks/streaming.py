"""What reading costs: a stream through StreamReader against the SDK's own iteration.

Bounds: StreamReader takes at most 1.25 times as long for 10,000 chunks, with and without
annotations in each; of a typical answer, its text or message takes at most as long to read as
its JSON takes to parse, and its filter results at most ten times as long; what a reader holds
grows no faster than the text. Times are those of the processor, so that other work on the machine
counts less.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
import threading
import time
import timeit
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion

from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.content import assistant_message, extract_content
from agentsflare_kimi.reading.filters import extract_filter_results
from agentsflare_kimi.reading.streams import AsyncStreamReader, StreamReader

CHUNKS = 10_000
ROUNDS = 5
HIGHEST_RATIO = 1.25
# Times the parsing of the same answer.
HIGHEST_EXTRACTION = {extract_content: 1.0, assistant_message: 1.0, extract_filter_results: 10.0}
HIGHEST_GROWTH = 1.1
ASKED = {
    "model": "kimi-k2.6",
    "messages": [{"role": "user", "content": "Hello"}],
    "stream": True,
}
SAFE = {"filtered": False, "severity": "safe"}
RESULTS = dict.fromkeys(("hate", "self_harm", "sexual", "violence"), SAFE)
FOUND = {"filtered": False, "detected": False}
ANSWER = {
    "id": "chatcmpl-sample",
    "object": "chat.completion",
    "created": 1767765293,
    "model": "kimi-k2.6",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello! How can I help you today?"},
            "content_filter_results": {
                **RESULTS,
                "protected_material_code": FOUND,
                "protected_material_text": FOUND,
            },
        }
    ],
    "prompt_filter_results": [
        {"prompt_index": 0, "content_filter_results": {**RESULTS, "jailbreak": FOUND}}
    ],
    "usage": {"prompt_tokens": 10, "completion_tokens": 11, "total_tokens": 21},
}


def chunk(choice: dict[str, object]) -> dict[str, object]:
    """Make a chunk as the gateway sends it."""
    told = {"index": 0, "finish_reason": None, "delta": {}, **choice}
    head = {"id": "chatcmpl-sample", "object": "chat.completion.chunk", "created": 1767765293}
    return {**head, "model": "kimi-k2.6", "choices": [told]}


def chunks(number: int, **annotations: object) -> list[dict[str, object]]:
    """Make a stream of text; each chunk has its own words."""
    words = ({"delta": {"content": f"word {place} "}} for place in range(number))
    return [chunk({**word, **annotations}) for word in words] + [chunk({"finish_reason": "stop"})]


@contextmanager
def serving(body: bytes) -> Iterator[str]:
    """Answer every connection with *body*, in as few pieces as the socket takes."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"

    def answer(connection: socket.socket) -> None:
        with connection:
            request = b""
            while not request.endswith(b"}"):  # what is left unread would reset the connection
                request += connection.recv(65536)
            connection.sendall(head + body)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def read_sync(url: str) -> tuple[float, float]:
    """Return the least processor times of plain iteration and of StreamReader, in turns."""
    plain, reading = [], []
    with OpenAI(api_key="sample", base_url=url) as client:
        for _ in range(ROUNDS):
            started = time.thread_time()
            for _ in client.chat.completions.create(**ASKED):
                pass
            plain.append(time.thread_time() - started)
            started = time.thread_time()
            with StreamReader(client.chat.completions.create(**ASKED)) as reader:
                for _ in reader:
                    pass
            reading.append(time.thread_time() - started)
    return min(plain), min(reading)


async def read_async(url: str) -> tuple[float, float]:
    """Do the same with the asynchronous client."""
    plain, reading = [], []
    async with AsyncOpenAI(api_key="sample", base_url=url) as client:
        for _ in range(ROUNDS):
            started = time.thread_time()
            async for _ in await client.chat.completions.create(**ASKED):
                pass
            plain.append(time.thread_time() - started)
            started = time.thread_time()
            async with AsyncStreamReader(await client.chat.completions.create(**ASKED)) as reader:
                async for _ in reader:
                    pass
            reading.append(time.thread_time() - started)
    return min(plain), min(reading)


def compare(name: str, times: tuple[float, float]) -> bool:
    """Print one ratio; return whether it is within its bound."""
    plain, reading = times
    ratio = reading / plain
    print(
        f"{name}: SDK {plain * 1e6 / CHUNKS:.1f} us a chunk, StreamReader "
        f"{reading * 1e6 / CHUNKS:.1f} us, ratio {ratio:.2f} (bound {HIGHEST_RATIO})"
    )
    return ratio <= HIGHEST_RATIO


def least_time(function: Callable[[], object]) -> float:
    """Return the least processor time of a thousand calls."""
    return min(timeit.repeat(function, timer=time.thread_time, number=1000, repeat=ROUNDS))


def extraction(function: Callable[[object], object], bound: float) -> bool:
    """Time one helper on a typical answer as the SDK gives it, against parsing its JSON."""
    body = json.dumps(ANSWER)
    answer = ChatCompletion.construct(**json.loads(body))
    ratio = least_time(lambda: function(answer)) / least_time(lambda: json.loads(body))
    print(f"{function.__name__}: {ratio:.2f} of json.loads (bound {bound})")
    return ratio <= bound


def held_per_character(number: int) -> float:
    """Return the bytes that stay allocated for each character of the text."""
    body = [json.dumps(part) for part in chunks(number, content_filter_results=RESULTS)]
    gc.collect()
    tracemalloc.start()
    received = StreamAccumulator()
    for part in body:
        received.add(json.loads(part))
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(received.choices[0].content or "")


def main() -> int:
    """Measure everything; return 1 if a bound is broken."""
    results = []
    for name, told in (("text", {}), ("annotated", {"content_filter_results": RESULTS})):
        events = [f"data: {json.dumps(part)}\n\n" for part in chunks(CHUNKS, **told)]
        with serving("".join([*events, "data: [DONE]\n\n"]).encode()) as url:
            results.append(compare(f"{name}, sync", read_sync(url)))
            results.append(compare(f"{name}, async", asyncio.run(read_async(url))))
    results += [extraction(function, bound) for function, bound in HIGHEST_EXTRACTION.items()]
    few, many = held_per_character(CHUNKS), held_per_character(8 * CHUNKS)
    print(
        f"memory: {few:.2f} bytes a character after {CHUNKS} chunks, {many:.2f} after "
        f"{8 * CHUNKS} (bound: {HIGHEST_GROWTH} times as many)"
    )
    results.append(many <= few * HIGHEST_GROWTH)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
