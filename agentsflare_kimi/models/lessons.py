"""What this process has learned about each gateway, shared by its clients.

Some programs make a client for each request. Which parameters a model refuses is not private, so
clients with the same base URL and key share it. Reasoning is private, and stays with its client
(`calling/reasoning.py`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import blake2b

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Lesson", "LessonsByModel", "forget_lessons", "lessons_of"]

_MOST_GATEWAYS: Final = 256
_MOST_MODELS: Final = 256


class Lesson(NamedTuple):
    """One thing that a gateway refused.

    Attributes:
        parameter: The top-level parameter that was refused, or `reasoning_content` or `role`.
        named: The only accepted value; for `tool_choice` and `role`, the refused one.
    """

    parameter: str
    named: str


class LessonsByModel:
    """The lessons about the models of one gateway; bounded, safe for threads."""

    def __init__(self) -> None:
        """Begin with nothing learned."""
        self._lessons: OrderedDict[str, frozenset[Lesson]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._lessons)

    def of(self, model: str) -> frozenset[Lesson]:
        """Return the lessons about *model*."""
        return self._lessons.get(model, frozenset())

    def add(self, model: str, lessons: frozenset[Lesson]) -> None:
        """Add *lessons* about *model*; beyond 256 models, the oldest is forgotten."""
        with self._lock:
            self._lessons[model] = self.of(model) | lessons
            if len(self._lessons) > _MOST_MODELS:
                self._lessons.popitem(last=False)


_learned: Final[OrderedDict[tuple[str, bytes], LessonsByModel]] = OrderedDict()
_lock: Final = threading.Lock()


def lessons_of(base_url: str, api_key: str) -> LessonsByModel:
    """Return what this process has learned about the gateway at *base_url* with *api_key*.

    Args:
        base_url: Where requests go.
        api_key: The key, since models may depend on it; only its digest is kept.

    Returns:
        The shared lessons, to read and to add to. Those of the 256 most recently used gateways
        and keys are kept.
    """
    place = base_url, blake2b(api_key.encode(errors="replace"), digest_size=16).digest()
    with _lock:
        lessons = _learned.setdefault(place, LessonsByModel())
        _learned.move_to_end(place)
        if len(_learned) > _MOST_GATEWAYS:
            _learned.popitem(last=False)
        return lessons


def forget_lessons() -> None:
    """Forget what this process has learned about all gateways."""
    with _lock:
        _learned.clear()
