"""Recordings: a file of request and response pairs, one JSON object per line.

A line that was recorded looks like this (`body_base64` where the body is not UTF-8):

    {"request": {"method": "POST", "path": "/v1/chat/completions", "digest": "...",
                 "body": {...}},
     "response": {"status": 200, "headers": {"content-type": "..."}, "body": "..."}}

It answers the request that it was recorded for, in any order of keys. A line written by hand
may be shorter, and answers every request that contains the parts of `body`:

    {"request": {"body": {"model": "kimi-k2.6"}}, "answer": "Good morning."}
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from agentsflare_kimi.emulator.matching import has_parts
from agentsflare_kimi.emulator.wire import Reply, Request
from agentsflare_kimi.printable import without_account_ids
from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string, json_value

__all__ = ["Entry", "Recorder", "Replay", "kept_headers", "load_recording", "reply_of"]

_KEPT_HEADERS: Final = ("content-type", "retry-after", "x-request-id")
# A shorter key is not secret, and would match inside other words.
_SHORTEST_KEY: Final = 6
_FIRST_FAILED_STATUS: Final = 400
# The fields that a recording without prompts keeps; any other may hold text.
_WORDLESS: Final = (
    "model",
    "stream",
    "stream_options",
    "thinking",
    "temperature",
    "top_p",
    "n",
    "max_tokens",
    "max_completion_tokens",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One pair: a request to match, and its response."""

    method: str = "POST"
    path: str = "/v1/chat/completions"
    digest: str = ""
    body: object = None
    response: Reply | None = None
    answer: object = None

    def answers(self, request: Request) -> bool:
        """Tell whether this pair is for *request*."""
        if (request.method, _path(request)) != (self.method, self.path):
            return False
        if self.digest:
            return self.digest == _digest(request.body)
        return self.body is None or has_parts(json_value(request.body), self.body)


class Recorder:
    """Appends pairs to a file, without any key and, on request, without the prompts."""

    def __init__(self, path: str | Path, *, redact_prompts: bool = False) -> None:
        """Append to the file at *path*, which only its owner may read."""
        self._path = Path(path)
        self._redact_prompts = redact_prompts
        self._lock = threading.Lock()
        os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))

    def record(
        self, request: Request, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Append one pair."""
        key = request.headers.get("authorization", "").partition(" ")[2].strip()
        asked = json_value(request.body)
        if self._redact_prompts:
            asked = {name: value for name, value in as_mapping(asked).items() if name in _WORDLESS}
        if status >= _FIRST_FAILED_STATUS:  # errors of the upstream name its account
            body = _without_account_ids(body)
        pair = {
            "request": {
                "method": request.method,
                "path": _path(request),
                "digest": _digest(request.body),
                "body": asked,
            },
            "response": {"status": status, "headers": kept_headers(headers)} | _written(body, key),
        }
        line = _without(json.dumps(pair, ensure_ascii=False), key)
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


class Replay:
    """Finds the recorded response to a request; repeated requests get theirs in turn."""

    def __init__(self, entries: list[Entry]) -> None:
        """Replay *entries*; the last one that matches a request answers all further ones."""
        self._entries = entries
        self._used: set[int] = set()
        self._lock = threading.Lock()

    def find(self, request: Request) -> Entry | None:
        """Find the pair for *request*."""
        with self._lock:
            fitting = [i for i, entry in enumerate(self._entries) if entry.answers(request)]
            fresh = [index for index in fitting if index not in self._used]
            if not fitting:
                return None
            index = fresh[0] if fresh else fitting[-1]
            self._used.add(index)
            return self._entries[index]

    def describe_miss(self, request: Request) -> str:
        """Say that no pair matches *request*, and how the nearest one differs from it."""
        if not self._entries:
            return "no recorded pair answers this request: the recording is empty"
        asked = json_value(request.body)
        place, nearest = max(
            enumerate(self._entries, 1), key=lambda pair: _likeness(pair[1], request, asked)
        )
        head = f"no recorded pair answers this request; the nearest is number {place}"
        if (nearest.method, nearest.path) != (request.method, _path(request)):
            return f"{head}, for {nearest.method} {nearest.path}"
        names = ", ".join(_differing(nearest.body, asked)) or "the parts that were left out of it"
        return f"{head}, which differs in {names}"


def _likeness(entry: Entry, request: Request, asked: object) -> tuple[bool, float]:
    is_same_place = (entry.method, entry.path) == (request.method, _path(request))
    return is_same_place, -float(len(_differing(entry.body, asked)))


def _differing(recorded: object, asked: object) -> list[str]:
    one, other = as_mapping(recorded), as_mapping(asked)
    names = [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]
    if "messages" in names:
        pairs = zip_longest(as_list(one.get("messages")), as_list(other.get("messages")))
        places = [f"messages[{index}]" for index, (a, b) in enumerate(pairs) if a != b]
        names[names.index("messages")] = places[0] if places else "messages"
    return names


def load_recording(path: str | Path) -> list[Entry]:
    """Read a recording.

    Raises:
        ValueError: A line is not a pair; the message names file and line.
    """
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    return [_read(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read(path: str | Path, number: int, line: str) -> Entry:
    pair = as_mapping(json_value(line))
    if "response" not in pair and "answer" not in pair:
        raise ValueError(f"{path}:{number}: a pair needs a 'response' or an 'answer'")
    asked = as_mapping(pair.get("request"))
    response = pair.get("response")
    return Entry(
        method=as_string(asked.get("method")) or "POST",
        path=as_string(asked.get("path")) or "/v1/chat/completions",
        digest=as_string(asked.get("digest")),
        body=asked.get("body"),
        response=None if response is None else _read_response(as_mapping(response)),
        answer=pair.get("answer"),
    )


def _read_response(response: Mapping[str, object]) -> Reply:
    coded = as_string(response.get("body_base64"))
    body = base64.b64decode(coded) if coded else as_string(response.get("body")).encode()
    status = response.get("status")
    headers = {name: str(value) for name, value in as_mapping(response.get("headers")).items()}
    return reply_of(status if isinstance(status, int) else 200, headers, body)


def reply_of(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """Make a reply whose body is sent unchanged; a stream is sent event by event."""
    is_stream = headers.get("content-type", "").startswith("text/event-stream")
    parts = [body]
    if is_stream:
        parts = [part for part in body.replace(b"\n\n", b"\n\n\0").split(b"\0") if part]
    return Reply(status=status, headers=dict(headers), parts=tuple(parts), is_stream=is_stream)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Keep the headers that a client acts on."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def _written(body: bytes, key: str) -> dict[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(_without_bytes(body, key)).decode()}


def _without(text: str, key: str) -> str:
    if len(key) < _SHORTEST_KEY:
        return text
    return text.replace(json.dumps(key, ensure_ascii=False)[1:-1], "[redacted]")


def _without_account_ids(body: bytes) -> bytes:
    text = body.decode(errors="surrogateescape")
    return without_account_ids(text).encode(errors="surrogateescape")


def _without_bytes(data: bytes, key: str) -> bytes:
    return data if len(key) < _SHORTEST_KEY else data.replace(key.encode(), b"[redacted]")


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def _digest(body: bytes) -> str:
    canonical = json.dumps(json_value(body), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
