"""A caller's reasoning memory that several workers or machines share through a store.

Each worker has a memory of its own, and sends what it hears to the others: the entries in the store
are the inputs of a `ReasoningMemory`, in order. So a worker that has read them knows what the
others know, and recognises conversations by the same rules.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from agentsflare_kimi.calling.conversations import Calls, Conversation, Result, Step
from agentsflare_kimi.calling.reasoning import Heard, ReasoningMemory
from agentsflare_kimi.proxy.access import Caller
from agentsflare_kimi.proxy.memory_store import OLDEST_SECONDS, MemoryStore
from agentsflare_kimi.proxy.sealing import Seal
from agentsflare_kimi.reading.lenient import as_list, field

__all__ = ["SharedMemory"]

# Longer entries are not shared.
_LONGEST_ENTRY: Final = 1_048_576


class SharedMemory(ReasoningMemory):
    """One caller's reasoning memory in this worker, shared with all others through the store."""

    def __init__(self, store: MemoryStore, caller: Caller) -> None:
        """Begin empty; the first `read` gets what other workers have heard."""
        super().__init__()
        self._store = store
        self._seal = Seal(caller)
        self._secret = self._seal.secret
        self._worker = os.urandom(8).hex()
        self._after = b"0"
        self._unsent: list[bytes] = []
        self._reading = asyncio.Lock()
        self._sending = asyncio.Lock()

    def remember(self, messages: Sequence[object], answer: Mapping[str, object]) -> None:
        """Keep the reasoning of *answer*, and note it for the other workers; see `send`."""
        heard = self.heard(messages, answer)
        if heard is None:
            return
        self.hear(heard)
        entry = json.dumps([self._worker, time.time(), heard]).encode()
        if len(entry) <= _LONGEST_ENTRY:
            self._unsent.append(self._seal.close(entry))

    async def read(self, body: Mapping[str, object]) -> None:
        """Get what other workers have heard since, if *body* has tool results."""
        if not any(field(message, "role") == "tool" for message in as_list(body.get("messages"))):
            return
        async with self._reading:
            for number, sealed in await self._store.read(self._seal.name, self._after):
                self._after = number
                self._take(self._seal.open(sealed))

    async def send(self) -> None:
        """Send what was heard here to the other workers, before the caller can depend on it."""
        if not self._unsent and not self._sending.locked():
            return
        async with self._sending:
            entries, self._unsent = self._unsent, []
            if entries:
                await self._store.add(self._seal.name, entries)

    def _take(self, entry: bytes | None) -> None:
        if entry is None:
            return
        worker, written, heard = json.loads(entry)
        age = max(0.0, time.time() - written)
        if worker != self._worker and age < OLDEST_SECONDS:
            self.hear(_heard(heard), age)


def _heard(data: Any) -> Heard:  # noqa: ANN401  # what `json.dumps` made of one
    (system, steps, calls, last_user), *rest = data
    said = Conversation(
        system,
        tuple(Step(kind, step, tuple(_results(results))) for kind, step, results in steps),
        tuple(Calls(at, after, made, tuple(ids), user) for at, after, made, ids, user in calls),
        last_user,
    )
    return Heard(said, *rest)


def _results(results: Iterable[Iterable[Any]]) -> Iterable[Result]:
    return (Result(*result) for result in results)
