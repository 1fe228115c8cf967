"""The emulator's server: start-up, 200 streams at once, and the same core behind uvicorn.

Bounds, against the ASGI server that would replace it: it starts no later; a third of its streams
per second; no stream fails.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentsflare_kimi.emulator.gateway import Gateway
from agentsflare_kimi.emulator.wire import Request

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STREAMS = 200
ROUNDS = 5
HIGHEST_START_UP_RATIO = 1.0
LOWEST_RATIO = 1 / 3
PORT, PEER_PORT = 18765, 18766
BODY = json.dumps(
    {
        "model": "kimi-chat",
        "messages": [{"role": "user", "content": " ".join(["word"] * 20)}],
        "stream": True,
    }
).encode()
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Serve the emulator's core as an ASGI application: what uvicorn runs."""
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    reply = Gateway().reply(
        Request(method=scope["method"], path=scope["path"], headers=headers, body=body)
    )
    pairs = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    for part in reply.parts:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def running(port: int, *command: str) -> Iterator[float]:
    """Run a server; yields how long it took until it answered."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    try:
        while not answers(port):
            time.sleep(0.002)
        yield time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    """Tell whether a server is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/v1/models", headers={"Authorization": "Bearer key"})
        return connection.getresponse().read() != b""
    except OSError:
        return False
    finally:
        connection.close()


async def stream(port: int) -> bool:
    """Read one stream; tell whether it was complete."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + BODY)
    received = await reader.read()
    writer.close()
    return b"data: [DONE]" in received


async def streams(port: int) -> tuple[float, int]:
    """Read all streams at once; gives seconds and how many failed."""
    started = time.perf_counter()
    results = await asyncio.gather(*(stream(port) for _ in range(STREAMS)), return_exceptions=True)
    return time.perf_counter() - started, sum(result is not True for result in results)


def main() -> int:
    """Measure, print, and compare with the bounds."""
    serve = ("agentsflare_kimi", "serve", "--quiet", "--port", str(PORT))
    asgi = ("uvicorn", "emulator:app", "--log-level", "critical", "--port", str(PEER_PORT))
    start_ups: list[float] = []
    for _ in range(ROUNDS):
        with running(PORT, *serve) as ours, running(PEER_PORT, *asgi) as theirs:
            start_ups.append(ours / theirs)
            print(f"  start-up: {ours:.3f} s, uvicorn {theirs:.3f} s")
    failures, ratios = 0, list[float]()
    with running(PORT, *serve), running(PEER_PORT, *asgi):
        for _ in range(ROUNDS):
            ours, failed = asyncio.run(streams(PORT))
            theirs, _ = asyncio.run(streams(PEER_PORT))
            failures += failed
            ratios.append(theirs / ours)
            print(f"  {STREAMS} streams: {STREAMS / ours:.0f}/s, uvicorn {STREAMS / theirs:.0f}/s")
    start_up, ratio = statistics.median(start_ups), statistics.median(ratios)
    print(f"start-up against uvicorn {start_up:.2f} (bound {HIGHEST_START_UP_RATIO})")
    print(f"failed streams {failures} of {ROUNDS * STREAMS} (bound 0)")
    print(f"streams per second against uvicorn {ratio:.2f} (bound {LOWEST_RATIO:.2f})")
    return int(start_up > HIGHEST_START_UP_RATIO or failures > 0 or ratio < LOWEST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
