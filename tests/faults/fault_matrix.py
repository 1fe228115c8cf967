"""Runs clients through the faults, and judges what came out by the promises.

`python tests/faults/fault_matrix.py` prints the table for `openai.OpenAI` and `Kimi`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import openai
from fault_cases import CASES, Case
from fault_server import Connection, FaultServer

import agentsflare_kimi
from agentsflare_kimi.calling.retries import without_sleeping

KEY = "sk-canary-0123456789abcdef"
PROMPT = "the canary of the prompt"
MESSAGES = [{"role": "user", "content": PROMPT}]
CLIENTS = {
    "OpenAI": (openai.OpenAI, openai.AsyncOpenAI),
    "Kimi": (agentsflare_kimi.Kimi, agentsflare_kimi.AsyncKimi),
    # Which only the async client has.
    "aiohttp": (None, functools.partial(agentsflare_kimi.AsyncKimi, http_backend="aiohttp")),
}
_LONGEST = 6.0  # seconds; what is not over by then hangs
_runs = itertools.count()


@dataclass
class Outcome:
    text: str = ""
    error: BaseException | None = None
    has_ended: bool = False
    seconds: float = 0.0
    requests: list = field(default_factory=list)
    elsewhere: int = 0


class Lab:
    """The servers that the cases need."""

    def __init__(self):
        self._stack = contextlib.ExitStack()
        replies = {case.name_in_url: case.reply for case in map(_Named, CASES)}
        replies["redirected"] = Connection.well
        self.server = self._stack.enter_context(FaultServer(replies))
        self._full = socket.socket()
        self._full.bind(("127.0.0.1", 0))
        self._full.listen(0)
        self._waiting = [_fill(self._full.getsockname()) for _ in range(3)]
        with socket.create_server(("127.0.0.1", 0)) as gone:
            self._free_port = gone.getsockname()[1]
        self._tls = None

    def close(self):
        for connection in (*self._waiting, self._full):
            connection.close()
        self._stack.close()

    def url(self, case, run):
        kind = case.url
        if kind == "refused":
            return f"http://127.0.0.1:{self._free_port}/v1"
        if kind == "unanswered":
            return f"http://127.0.0.1:{self._full.getsockname()[1]}/v1"
        if kind == "unknown":
            return "https://nowhere.invalid/v1"
        if kind == "https":
            return self.server.url("plain", run, "https")
        if kind == "tls":
            return self.tls_server().url("plain", run, "https")
        return self.server.url(_Named(case).name_in_url, run)

    def tls_server(self):
        if self._tls is None:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory())
            context = own_certificate(Path(folder))
            replies = {"plain": Connection.well}
            self._tls = self._stack.enter_context(FaultServer(replies, context=context))
        return self._tls


class _Named:
    def __init__(self, case):
        self.reply = case.reply
        self.name_in_url = f"{case.group}-{case.name}-{'-'.join(case.modes)}"


def _fill(address):
    waiting = socket.socket()
    waiting.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        waiting.connect(address)
    return waiting


def own_certificate(folder):
    """Make a TLS context with a certificate that nobody has signed."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _text_of(completion):
    if not isinstance(completion, openai.BaseModel):
        raise TypeError(f"a {type(completion).__name__} in place of a completion")
    return "".join(
        (choice.message.content or "") if choice.message else "" for choice in completion.choices
    )


def _piece_of(chunk):
    choices = [choice for choice in chunk.choices if getattr(choice, "delta", None)]
    return "".join(choice.delta.content or "" for choice in choices)


def _options(case, name, url):
    options = {"api_key": KEY, "base_url": url, "timeout": 5.0, **case.options}
    if name == "OpenAI":
        for own in ("deadline", "on_substitution"):
            options.pop(own, None)
    return options


def _run_sync(kind, options, request, mode, outcome):
    with kind(**options) as client:
        create = client.chat.completions.create
        if mode == "create":
            outcome.text = _text_of(create(**request))
            return
        for chunk in create(**request, stream=True):
            outcome.text += _piece_of(chunk)


async def _run_async(kind, options, request, mode, outcome):
    async with kind(**options) as client:
        create = client.chat.completions.create
        if mode == "create":
            outcome.text = _text_of(await create(**request))
            return
        async for chunk in await create(**request, stream=True):
            outcome.text += _piece_of(chunk)


