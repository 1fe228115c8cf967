"""What both examples share: the rows, an emulator that counts, a worker that is killed."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from agentsflare_kimi.emulator import Emulator, RecordedRequest

LIMIT = 25  # requests in flight of each worker


def make_rows(count: int) -> list[dict[str, Any]]:
    """Make rows in OpenAI's batch format."""
    return [
        {
            "custom_id": f"r{number}",
            "body": {
                "model": "kimi-k2.6",
                "messages": [{"role": "user", "content": f"What is {number} squared?"}],
                "max_completion_tokens": 1000,
            },
        }
        for number in range(count)
    ]


class Gateway:
    """An emulator that counts answers, and kills a worker after so many of them."""

    def __init__(self, journal: Path, kill_after: int | None) -> None:
        """Set it up; the workers find it through the environment."""
        self.answers: Counter[str] = Counter()
        self.killed: int | None = None
        self._journal, self._kill_after = journal, kill_after
        self._lock = threading.Lock()
        self._emulator = Emulator(on_reply=self._count)

    def __enter__(self) -> Self:
        """Serve."""
        self._emulator.start()
        os.environ["AGENTSFLARE_BASE_URL"] = self._emulator.base_url
        os.environ["AGENTSFLARE_API_KEY"] = "any-key"
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._emulator.close()

    def _count(self, request: RecordedRequest) -> None:
        with self._lock:
            if request.status == 200:  # noqa: PLR2004  # HTTP
                self.answers[str(request.messages)] += 1
            if self._kill_after is not None and self.answers.total() >= self._kill_after:
                self._kill_after = None
                self._kill_a_worker()

    def _kill_a_worker(self) -> None:
        # The journal's files are named after host and process.
        newest = max(self._journal.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
        self.killed = int(newest.stem.rsplit("-", 2)[1])
        os.kill(self.killed, signal.SIGKILL)


def check(name: str, ids: Sequence[str], gateway: Gateway, count: int) -> None:
    """Print what was seen; fail if a row is missing, doubled, or paid too often."""
    twice = gateway.answers.total() - len(gateway.answers)
    print(
        f"{name}: {len(ids)} results, {len(set(ids))} ids, worker {gateway.killed} killed, "
        f"{gateway.answers.total()} answers, {twice} of them for the second time"
    )
    assert sorted(ids) == sorted(f"r{number}" for number in range(count))
    # Those in flight of the worker that was killed, and of a block that the engine itself moved
    # to another worker while it ran.
    assert twice <= 4 * LIMIT
