"""`run_batch` beside `asyncio.gather` and a semaphore over a plain `AsyncOpenAI`.

All ask the same stub, which runs in another process. Each turn is a fresh process. What is
compared: rows per second, CPU per row, memory of a long run; what the journal costs beside
`json.dumps` and `json.loads` of the same records; the rate near a limit beside that with the
limit known, and with stray 429s beside that without; how soon an empty balance ends a run.
The median of several rounds counts, with the ways of asking in turns. `batch.py PART…` measures
some parts only, such as `throughput journal`. Source of the bounds: facts/batch.md.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

HOST = "127.0.0.1"
AT_ONCE = 100
ROUNDS = 5
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1767765293,
    "model": "kimi-k2.6",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "An answer of some length. " * 20},
        }
    ],
    "usage": {"prompt_tokens": 20, "completion_tokens": 120, "total_tokens": 140},
}
GOOD = 200, json.dumps(COMPLETION).encode()
LIMITED = 429, b'{"error": {"message": "rate limit", "type": "rate_limit_reached_error"}}'
EMPTY = 429, b'{"error": {"message": "quota", "type": "exceeded_current_quota_error"}}'


class Stub:
    """A server that knows nothing but its answers; counts the requests that came."""

    def __init__(self, latency: float, cap: int | None, stray: float, *, is_empty: bool) -> None:
        """Answer after *latency*, at most *cap* at a time, a share of *stray* with a 429."""
        self.latency, self.cap, self.stray, self.is_empty = latency, cap, stray, is_empty
        self.serving = 0
        self.chance = random.Random(1)

    async def answer(self) -> tuple[int, bytes]:
        """Return status and body of one answer."""
        if self.is_empty:
            return EMPTY
        if (self.cap and self.serving >= self.cap) or self.chance.random() < self.stray:
            return LIMITED
        self.serving += 1
        if self.latency:
            await asyncio.sleep(self.latency * self.chance.uniform(0.7, 1.3))
        self.serving -= 1
        return GOOD

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                start = head.lower().index(b"content-length:") + 15
                await reader.readexactly(int(head[start : head.index(b"\r", start)]))
                status, body = await self.answer()
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                    b"\r\n%b" % (status, len(body), body)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def serve(options: dict[str, Any]) -> None:
    """Serve until killed; print the port first."""
    server = await asyncio.start_server(Stub(**options).serve, HOST, 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def rows(count: int) -> list[dict[str, Any]]:
    """Make the rows, in OpenAI's batch format."""
    return [
        {
            "custom_id": f"r{number}",
            "body": {
                "model": "kimi-k2.6",
                "max_completion_tokens": 1000,
                "messages": [{"role": "user", "content": f"Question {number}. " + "word " * 50}],
            },
        }
        for number in range(count)
    ]


