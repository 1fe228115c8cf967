"""Parses model names in any common spelling into host, model and suffix.

The patterns are data: `[names]` in `models.toml`. A different spelling still means the same
model; a name that may be another model means none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import Final

__all__ = ["ModelName", "NameReader", "plain"]

_LONGEST: Final = 200
_MOST_PARTS: Final = 8
_BLANKS: Final = re.compile(r"[\s_]+")
# `kimi-k2.6`, `kimi-2.6`, `k2p6`, `k2-6`, `k26`; one more digit makes it a date.
_VERSION: Final = re.compile(r"(?:kimi-?k?-?|k)(\d)(?:[.p-]?(\d)(?!\d))?")


class ModelName(NamedTuple):
    """A parsed model name.

    Attributes:
        model: The name in the catalog.
        host: The host's prefix as written, such as `moonshotai/`; may be empty.
        suffix: The rest as written: a snapshot date, or a host's variant such as `:free` or
            `-fp8`; may be empty.
    """

    model: str
    host: str = ""
    suffix: str = ""


class NameReader:
    """Parses names against one catalog."""

    def __init__(self, patterns: Mapping[str, Any], names: Iterable[tuple[str, str]]) -> None:
        """Compile the patterns.

        Args:
            patterns: The `[names]` table of `models.toml`.
            names: Pairs of a name or alias and the model that it means.
        """
        self._prefix = re.compile("|".join(patterns["prefixes"]))
        suffixes = patterns["suffixes"]
        snapshot, offer = (f"(?:{'|'.join(suffixes[kind])})" for kind in ("snapshot", "offer"))
        self._suffix = re.compile(rf"(?:{snapshot}|{offer})\Z")
        self._snapshots = re.compile(f"{snapshot}*")
        self._living = frozenset(patterns["living"])
        self._models = {plain(name): model for name, model in names}

    def read(self, text: object) -> ModelName | None:
        """Parse *text*; None if it means no model of the catalog."""
        if not isinstance(text, str) or len(text) > _LONGEST or not text.isascii():
            return None
        written = text.strip()
        lowered = _BLANKS.sub("-", written.lower())
        # Replacing two blanks by one dash would shift the offsets between the two texts.
        written = written if len(lowered) == len(written) else lowered
        if lowered in self._living:
            return None
        start = 0
        for _ in range(_MOST_PARTS):
            found = self._ending(lowered, start)
            if found is not None:
                model, end = found
                return ModelName(model, written[:start], written[end:])
            prefix = self._prefix.match(lowered, start)
            if prefix is None:
                return None
            start = prefix.end()
        return None

    def is_offer(self, name: ModelName) -> bool:
        """Tell whether *name* asks for a price, speed or quantisation besides the model."""
        return not self._snapshots.fullmatch(name.suffix.lower())

    def _ending(self, text: str, start: int) -> tuple[str, int] | None:
        """Find the model at *start*, stripping suffixes until one matches."""
        end = len(text)
        for _ in range(_MOST_PARTS):
            model = self._models.get(plain(text[start:end]))
            if model is not None:
                return model, end
            suffix = self._suffix.search(text, start, end)
            if suffix is None:
                return None
            end = suffix.start()
        return None


def plain(name: str) -> str:
    """Normalise *name*, so that all spellings of one name are equal."""
    name = _BLANKS.sub("-", name.lower())
    version = _VERSION.match(name)
    if version:
        number = ".".join(filter(None, version.groups()))
        name = f"kimi-k{number}{name[version.end() :]}"
    return name.replace("-", "")
