"""A real socket on loopback that answers every request with the same bytes."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager

RESET = struct.pack("ii", 1, 0)


class Loopback:
    """Answers each connection once; `end` says what happens after the last byte.

    `close` ends the answer as a gateway does, `reset` sends RST, `hold` sends nothing more
    until the client goes away.
    """

    def __init__(self, body, *, status=200, content_type="text/event-stream", end="close"):
        self._head = (
            f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n"
        ).encode()
        self._body, self._end = body, end
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.client_left = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection):
        with connection:
            _read_request(connection)
            self.asked.set()
            try:
                connection.sendall(self._head + self._body)
                self.answered.set()
                if self._end == "hold":
                    connection.settimeout(10)
                    if not connection.recv(1):
                        self.client_left.set()
            except OSError:
                self.client_left.set()
            if self._end == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def _read_request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, body = received.split(b"\r\n\r\n", 1)
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if b"content-length" in line
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)


@contextmanager
def serving(body, **options):
    server = Loopback(body, **options)
    try:
        yield server
    finally:
        server.close()