def memory() -> float:
    """Return the memory in use now, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1_048_576


async def gather(url: str, count: int, at_once: int) -> dict[str, Any]:
    """What a user writes by hand: gather, a semaphore, and a file written at the end."""
    import openai  # noqa: PLC0415  # neither process loads what only the other needs

    slots, lost = asyncio.Semaphore(at_once), 0
    given = rows(count)
    async with openai.AsyncOpenAI(api_key="k", base_url=url) as client:

        async def ask(row: dict[str, Any]) -> str:
            async with slots:
                answer = await client.chat.completions.create(**row["body"])
            return json.dumps({"custom_id": row["custom_id"], "body": answer.to_dict()})

        await ask(given[0])
        started, cpu = time.perf_counter(), time.process_time()
        lines = await asyncio.gather(*map(ask, given), return_exceptions=True)
        lost = sum(isinstance(line, BaseException) for line in lines)
        with tempfile.TemporaryFile("w") as file:
            file.writelines(f"{line}\n" for line in lines)
    return {
        "rate": count / (time.perf_counter() - started),
        "cpu": (time.process_time() - cpu) / count,
        "lost": lost,
    }


async def batch(
    url: str, count: int, at_once: int, *, is_aiohttp: bool, is_fixed: bool = False
) -> dict[str, Any]:
    """`run_batch` with its journal."""
    import openai  # noqa: PLC0415  # as above

    from agentsflare_kimi import AsyncKimi  # noqa: PLC0415
    from agentsflare_kimi.batch import Journal, Limiter, run_batch  # noqa: PLC0415

    given, grown, done = rows(count), dict[int, float](), 0

    def watch(_record: object) -> None:
        nonlocal done
        done += 1
        if done in {2_000, count}:
            grown[done] = memory()

    more = {"http_client": openai.DefaultAioHttpClient()} if is_aiohttp else {}
    limiter = Limiter(at_once)
    if is_fixed:
        limiter._window._size = float(at_once)  # noqa: SLF001  # the limit is known
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncKimi(api_key="k", base_url=url, **more) as client:
            with Journal(f"{folder}/first") as journal:
                await run_batch(rows(1), client, journal)
            started, cpu = time.perf_counter(), time.process_time()
            with Journal(f"{folder}/journal") as journal:
                summary = await run_batch(given, client, journal, limiter=limiter, on_record=watch)
    return {
        "rate": count / (time.perf_counter() - started),
        "cpu": (time.process_time() - cpu) / count,
        "lost": count - summary.answered,
        "refused": summary.throttled / max(summary.requests, 1),
        "requests": summary.requests,
        "growth": grown[count] - grown[2_000] if len(grown) == 2 else 0.0,  # noqa: PLR2004
    }


def journal_costs(count: int = 5_000) -> dict[str, float]:
    """CPU of the journal beside that of the JSON it holds."""
    from openai.types.chat import ChatCompletion  # noqa: PLC0415  # as above

    from agentsflare_kimi.batch import Journal  # noqa: PLC0415
    from agentsflare_kimi.batch.records import answer_record  # noqa: PLC0415

    answer = ChatCompletion.model_validate(COMPLETION)
    records = [answer_record(f"r{number}", "0" * 16, answer) for number in range(count)]
    found: dict[str, list[float]] = {"append": [], "dumps": [], "resume": [], "loads": []}

    def timed(name: str, work: Iterable[object]) -> None:
        cpu = time.process_time()
        deque(work, maxlen=0)  # keeps no result, so that none is left to the garbage collector
        found[name].append(time.process_time() - cpu)

    with tempfile.TemporaryDirectory() as folder:
        for number in range(5):
            path = f"{folder}/{number}"
            with Journal(path) as journal:
                timed("append", map(journal.append, records))
            lines = Path(path).read_bytes().splitlines()
            timed("dumps", map(json.dumps, records))
            timed("resume", (each.close() for each in map(Journal, [path])))
            timed("loads", map(json.loads, lines))
    least = {name: min(seconds) for name, seconds in found.items()}
    return {
        "append": least["append"] / least["dumps"],
        "resume": least["resume"] / least["loads"],
    }


class Table:
    """Prints each figure beside its bound, and remembers whether all held."""

    is_good = True

    def row(self, name: str, value: float, bound: float, *, at_least: bool) -> None:
        """Print one figure."""
        holds = value >= bound if at_least else value <= bound
        self.is_good = self.is_good and holds
        words = "at least" if at_least else "at most"
        print(f"{name:<58}{value:9.2f}  ({words} {bound}){'' if holds else '  MISSED'}", flush=True)


class Server:
    """A stub in a process of its own."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of Stub
        """Start it."""
        given = {"latency": 0.0, "cap": None, "stray": 0.0, "is_empty": False, **options}
        command = [sys.executable, __file__, "serve", json.dumps(given)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = f"http://{HOST}:{self.process.stdout.readline().strip()}/v1"

    def turn(self, name: str, count: int, at_once: int = AT_ONCE) -> dict[str, Any]:
        """Measure one way of asking in a process of its own."""
        command = [sys.executable, __file__, name, self.url, str(count), str(at_once)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def __enter__(self) -> Self:
        """Serve."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


def compare_throughput(table: Table, count: int = 1_500) -> None:
    """Compare rows per second and CPU per row with a loop written by hand."""
    ratios: dict[str, list[float]] = {}
    with Server() as server:
        for number in range(ROUNDS):
            names = ["gather", "batch", "batch-aiohttp"][:: 1 if number % 2 else -1]
            found = {name: server.turn(name, count) for name in names}
            for name in ("batch", "batch-aiohttp"):
                for what in ("rate", "cpu"):
                    ratio = found[name][what] / found["gather"][what]
                    ratios.setdefault(f"{name} {what}", []).append(ratio)
    middle = {name: statistics.median(values) for name, values in ratios.items()}
    table.row("rows per second, of gather's", middle["batch rate"], 1.4, at_least=True)
    table.row("  over aiohttp", middle["batch-aiohttp rate"], 1.8, at_least=True)
    table.row("CPU per row, of gather's", middle["batch cpu"], 0.65, at_least=False)
    table.row("  over aiohttp", middle["batch-aiohttp cpu"], 0.42, at_least=False)


def compare_journal(table: Table) -> None:
    """Compare the CPU of the journal with that of the JSON in it."""
    costs = journal_costs()
    table.row("CPU of an append, of json.dumps'", costs["append"], 2.0, at_least=False)
    table.row("CPU of a resume, of json.loads'", costs["resume"], 3.0, at_least=False)


def compare_cap(table: Table) -> None:
    """Compare the rate near a limit with that of a runner that knows the limit."""
    with Server(latency=1.0, cap=50) as capped:
        known = capped.turn("known", 4_000, 50)
        found = capped.turn("batch-aiohttp", 4_000)
    rate = found["rate"] / known["rate"]
    table.row("rate at a cap of 50, of that with the cap known", rate, 0.95, at_least=True)
    table.row("  429s, %", 100 * found["refused"], 7.0, at_least=False)
    table.row("  rows lost", found["lost"], 0, at_least=False)


def compare_stray(table: Table) -> None:
    """Compare the rate with 429s that have no reason with that without any."""
    ratios: list[float] = []
    with Server(latency=0.5) as free, Server(latency=0.5, stray=0.05) as stray:
        for _ in range(3):
            plain, hindered = (server.turn("batch-aiohttp", 3_000) for server in (free, stray))
            ratios.append(hindered["rate"] / plain["rate"])
    ratio = statistics.median(ratios)
    table.row("rate with 5% stray 429s, of that without", ratio, 0.5, at_least=True)


def measure_balance(table: Table) -> None:
    """Count the requests that an empty balance still receives."""
    with Server(is_empty=True) as empty:
        asked = empty.turn("batch", 1_000)["requests"]
    table.row("requests until an empty balance ends the run", asked, AT_ONCE, at_least=False)


def measure_memory(table: Table) -> None:
    """Measure the growth of a long run."""
    with Server() as server:
        growth = server.turn("batch-aiohttp", 20_000)["growth"]
    table.row("memory from row 2,000 to 20,000, MB", growth, 15.0, at_least=False)


PARTS = {
    "throughput": compare_throughput,
    "journal": compare_journal,
    "cap": compare_cap,
    "stray": compare_stray,
    "balance": measure_balance,
    "memory": measure_memory,
}


def main() -> None:
    """Run the stub, the comparison, or one turn of it."""
    name, *given = sys.argv[1:] or PARTS
    if name == "serve":
        asyncio.run(serve(json.loads(given[0])))
    elif name in PARTS:
        table = Table()
        for part in (name, *given):
            PARTS[part](table)
        sys.exit(not table.is_good)
    else:
        url, count, at_once = given[0], int(given[1]), int(given[2])
        if name == "gather":
            found = asyncio.run(gather(url, count, at_once))
        else:
            is_aiohttp = name != "batch"
            is_fixed = name == "known"
            work = batch(url, count, at_once, is_aiohttp=is_aiohttp, is_fixed=is_fixed)
            found = asyncio.run(work)
        print(json.dumps(found))


if __name__ == "__main__":
    main()
