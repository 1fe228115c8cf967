"""What `Kimi` adds to `openai.OpenAI`: per request, at construction, in the model check.

The model check is compared with writing the same body as JSON, which every request costs.

One run, one loopback server, requests in turn. Prints the ratios and exits 1 past a bound.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openai import OpenAI
from openai._models import FinalRequestOptions

from agentsflare_kimi import Kimi
from agentsflare_kimi.calling.calls import Session
from agentsflare_kimi.settings import KimiSettings

REQUESTS = 2_000
CONSTRUCTIONS = 30
CHECKS = 5_000
BOUND_REQUEST, BOUND_CONSTRUCTION, BOUND_CHECK, BOUND_GROWTH = 1.05, 2.0, 1.0, 1.5
MESSAGES = [
    {"role": ("user", "assistant")[index % 2], "content": f"message {index} " * 20}
    for index in range(10)
]
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "kimi-k2.6",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Hello! How can I help you today?"},
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 11, "total_tokens": 21},
    }
).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers every request alike."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def timed(function: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare_requests(base_url: str) -> float:
    """Return the ratio of the median times of a request, taken in turn."""
    body: dict[str, Any] = {"model": "kimi-k2.6", "messages": MESSAGES}
    clients = [kind(base_url=base_url, api_key="k") for kind in (OpenAI, Kimi)]
    times: list[list[float]] = [[], []]
    for client in clients:
        for _ in range(100):
            client.chat.completions.create(**body)
    for turn in range(REQUESTS):
        # The second of a pair finds warmer caches, so they take turns at being first.
        for which in (0, 1) if turn % 2 else (1, 0):
            create = clients[which].chat.completions.create
            times[which].append(timed(lambda create=create: create(**body)))
    return statistics.median(times[1]) / statistics.median(times[0])


def compare_construction(base_url: str) -> float:
    """Return the ratio of the median times of a construction."""
    times: list[list[float]] = [[], []]
    for _ in range(CONSTRUCTIONS):
        for which, kind in enumerate((OpenAI, Kimi)):
            times[which].append(timed(lambda kind=kind: kind(base_url=base_url, api_key="k")))
    return statistics.median(times[1]) / statistics.median(times[0])


def request_with_image(image_bytes: int) -> FinalRequestOptions:
    """Return the SDK's options for a ten-message request whose last message is an image."""
    image = {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64," + "A" * image_bytes},
    }
    messages = [*MESSAGES[:-1], {"role": "user", "content": [image]}]
    body = {"model": "kimi-k2.6", "messages": messages, "temperature": 1.0}
    return FinalRequestOptions.construct(method="post", url="/chat/completions", json_data=body)


def time_checks() -> tuple[float, float]:
    """Return the median seconds of a model check, with a small and with a large image, in turn."""
    session, settings = Session(), KimiSettings()
    requests = request_with_image(100), request_with_image(4_000_000)
    times: list[list[float]] = [[], []]
    gc.disable()
    for turn in range(CHECKS):
        for which in (0, 1) if turn % 2 else (1, 0):
            options = requests[which]
            times[which].append(timed(lambda options=options: session.begin(settings, options)))
    gc.enable()
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> int:
    """Measure, print, and judge."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_port}/v1"
    small, large = time_checks()
    body = {"model": "kimi-k2.6", "messages": MESSAGES, "temperature": 1.0}
    written = statistics.median(timed(lambda: json.dumps(body)) for _ in range(CHECKS))
    rows = [
        ("request, Kimi / OpenAI (p50)", compare_requests(base_url), BOUND_REQUEST),
        ("construction, Kimi / OpenAI (p50)", compare_construction(base_url), BOUND_CONSTRUCTION),
        ("model check / json.dumps of its body (p50)", small / written, BOUND_CHECK),
        ("model check, 4 MB image / 100 B image", large / small, BOUND_GROWTH),
    ]
    for name, value, bound in rows:
        print(f"{name:<44} {value:8.3f}  bound {bound:g}  {'ok' if value <= bound else 'PAST'}")
    return int(any(value > bound for _, value, bound in rows))


if __name__ == "__main__":
    sys.exit(main())