def run(lab, case, name, mode, *, is_async):
    """Run one client through one case."""
    outcome, number = Outcome(), str(next(_runs))
    options = _options(case, name, lab.url(case, number))
    request = {"model": "kimi-k2.6", "messages": MESSAGES, **case.request}

    def attempt():
        started = time.monotonic()
        try:
            if is_async:
                asyncio.run(_run_async(CLIENTS[name][1], options, request, mode, outcome))
            else:
                _run_sync(CLIENTS[name][0], options, request, mode, outcome)
        except BaseException as error:  # noqa: BLE001
            outcome.error = error
        outcome.has_ended = True
        outcome.seconds = time.monotonic() - started

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(_LONGEST)
    server = lab.tls_server() if case.url == "tls" else lab.server
    for (name_in_url, run_number), requests in server.requests.copy().items():
        if run_number == number and name_in_url == "redirected":
            outcome.elsewhere = sum(PROMPT.encode() in request.body for request in requests)
        elif run_number == number:
            outcome.requests += requests
    return outcome


def broken_promises(case: Case, outcome: Outcome, mode: str) -> list[str]:
    """List what a client promised for *case* and did not keep."""
    if not outcome.has_ended:
        return ["hangs"]
    found, error = [], outcome.error
    if error is not None and not isinstance(error, openai.OpenAIError):
        found.append(f"raw {type(error).__name__}")
    elif case.text is not None and error is not None:
        found.append(f"raises {type(error).__name__}")
    elif case.text is not None and outcome.text != case.text:
        found.append(f"text is {outcome.text[:20]!r}")
    elif case.text is None and error is None:
        found.append("looks like success")
    elif error is not None:
        found += _of_error(case, error, mode, outcome)
    if case.requests is not None and len(outcome.requests) > case.requests:
        found.append(f"sent {len(outcome.requests)} times")
    if outcome.elsewhere:
        found.append("prompt sent elsewhere")
    return found


def _of_error(case, error, mode, outcome):
    names = {kind.__name__ for kind in type(error).__mro__}
    # What is no completion is no event either, but some cases break the stream of them first.
    if names.isdisjoint(case.errors):
        yield f"is {type(error).__name__}"
    text = f"{error} {getattr(error, '__notes__', '')}"
    if case.says and case.says not in text:
        yield "does not say why"
    if len(str(error)) > 1000:
        yield "message is a page"
    if mode == "stream" and outcome.text != case.partial:
        yield f"had {outcome.text[:20]!r}"
    if mode == "stream" and case.partial and getattr(error, "partial", None) != case.partial:
        yield "partial text is not on the error"
    if KEY in repr(vars(error)) or KEY in text:
        yield "shows the key"


def table(names=("OpenAI", "Kimi"), cases=CASES, workers=12):
    """Yield (case, mode, {client: promises broken}) for each case and mode."""
    lab = Lab()
    jobs = [(case, mode) for case in cases for mode in case.modes]

    def row(job):
        case, mode = job
        found = {}
        for name in names:
            broken = []
            for is_async in (False, True) if CLIENTS[name][0] else (True,):
                outcome = run(lab, case, name, mode, is_async=is_async)
                broken += broken_promises(case, outcome, mode)
            found[name] = sorted(set(broken))
        return case, mode, found

    try:
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(row, jobs)
    finally:
        lab.close()


def main() -> None:
    names = sys.argv[1:] or list(CLIENTS)
    counts = Counter()
    rows = 0
    with without_sleeping():
        for case, mode, found in table(names):
            rows += 1
            cells = [f"{'; '.join(broken) or 'ok':44.44}" for broken in found.values()]
            print(f"{case.group:9}{case.name:32}{mode:8}{'  '.join(cells)}")  # noqa: T201  # what it is for
            counts.update(name for name, broken in found.items() if broken)
    print(f"\nopenai {openai.__version__}; cases and modes with a broken promise, of {rows}:")  # noqa: T201  # what it is for
    for name in names:
        print(f"  {name}: {counts[name]}")  # noqa: T201  # what it is for
    sys.exit(1 if counts["Kimi"] else 0)


if __name__ == "__main__":
    main()
