"""A server over raw sockets that answers as broken gateways, proxies and networks do."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1767765293,
    "model": "kimi-k2.6",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello there"},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}


def chunk(text=None, finish=None, **more):
    delta = {"role": "assistant"} if text is None else {"content": text}
    choice = {"index": 0, "finish_reason": finish, "delta": delta}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1767765293,
        "model": "kimi-k2.6",
        "choices": [choice],
        **more,
    }


CHUNKS = (chunk(), chunk("Hello"), chunk(" there"), chunk("", finish="stop"))


def data(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
EVENTS = tuple(data(value) for value in CHUNKS)
STREAM = b"".join(EVENTS) + DONE
# What has come when the stream breaks: the text "Hello there", and no finish reason.
BEGUN = b"".join(EVENTS[:3])


def head(status=200, content_type="application/json", length=None, **headers):
    lines = [f"HTTP/1.1 {status} Status"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunked(body):
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def wants_stream(self):
        with contextlib.suppress(ValueError):
            return bool(json.loads(self.body).get("stream"))
        return False


@dataclass
class Connection:
    """One connection, and what a reply does with it."""

    socket: socket.socket
    request: Request | None = None
    number: int = 1
    pieces: list[bytes] = field(default_factory=list)

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self, body, status=200, content_type="application/json", **headers):
        if isinstance(body, str):
            body = body.encode()
        self.send(head(status, content_type, len(body), **headers), body)

    def answer_json(self, value, status=200, **headers):
        self.answer(json.dumps(value), status, **headers)

    def stream(self, *pieces, **headers):
        self.send(head(200, "text/event-stream", Transfer_Encoding="chunked", **headers))
        for piece in pieces:
            self.send(chunked(piece))
        self.send(b"0\r\n\r\n")

    def well(self):
        """Answer as a healthy gateway."""
        if self.request is not None and self.request.wants_stream:
            self.stream(*EVENTS, DONE)
        else:
            self.answer_json(COMPLETION)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def drip(self, body, pause=0.05, seconds=20.0):
        """Send *body* byte by byte, over and over, until the client has had enough."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for position in range(len(body)):
                self.send(body[position : position + 1])
                time.sleep(pause)


class FaultServer:
    """Answers each path `/<case>/<run>/…` as the case says; counts and keeps the requests."""

    def __init__(self, replies, *, context=None):
        self.replies = replies
        self.context = context
        self.requests = defaultdict(list)
        self.connections = defaultdict(int)
        self.open = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self._listener.settimeout(None)
        self._is_running = True
        self._lock = threading.Lock()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def url(self, case, run="0", scheme="http"):
        return f"{scheme}://127.0.0.1:{self.port}/{case}/{run}/v1"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._is_running = False
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while self._is_running:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with self._lock:
            self.open += 1
        try:
            if self.context is not None:
                client = self.context.wrap_socket(client, server_side=True)
            client.settimeout(30)
            self._talk(client)
        except OSError:
            pass
        finally:
            with self._lock:
                self.open -= 1
            client.close()

    def _talk(self, client):
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                received = client.recv(65536)
                if not received:
                    return
                held += received
                if held.startswith(b"\x16\x03"):  # a TLS handshake
                    client.sendall(head(400, "text/html", 0))
                    return
            request, held = self._read(client, held)
            _, case, run, *_ = request.path.split("/")
            with self._lock:
                self.requests[case, run].append(request)
                number = len(self.requests[case, run])
            connection = Connection(client, request, number)
            if self.replies[case](connection) is not None:
                return

    @staticmethod
    def _read(client, held):
        top, _, body = held.partition(b"\r\n\r\n")
        first, *lines = top.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        length = int(headers.get("content-length", 0))
        while len(body) < length:
            received = client.recv(65536)
            if not received:
                break
            body += received
        method, path, _ = first.split(" ", 2)
        return Request(method, path, headers, body[:length]), body[length:]


def zipped(body):
    return gzip.compress(body)
