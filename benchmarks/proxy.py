"""What the proxy adds: going through it beside going direct, in one run, in turns.

The gateway, the proxies and the caller are processes of their own. Callers are bare sockets, so
that a proxy is measured and not a client. The peer is the least that a proxy on the same parts can
do: `pass_on` below, which checks, repairs and counts nothing. Bounds are ratios: what the proxy
adds to a request or to a stream's first event (p50, one at a time), over what the peer adds;
and its streams a second over those of one `AsyncKimi`, whose pace in one process is what limits it
(see benchmarks/concurrency.py). Memory stays flat over the requests.
The machine's noise is in the figures: run it on a quiet one. Arguments choose parts: `request`,
`stream`, `throughput`, `memory`; all by default.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from concurrency import BODY, HOST, MESSAGES  # the same gateway as there
from openai import DefaultAsyncHttpxClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

REQUESTS = int(os.environ.get("REQUESTS", "10000"))
SAMPLES = 200
STREAMS = 100
ROUNDS = 3
HIGHEST_ADDED = 3.0  # times what the peer adds
KEPT = ("content-type", "content-length")
LOWEST_SHARE = 0.5  # of the streams a second of one AsyncKimi
HIGHEST_GROWTH = 1.10
ASK = b'{"model":"kimi-k2.6","messages":[{"role":"user","content":"hi"}]%b}'


def request(port: int, *, is_stream: bool) -> bytes:
    """Return the bytes of one request."""
    body = ASK % (b',"stream":true' if is_stream else b"")
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {HOST}:{port}\r\n"
        f"authorization: Bearer any\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask(port: int, count: int, *, is_stream: bool) -> list[float]:
    """Ask *count* times over one connection; return the seconds until the answer's body began."""
    reader, writer = await asyncio.open_connection(HOST, port)
    sent, times = request(port, is_stream=is_stream), []
    for _ in range(count):
        started = time.perf_counter()
        writer.write(sent)
        await reader.readuntil(b"\r\n\r\n")
        if is_stream:
            await reader.readuntil(b"data: ")
            times.append(time.perf_counter() - started)
            await reader.readuntil(b"[DONE]")
            await reader.readuntil(b"0\r\n\r\n")
        else:
            await reader.readexactly(len(BODY))
            times.append(time.perf_counter() - started)
    writer.close()
    return times


def percentiles(times: list[float]) -> tuple[float, float]:
    """Return p50 and p99."""
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def compare(ports: dict[str, int], *, is_stream: bool) -> bool:
    """Print what each proxy adds to one kind of request; tell whether ours is within its bound."""
    found: dict[str, list[float]] = {name: [] for name in ports}
    for port in ports.values():
        asyncio.run(ask(port, 20, is_stream=is_stream))
    for _ in range(ROUNDS):
        for name, times in found.items():
            count = SAMPLES // (4 if is_stream else 1)
            times.extend(asyncio.run(ask(ports[name], count, is_stream=is_stream)))
    p50, p99 = percentiles(found["direct"])
    print("first event of a stream" if is_stream else "small request")
    print(f"  direct  {p50 * 1e3:6.2f} ms, p99 {p99 * 1e3:6.2f}")
    added = {}
    for name in ("peer", "proxy"):
        median, highest = percentiles(found[name])
        added[name] = median - p50
        print(f"  {name:6} +{added[name] * 1e3:6.2f} ms, p99 +{(highest - p99) * 1e3:6.2f}")
    ratio = added["proxy"] / added["peer"]
    print(f"  ratio    {ratio:5.2f} (at most {HIGHEST_ADDED})")
    return ratio <= HIGHEST_ADDED


async def streams_at_once(port: int) -> float:
    """Return the streams a second of *STREAMS* at a time."""
    await ask(port, 1, is_stream=True)
    started = time.perf_counter()
    await asyncio.gather(*(ask(port, 3, is_stream=True) for _ in range(STREAMS)))
    return 3 * STREAMS / (time.perf_counter() - started)


