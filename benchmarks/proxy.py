"""What the proxy adds: going through it beside going direct, in one run, in turns.

The gateway, the proxy and the caller are processes of their own. Callers are bare sockets, so that
what is measured is the proxy and not a client. Bounds: a stream's first event at most 5 ms
later than direct (p50, one at a time). What limits a proxy is the SDK's own pace in its process
(see benchmarks/concurrency.py), so the bound on streams a second is a share of what one `AsyncKimi`
does in the same run. Memory stays flat over the requests.
The machine's noise is in the figures: the median of the rounds counts.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from concurrency import BODY, HOST, MESSAGES  # the same gateway as there

REQUESTS = int(os.environ.get("REQUESTS", "10000"))
SAMPLES = 200
STREAMS = 100
ROUNDS = 3
LONGEST_FIRST_EVENT = 0.005  # seconds more than direct
LONGEST_REQUEST = 0.010
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


def compare(direct: int, through: int, *, is_stream: bool, longest: float) -> bool:
    """Print what the proxy adds to one kind of request; tell whether it is within its bound."""
    found: dict[int, list[float]] = {direct: [], through: []}
    for port in (direct, through):
        asyncio.run(ask(port, 20, is_stream=is_stream))
    for _ in range(ROUNDS):
        for port, times in found.items():
            count = SAMPLES // (4 if is_stream else 1)
            times.extend(asyncio.run(ask(port, count, is_stream=is_stream)))
    (p50, p99), (p50_through, p99_through) = map(percentiles, found.values())
    added = p50_through - p50
    name = "first event of a stream" if is_stream else "small request"
    print(
        f"{name}: direct {p50 * 1e3:.2f} ms (p99 {p99 * 1e3:.2f}), through the proxy "
        f"{p50_through * 1e3:.2f} ms (p99 {p99_through * 1e3:.2f}), added {added * 1e3:.2f} ms "
        f"(at most {longest * 1e3:.0f})"
    )
    return added <= longest


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


def main() -> int:
    """Measure everything; return 1 if a bound is broken."""
    here = Path(__file__).parent
    gateway = subprocess.Popen(
        [sys.executable, str(here / "concurrency.py"), "serve"], stdout=subprocess.PIPE, text=True
    )
    direct = int(gateway.stdout.readline())
    command = [sys.executable, "-m", "agentsflare_kimi", "proxy", "--port", "0"]
    command += ["--upstream", f"http://{HOST}:{direct}/v1"]
    proxy = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        through = int(proxy.stdout.readline().rstrip("/v1\n").rpartition(":")[2])
        is_good = [
            compare(direct, through, is_stream=False, longest=LONGEST_REQUEST),
            compare(direct, through, is_stream=True, longest=LONGEST_FIRST_EVENT),
        ]
        rates = [asyncio.run(streams_at_once(through)) for _ in range(ROUNDS)]
        plain = [asyncio.run(streams_of_the_sdk(direct)) for _ in range(ROUNDS)]
        share = statistics.median(rates) / statistics.median(plain)
        print(
            f"{STREAMS} streams at once: {statistics.median(rates):.0f} a second through the "
            f"proxy, {statistics.median(plain):.0f} with one AsyncKimi, share {share:.2f} "
            f"(at least {LOWEST_SHARE})"
        )
        is_good += [share >= LOWEST_SHARE, memory(proxy.pid, through)]
    finally:
        proxy.terminate()
        gateway.terminate()
        proxy.wait()
    return 0 if all(is_good) else 1


if __name__ == "__main__":
    sys.exit(main())
