"""The input history of conversations: a private file, without keys."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from agentsflare_kimi.lint.masking import mask_keys

__all__ = ["History", "history_path"]

_MOST_ENTRIES: Final = 2_000
_ONLY_MINE: Final = 0o600


def history_path() -> Path | None:
    """Return the history file in the user's state directory; None if there is none.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # noqa: PTH117  # as the specification wants
        state = os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""
    with suppress(RuntimeError):  # the user has no home directory
        base = Path(state) if state else Path.home() / ".local" / "state"
        return base / "agentsflare-kimi" / "chat-history.jsonl"
    return None


class History:
    """The input lines, oldest first; each is one JSON string in the file.

    Attributes:
        problem: Why no history is kept; empty if it is.
    """

    def __init__(self, path: Path | None, keys: Iterable[str] = ()) -> None:
        """Open the history.

        Args:
            path: The file; None for no history.
            keys: Keys to mask, in addition to everything that looks like a key.
        """
        self.problem: str = ""
        self._path = path
        self._keys = [key for key in keys if key]

    def load(self) -> list[str]:
        """Return the latest entries, oldest first."""
        if self._path is None:
            return []
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            self._give_up(error)
            return []
        if len(lines) > 2 * _MOST_ENTRIES:
            self._write(b"\n".join(lines[-_MOST_ENTRIES:]) + b"\n", os.O_TRUNC)
        return [entry for line in lines[-_MOST_ENTRIES:] if (entry := _entry(line))]

    def add(self, text: str) -> None:
        """Add *text*, with keys masked."""
        for key in self._keys:
            text = text.replace(key, "********")
        self._write(json.dumps(mask_keys(text)).encode() + b"\n", os.O_APPEND)

    def _write(self, lines: bytes, mode: int) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | mode, _ONLY_MINE)
            try:
                if hasattr(os, "fchmod"):
                    os.fchmod(file, _ONLY_MINE)
                # A single write, so that parallel conversations do not mix their lines.
                os.write(file, lines)
            finally:
                os.close(file)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.problem = f"the history of questions is not kept: {self._path}: {error.strerror}"
        self._path = None


def _entry(line: bytes) -> str:
    with suppress(ValueError):
        entry: object = json.loads(line)
        return entry if isinstance(entry, str) else ""
    return ""
