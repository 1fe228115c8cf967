"""Makes errors picklable, because process pools and task queues send them between processes.

The SDK's own errors pickle but do not unpickle: their constructors require keywords.
"""

from __future__ import annotations

import weakref
from typing import Any, Final

from openai import OpenAIError

__all__ = ["Picklable", "keep_picklable"]

_REDUCE: Final = "__reduce_ex__"


class Picklable:
    """Base class of errors that unpickle without a call of their constructor."""

    args: tuple[Any, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what `pickle` needs to rebuild the error."""
        return _rebuild, (type(self), self.args, vars(self))


def keep_picklable(error: OpenAIError) -> None:
    """Make an error of the SDK picklable; this package's errors already are.

    Only *error* itself is changed; errors of other clients stay as they are.

    Args:
        error: An error that is about to leave a client of this package.
    """
    if not isinstance(error, Picklable):
        vars(error)[_REDUCE] = _Reducer(error)


class _Reducer:
    """The `__reduce_ex__` of one SDK error."""

    def __init__(self, error: OpenAIError) -> None:
        # A plain reference would keep the error, and the frames of its traceback, alive.
        self._error = weakref.ref(error)

    def __call__(self, _protocol: object) -> tuple[Any, ...]:
        error = self._error()
        if error is None:
            raise TypeError("the error that this belongs to is gone")
        state = {name: value for name, value in vars(error).items() if name != _REDUCE}
        return _rebuild, (type(error), error.args, state)


def _rebuild(
    kind: type[OpenAIError], arguments: tuple[object, ...], state: dict[str, object]
) -> OpenAIError:
    error = kind.__new__(kind, *arguments)
    vars(error).update(state)
    keep_picklable(error)
    return error