async def streams_of_the_sdk(port: int) -> float:
    """Return the same of one `AsyncKimi` that goes direct."""
    from agentsflare_kimi import AsyncKimi  # noqa: PLC0415  # the last thing measured

    async with AsyncKimi(api_key="k", base_url=f"http://{HOST}:{port}/v1") as client:
        create = client.chat.completions.create

        async def read(count: int) -> None:
            for _ in range(count):
                async for _ in await create(model="kimi-k2.6", messages=MESSAGES, stream=True):
                    pass

        await read(1)
        started = time.perf_counter()
        await asyncio.gather(*(read(3) for _ in range(STREAMS)))
        return 3 * STREAMS / (time.perf_counter() - started)


def resident(process: int) -> int:
    """Return the resident memory of a process in kB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])


def memory(process: int, through: int) -> bool:
    """Print how memory grows over the requests; tell whether it is within its bound."""

    async def many(count: int) -> None:
        await asyncio.gather(*(ask(through, count // 10, is_stream=False) for _ in range(10)))

    asyncio.run(many(REQUESTS // 10))
    before = resident(process)
    started = time.perf_counter()
    asyncio.run(many(REQUESTS))
    rate = REQUESTS / (time.perf_counter() - started)
    growth = resident(process) / before
    print(
        f"{REQUESTS} requests, {rate:.0f} a second: memory {before / 1024:.1f} MB, then "
        f"{growth:.3f} times as much (at most {HIGHEST_GROWTH})"
    )
    return growth <= HIGHEST_GROWTH


async def pass_on(request: Request) -> StreamingResponse:
    """Answer for the peer: with what the gateway answers, piece by piece."""
    client, gateway = request.app.state.client, os.environ["GATEWAY"]
    kept = {"authorization": request.headers["authorization"]}
    url, body = f"{gateway}{request.url.path}", await request.body()
    sent = client.build_request(request.method, url, content=body, headers=kept)
    answer = await client.send(sent, stream=True)
    told = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    return StreamingResponse(answer.aiter_raw(), answer.status_code, told)


def make_peer() -> Starlette:
    """Make the peer's application."""
    peer = Starlette(routes=[Route("/{path:path}", pass_on, methods=["POST"])])
    peer.state.client = DefaultAsyncHttpxClient()  # of httpx or httpx2, as the SDK has it
    return peer


@contextmanager
def running(*arguments: str, **environment: str) -> Generator[tuple[int, int]]:
    """Run Python with *arguments*; yield its process id and the port that it prints."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            told = process.stdout.readline().strip().removesuffix("/v1")
            yield process.pid, int(told.rpartition(":")[2])
        finally:
            process.terminate()


def serve_peer() -> None:
    """Serve the peer as the package's command serves the proxy; print the port first."""
    with socket.create_server((HOST, 0), backlog=2048) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(make_peer(), http="h11", log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def throughput(direct: int, through: int) -> bool:
    """Print the streams a second of both; tell whether the proxy is within its bound."""
    rates = [asyncio.run(streams_at_once(through)) for _ in range(ROUNDS)]
    plain = [asyncio.run(streams_of_the_sdk(direct)) for _ in range(ROUNDS)]
    share = statistics.median(rates) / statistics.median(plain)
    print(
        f"{STREAMS} streams at once: {statistics.median(rates):.0f} a second through the "
        f"proxy, {statistics.median(plain):.0f} with one AsyncKimi, share {share:.2f} "
        f"(at least {LOWEST_SHARE})"
    )
    return share >= LOWEST_SHARE


def main(parts: Sequence[str]) -> int:
    """Measure *parts*; return 1 if a bound is broken."""
    with ExitStack() as stack:
        start = stack.enter_context
        _, direct = start(running(str(Path(__file__).with_name("concurrency.py")), "serve"))
        gateway = f"http://{HOST}:{direct}"
        proxy = ["-m", "agentsflare_kimi", "proxy", "--port", "0", "--upstream", f"{gateway}/v1"]
        process, through = start(running(*proxy))
        _, peer = start(running(__file__, "peer", GATEWAY=gateway))
        ports = {"direct": direct, "peer": peer, "proxy": through}
        measures: dict[str, Callable[[], bool]] = {
            "request": lambda: compare(ports, is_stream=False),
            "stream": lambda: compare(ports, is_stream=True),
            "throughput": lambda: throughput(direct, through),
            "memory": lambda: memory(process, through),
        }
        is_good = [measures[part]() for part in parts or measures]
    return 0 if all(is_good) else 1


if __name__ == "__main__":
    sys.exit(serve_peer() if sys.argv[1:] == ["peer"] else main(sys.argv[1:]))
