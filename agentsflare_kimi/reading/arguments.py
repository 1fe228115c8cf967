"""Joins the fragments of a tool call's arguments, however a gateway splits them.

Most gateways send pieces to be joined. Some send everything so far in each piece (snapshots),
or repeat the whole call at the end (a replay), and joining those would double the arguments.
The joined text comes first: another reading is chosen only if the joined text is not a JSON
object and the other reading explains every piece.

>>> arguments = Arguments()
>>> for piece in ('{"city"', ': "Oslo"}'):
...     arguments.add(piece)
>>> arguments.text()
'{"city": "Oslo"}'
"""

from __future__ import annotations

import json
import re
from typing import Final, cast

__all__ = ["Arguments", "is_json_object", "same_json"]

# What may stand at the end of JSON that was cut inside a literal, a number or an escape.
_CUT: Final = re.compile(r"(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|\\u[0-9a-fA-F]{0,3})\Z")


class Arguments:
    """The arguments of one tool call, as received so far."""

    def __init__(self) -> None:
        """Start empty."""
        self._joined = _Text()
        # The text if each piece that starts with everything before it replaces that; None until
        # there is such a piece.
        self._snapshot: _Text | None = None
        # A whole object received before the current pieces, which repeat or replace it.
        self._before: str | None = None

    def add(self, piece: str) -> None:
        """Add the next piece."""
        if not piece:
            return
        if piece.lstrip().startswith("{") and self.is_whole():
            # Nothing can follow a whole object, so this piece starts the arguments again.
            self._before, self._joined, self._snapshot = self.text(is_cut=False), _Text(), None
        elif self._snapshot is not None:
            self._snapshot = self._snapshot.replaced(piece)
            self._snapshot.add(piece)
        elif self._joined and self._joined.begins(piece):
            self._snapshot = _Text()
            self._snapshot.add(piece)
        self._joined.add(piece)

    def __bool__(self) -> bool:
        return bool(self._joined)

    def text(self, *, is_cut: bool = True) -> str:
        """Return the arguments.

        Args:
            is_cut: Whether they may be incomplete: the answer has not ended, or reached its token
                limit.
        """
        joined = str(self._joined)
        if self._before is not None and self._before.startswith(joined):
            return self._before  # a replay, perhaps one that broke off
        if self._snapshot is None or is_json_object(joined):
            return joined
        snapshot = str(self._snapshot)
        if not is_cut and is_json_object(snapshot):
            return snapshot
        return snapshot if _is_beginning(snapshot) and not _is_beginning(joined) else joined

    def is_whole(self) -> bool:
        """Whether they are a JSON object, so that nothing can follow."""
        # Parse only after a closing bracket: parsing at every piece takes too long.
        return self._joined.ends("}") and is_json_object(self.text(is_cut=False))


class _Text:
    """Pieces of a text, joined on demand."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._size += len(piece)

    def begins(self, piece: str) -> bool:
        """Whether *piece* starts with all of this text."""
        return len(piece) >= self._size and piece.startswith(str(self))

    def replaced(self, piece: str) -> _Text:
        """Return this text, or an empty one if *piece* starts with all of it."""
        return _Text() if self.begins(piece) else self

    def ends(self, end: str) -> bool:
        return bool(self._pieces) and self._pieces[-1].rstrip().endswith(end)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def __str__(self) -> str:
        return "".join(self._pieces)


def is_json_object(text: str) -> bool:
    """Whether *text* is one whole JSON object."""
    return isinstance(_parsed(text), dict)


def same_json(first: str, second: str) -> bool:
    """Whether two texts are the same JSON, however it is written."""
    if first == second:
        return True
    value = _parsed(first)
    return value is not None and value == _parsed(second)


def _parsed(text: str) -> object:
    try:
        return cast("object", json.loads(text, strict=False))
    except (ValueError, RecursionError):
        return None


def _is_beginning(text: str) -> bool:
    """Whether more text can make *text* a JSON value."""
    try:
        json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated string"):
            return True
        rest = text[error.pos :].strip()
        return not rest or bool(_CUT.match(rest))
    except (ValueError, RecursionError):
        return False
    return True
