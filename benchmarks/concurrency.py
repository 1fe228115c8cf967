"""`AsyncKimi` beside `AsyncOpenAI`: throughput and memory at 1 to 1,000 calls, and 200 streams.

All ask the same server in the same run, in turns; each turn is a fresh process, so that memory
can be told apart. Bounds: never below 0.95 of the plain client, at 1,000 calls at least 1.5 and
no more memory; over aiohttp at least 3 at 1,000 calls, and 2.5 at 200 streams. The machine's noise
is in the figures: the median of several rounds counts, of more where the bound is near.
`concurrency.py CASE…` takes some of the cases only, such as `create-1000 stream-200`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import resource
import statistics
import subprocess
import sys
import time

HOST, PATH = "127.0.0.1", "/v1/chat/completions"
# (what, requests at a time, requests in all, rounds, lowest ratio, lowest over aiohttp)
CASES = (
    ("create", 1, 300, 5, 0.95, 0.95),
    ("create", 100, 800, 11, 0.95, 0.95),
    ("create", 1_000, 2_000, 3, 1.5, 3.0),
    ("stream", 200, 400, 5, 0.95, 2.5),
)
MANY = 1_000
HIGHEST_MEMORY_RATIO = 1.0  # at that many, with the default backend
PLAIN = "openai.AsyncOpenAI"
OURS = "agentsflare_kimi.AsyncKimi"
FAST = f"{OURS}+aiohttp"
MESSAGES = [{"role": "user", "content": "hi"}]
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1767765293,
    "model": "kimi-k2.6",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}
    ],
}
BODY = json.dumps(COMPLETION).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    + BODY
)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def event(finish: str | None) -> bytes:
    """Return one event of a stream, as a chunk of the transfer."""
    chunk = {**COMPLETION, "object": "chat.completion.chunk"}
    chunk["choices"] = [{"index": 0, "finish_reason": finish, "delta": {"content": "hello"}}]
    data = b"data: " + json.dumps(chunk).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


EVENT, LAST = event(None), event("stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection, a stream with 20 events at 5 ms."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            start = head.lower().index(b"content-length:") + 15
            body = await reader.readexactly(int(head[start : head.index(b"\r", start)]))
            if b'"stream":true' in body.replace(b" ", b""):
                writer.write(STREAM_HEAD)
                for _ in range(20):
                    writer.write(EVENT)
                    await asyncio.sleep(0.005)
                writer.write(LAST)
            else:
                writer.write(ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve() -> None:
    """Serve until killed; print the port first."""
    server = await asyncio.start_server(serve_connection, HOST, 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def measure(name: str, what: str, at_once: int, total: int, port: str) -> None:
    """Print requests per second and peak memory in MB of one client."""
    name, _, backend = name.partition("+")
    package, _, kind = name.partition(".")
    options = {"http_backend": backend} if backend else {}
    # Memory is compared: neither process loads what only the other needs.
    client_class = getattr(importlib.import_module(package), kind)
    async with client_class(api_key="k", base_url=f"http://{HOST}:{port}/v1", **options) as client:
        create = client.chat.completions.create

        async def ask() -> None:
            if what == "create":
                await create(model="kimi-k2.6", messages=MESSAGES)
                return
            async for _ in await create(model="kimi-k2.6", messages=MESSAGES, stream=True):
                pass

        async def ask_in_turn(count: int) -> None:
            for _ in range(count):
                await ask()

        await ask_in_turn(20)
        started = time.perf_counter()
        await asyncio.gather(*(ask_in_turn(total // at_once) for _ in range(at_once)))
        seconds = time.perf_counter() - started
    print(total / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def turn(name: str, what: str, at_once: int, total: int, port: str) -> tuple[float, float]:
    """Measure one client in a process of its own."""
    command = [sys.executable, __file__, name, what, str(at_once), str(total), port]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rate, memory = map(float, done.stdout.split())
    return rate, memory


def compare(port: str, wanted: list[str]) -> bool:
    """Print the table; tell whether every bound holds."""
    is_good = True
    print(
        f"{'':16}{'plain/s':>9}{'Kimi/s':>9}{'ratio':>7}{'memory':>8}{'aiohttp/s':>11}{'ratio':>7}"
    )
    for what, at_once, total, rounds, lowest, lowest_fast in CASES:
        if wanted and f"{what}-{at_once}" not in wanted:
            continue
        rates: dict[str, list[float]] = {PLAIN: [], OURS: [], FAST: []}
        memory: list[float] = []
        for number in range(rounds):
            names = list(rates)[:: 1 if number % 2 else -1]
            found = {name: turn(name, what, at_once, total, port) for name in names}
            for name, (rate, _) in found.items():
                rates[name].append(rate)
            memory.append(found[OURS][1] / found[PLAIN][1])
        ratio, fast = (_ratio(rates[name], rates[PLAIN]) for name in (OURS, FAST))
        size = statistics.median(memory)
        holds = ratio >= lowest and fast >= lowest_fast
        holds = holds and (at_once != MANY or size <= HIGHEST_MEMORY_RATIO)
        is_good = is_good and holds
        plain, ours, faster = (statistics.median(each) for each in rates.values())
        print(
            f"{what:8}{at_once:8}{plain:9.0f}{ours:9.0f}{ratio:7.2f}{size:8.2f}{faster:11.0f}"
            f"{fast:7.2f}  (at least {lowest}, {lowest_fast}"
            f"{', memory at most 1' if at_once == MANY else ''}){'' if holds else '  MISSED'}",
            flush=True,
        )
    return is_good


def _ratio(rates: list[float], others: list[float]) -> float:
    return statistics.median(rate / other for rate, other in zip(rates, others, strict=True))


def main() -> None:
    """Run the server, the comparison, or one turn of it."""
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    elif sys.argv[1:2] and "." in sys.argv[1]:
        name, what, at_once, total, port = sys.argv[1:]
        asyncio.run(measure(name, what, int(at_once), int(total), port))
    else:
        with subprocess.Popen(
            [sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                is_good = compare(server.stdout.readline().strip(), sys.argv[1:])
            finally:
                server.terminate()
        sys.exit(not is_good)


if __name__ == "__main__":
    main()
