"""A command in a real pseudo-terminal; every wait ends on output, or on the process's exit."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
from contextlib import contextmanager
from pathlib import Path

# Only what hangs for good is given up; nothing is measured.
GIVE_UP = 120
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]|\x1b\][^\x07]*\x07|\r|\x07")


class Terminal:
    """One process whose stdin, stdout and stderr are a terminal of a given size."""

    def __init__(self, command, env, *, width=80, stdout=None, cwd=None):
        self._ours, theirs = os.openpty()
        self.resize(width, theirs)
        self.before = termios.tcgetattr(self._ours)
        self.raw = ""
        self._seen = 0
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", **env},
            cwd=cwd,
            start_new_session=True,
        )
        os.close(theirs)  # else the terminal has no end

    @property
    def text(self):
        """Everything that was shown so far, without what moves the cursor."""
        return _CONTROLS.sub("", self.raw)

    @property
    def mode(self):
        return termios.tcgetattr(self._ours)

    def resize(self, width, fd=None):
        size = struct.pack("HHHH", 24, width, 0, 0)
        fcntl.ioctl(self._ours if fd is None else fd, termios.TIOCSWINSZ, size)

    def send(self, text):
        os.write(self._ours, text.encode())

    def expect(self, text):
        """Read until *text* was shown, after all that was expected before."""
        while (found := self.text.find(text, self._seen)) < 0:
            assert self._read(), f"{text!r} never came:\n{self.raw!r}"
        self._seen = found + len(text)

    def settle(self):
        """Wait until the process waits for input or an answer.

        A signal that comes while Python is on its way into such a wait is noticed only after it.
        """
        stat = Path(f"/proc/{self.process.pid}/stat")
        wait = Path(f"/proc/{self.process.pid}/wchan")
        while stat.exists() and not (
            stat.read_text().rpartition(")")[2].split()[0] == "S"
            and "futex" not in wait.read_text()
        ):
            os.sched_yield()

    def interrupt(self):
        """Press Ctrl-C, once the process waits for something."""
        self.settle()
        self.send("\x03")

    def close(self):
        """Read to the end; return the exit code."""
        while self._read():
            pass
        return self.process.wait(GIVE_UP)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)

    def _read(self, seconds=GIVE_UP):
        readable, _, _ = select.select([self._ours], [], [], seconds)
        if not readable:
            return False
        try:
            self.raw += os.read(self._ours, 65536).decode("utf-8", "replace")
        except OSError:  # nobody holds the other end any more
            return False
        return True


@contextmanager
def terminal_of(command, env, **options):
    """Run any command in a terminal."""
    opened = Terminal(command, env, **options)
    try:
        yield opened
    finally:
        opened.kill()


def terminal(*arguments, env, without=(), **options):
    """Run the package's command; what is named in *without* cannot be imported."""
    program = (
        "import fcntl, sys, termios\n"
        "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"  # so that Ctrl-C is a signal to this process
        f"sys.modules.update(dict.fromkeys({list(without)!r}))\n"
        "from agentsflare_kimi.cli import main\n"
        "sys.exit(main())"
    )
    return terminal_of([sys.executable, "-c", program, *arguments], env, **options)
