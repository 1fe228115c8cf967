"""The gateway on a socket: the standard library's threading server, one thread per connection.

Source of the precautions: facts/reliability.md T11; of the Nagle switch:
facts/ecosystem.md section 4.3 (without it every reply takes 45 ms longer).
"""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Protocol, TypeAlias, cast

from agentsflare_kimi.emulator.log import Outcome
from agentsflare_kimi.emulator.wire import (
    Cut,
    Reply,
    Request,
    Wait,
    error_reply,
    gateway_error,
)

__all__ = ["PRODUCT", "Application", "Finished", "Server", "is_loopback"]

PRODUCT: Final = "agentsflare-kimi-emulator"
MAX_BODY_BYTES: Final = 100 * 1024 * 1024
_SLICE: Final = 0.1
# A reset discards data that the client has not read yet, so give it time to read.
_BEFORE_RESET: Final = 0.05


Finished: TypeAlias = Callable[[Outcome], None]


class Application(Protocol):
    """The application behind the server."""

    def __call__(self, request: Request) -> tuple[Reply, Finished]:
        """Return the reply, and a function to call when it ends; only its first call counts."""
        ...


def is_loopback(host: str) -> bool:
    """Tell whether *host* is a name or address of this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Server(ThreadingHTTPServer):
    """Serves an application from a background thread until it is closed."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024
    allow_reuse_address = True

    def __init__(self, host: str, port: int, application: Application, suffix: str = "") -> None:
        """Bind to *host* and *port* (0: any free one); *suffix* ends the server's name."""
        self.application = application
        self.is_public: bool = not is_loopback(host)
        self.product: str = PRODUCT + suffix
        self.stopping: threading.Event = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        if ":" in host:
            self.address_family: int = socket.AF_INET6
        super().__init__((host, port), _Handler)

    @property
    def open_connections(self) -> int:
        """How many connections are open, idle ones included."""
        with self._lock:
            return len(self._connections)

    def start(self) -> None:
        """Serve from a background thread."""
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def close(self) -> None:
        """Stop at once: no new connection, and the open ones end."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = tuple(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        """Bind without the base class's look-up of the host name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name: str = str(self.server_address[0])
        self.server_port: int = self.server_address[1]

    def process_request(self, request: object, client_address: object) -> None:
        """Remember the connection and hand it to a thread."""
        with self._lock:
            self._connections.add(cast("socket.socket", request))
        super().process_request(
            cast("socket.socket", request), cast("tuple[str, int]", client_address)
        )

    def shutdown_request(self, request: object) -> None:
        """Close a connection and forget it."""
        super().shutdown_request(cast("socket.socket", request))
        with self._lock:
            self._connections.discard(cast("socket.socket", request))

    def handle_error(self, request: object, client_address: object) -> None:
        """Report a fault of the emulator; a client's disconnect is not one."""
        import sys  # noqa: PLC0415  # only on the way down

        if not isinstance(sys.exception(), OSError):
            super().handle_error(
                cast("socket.socket", request), cast("tuple[str, int]", client_address)
            )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def _host(self) -> Server:
        return cast("Server", self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Stay silent: the emulator keeps its own log."""

    def version_string(self) -> str:
        return self._host.product

    def _serve(self) -> None:
        if refusal := self._refuse():
            self.close_connection = True
            self._send(refusal, lambda _outcome: None)
            return
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        reply, finished = self._host.application(request)
        self._send(reply, finished)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _serve  # noqa: N815  # the base class looks for them

    def _refuse(self) -> Reply | None:
        if not self._is_for_us(self.headers.get("host", "")):
            # Otherwise a web page could reach us under a name of its own (DNS rebinding).
            return error_reply(gateway_error(403, "Host header not allowed", "Forbidden"))
        if "transfer-encoding" in self.headers:
            return error_reply(gateway_error(411, "Content-Length is needed", "Length Required"))
        length = self.headers.get("content-length") or "0"
        if not length.isascii() or not length.isdigit():
            return error_reply(gateway_error(400, "Content-Length is not a number", "Bad Request"))
        if int(length) > MAX_BODY_BYTES:
            return error_reply(gateway_error(413, "Body too large", "Payload Too Large"))
        return None

    def _is_for_us(self, host: str) -> bool:
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        return self._host.is_public or is_loopback(name.strip("[]"))

    def _send(self, reply: Reply, finished: Finished) -> None:
        try:
            self._send_parts(reply, finished)
        except OSError:
            self.close_connection = True
            finished("client_closed")

    def _send_parts(self, reply: Reply, finished: Finished) -> None:
        # Complete the log before the client sees the end: a test may read it at once.
        count = len(reply.parts) if isinstance(reply.parts, tuple) else -1
        has_head = False
        for number, part in enumerate(reply.parts, start=1):
            if isinstance(part, Wait):
                self._pause(part.seconds)
                continue
            if isinstance(part, Cut) or number == count:
                finished("cut" if isinstance(part, Cut) else "sent")
            if not has_head:
                self._send_head(reply)
                has_head = True
            if isinstance(part, Cut):
                self._cut(part)
                return
            self._write(part, is_chunk=reply.is_stream)
        finished("sent")
        if not has_head:
            self._send_head(reply)
        if reply.is_stream:
            self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in _framed(reply):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()

    def _write(self, data: bytes, *, is_chunk: bool) -> None:
        if self.command == "HEAD" or not data:
            return
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if is_chunk else data)

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._host.stopping.wait(min(left, _SLICE)) or self._is_closed_by_client():
                raise ConnectionAbortedError

    def _is_closed_by_client(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def _cut(self, cut: Cut) -> None:
        self.close_connection = True
        if cut.is_reset:
            time.sleep(_BEFORE_RESET)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()


def _framed(reply: Reply) -> Iterator[tuple[str, str]]:
    yield from reply.headers.items()
    if reply.is_stream:
        yield "transfer-encoding", "chunked"
    elif "content-length" not in reply.headers:
        yield "content-length", str(len(reply.body))
