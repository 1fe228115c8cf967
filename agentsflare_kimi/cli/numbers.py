"""Numbers among a command's options, checked: functions for `type=` of `argparse`."""

from __future__ import annotations

import argparse
import math
from typing import Final

__all__ = ["count", "count_or_zero", "port_number", "positive"]

_LAST_PORT: Final = 65_535


def count(text: str) -> int:
    """Read a whole number, 1 or more.

    Raises:
        argparse.ArgumentTypeError: *text* is no such number.
    """
    return _whole(text, at_least=1)


def count_or_zero(text: str) -> int:
    """Read a whole number, 0 or more.

    Raises:
        argparse.ArgumentTypeError: *text* is no such number.
    """
    return _whole(text, at_least=0)


def port_number(text: str) -> int:
    """Read the number of a port, from 0 (any free one) to 65535.

    Raises:
        argparse.ArgumentTypeError: *text* is no such number.
    """
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"must be from 0 to {_LAST_PORT}, got {text!r}")
    return int(text)


def positive(text: str) -> float:
    """Read a finite number above 0.

    Raises:
        argparse.ArgumentTypeError: *text* is no such number.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, got {text!r}")
    return value


def _whole(text: str, *, at_least: int) -> int:
    # Not `int` alone, which takes "1_000", " 7 " and digits of other scripts.
    if not (text.isascii() and text.isdigit() and int(text) >= at_least):
        raise argparse.ArgumentTypeError(
            f"must be a whole number, {at_least} or more, got {text!r}"
        )
    return int(text)
