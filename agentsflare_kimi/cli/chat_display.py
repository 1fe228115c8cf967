"""Shows an answer of `agentsflare-kimi chat` on a terminal or in a pipe."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, TextIO

from agentsflare_kimi.cli import say
from agentsflare_kimi.printable import printable
from agentsflare_kimi.reading.lenient import split_half

__all__ = ["Display", "is_terminal", "takes_colour"]

_DIM: Final = "\x1b[2m"
_PLAIN: Final = "\x1b[22m"
_CLEAR: Final = "\r\x1b[K"
_FRAMES: Final = "-\\|/"
_PATIENCE: Final = 0.2
_TICK: Final = 0.25


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether *stream* is an open terminal."""
    return stream is not None and not stream.closed and stream.isatty()


def takes_colour(stream: TextIO | None) -> bool:
    """Tell whether *stream* is a terminal with colours, and the user wants them."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return is_terminal(stream) and not is_plain


class Display:
    """Shows answers as they arrive: text on stdout, everything else on stderr."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Check where the output goes.

        Args:
            options: The command-line options `json`, `raw` and `reasoning`.
        """
        self._is_terminal = is_terminal(sys.stdout) and is_terminal(sys.stderr)
        self._shows_text = not options.json
        self._shows_reasoning = (
            self._is_terminal if options.reasoning is None else options.reasoning
        )
        self._is_raw = options.raw or not is_terminal(sys.stdout)
        self._dims = takes_colour(sys.stderr)
        self._sign = _SignOfLife(is_wanted=self._is_terminal and os.environ.get("TERM") != "dumb")
        self._half = ""
        self._is_in_reasoning = self._is_in_text = False

    @contextmanager
    def answering(self) -> Generator[None]:
        """Show a waiting line until the first piece arrives, and end the line after the last."""
        self._half = ""
        try:
            with self._sign:
                yield
        finally:
            self._end_line()

    def show(self, reasoning: str, text: str) -> None:
        """Show the content of one chunk."""
        if reasoning and self._shows_reasoning:
            self._show_reasoning(reasoning)
        text = self._whole(text)
        if text and self._shows_text:
            self._show_text(text)

    def note(self, text: str) -> None:
        """Print a note about the answer, on its own line on stderr."""
        self._end_line()
        with self._sign.hidden():
            say(printable(text))

    def _show_reasoning(self, text: str) -> None:
        self._sign.stop()
        if not self._is_in_reasoning:
            # Without colours, a bar on the left marks reasoning.
            say(_DIM if self._dims else "| ", end="")
        self._is_in_reasoning = True
        shown = printable(text)
        shown = shown if self._dims else shown.replace("\n", "\n| ")
        say(shown, end="")

    def _show_text(self, text: str) -> None:
        self._sign.stop()
        if self._is_in_reasoning:
            self._end_line()
            say("")
        self._is_in_text = True
        print(text if self._is_raw else printable(text), end="", flush=True)

    def _end_line(self) -> None:
        if self._is_in_reasoning:
            say(_PLAIN if self._dims else "")
        if self._is_in_text:
            print(flush=True)
        self._is_in_reasoning = self._is_in_text = False

    def _whole(self, text: str) -> str:
        # An emoji may be split between two chunks.
        whole, self._half = split_half(self._half + text)
        return whole


class _SignOfLife:
    """A line on stderr that counts the seconds until the first piece arrives."""

    def __init__(self, *, is_wanted: bool) -> None:
        self._is_wanted = is_wanted
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_shown = False

    def __enter__(self) -> None:
        if self._is_wanted:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._tick, daemon=True)
            self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopped.set()
            thread.join()
            self._clear()

    @contextmanager
    def hidden(self) -> Generator[None]:
        with self._lock:
            self._clear()
            yield

    def _tick(self) -> None:
        started = time.monotonic()
        pause, frame = _PATIENCE, 0
        while not self._stopped.wait(pause):
            pause, frame = _TICK, (frame + 1) % len(_FRAMES)
            seconds = time.monotonic() - started
            with self._lock:
                self._is_shown = _write(f"{_CLEAR}{_FRAMES[frame]} waiting {seconds:.0f} s")
                if not self._is_shown:
                    return

    def _clear(self) -> None:
        if self._is_shown:
            self._is_shown = False
            _write(_CLEAR)


def _write(text: str) -> bool:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):  # the terminal is gone; the answer reports it
        return False
    return True
