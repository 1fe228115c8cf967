from __future__ import annotations

import subprocess
import sys

from waiting import LONGEST

KILLS_ITS_PARENT = """
import contextlib, os, signal, sys
from agentsflare_kimi.lint.files import workers

parent = os.getpid()
workers._worker_count = lambda: 2

def examine(path, content):
    with contextlib.suppress(ProcessLookupError):
        os.kill(parent, signal.SIGKILL)
    return path, "found", "more than a pipe holds" * 100_000

workers.scan([os.fsencode(name) for name in sys.argv[1:]] * 300, examine, 5_000_000)
"""


def test_no_worker_outlives_a_run_that_is_killed(tmp_path):
    path = tmp_path / "ask.py"
    path.write_text('model = "kimi-k2-thinking"\n', encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", KILLS_ITS_PARENT, path], stderr=subprocess.PIPE
    ) as run:
        # The workers hold the other end too: it is not closed before they are gone.
        assert run.communicate(timeout=LONGEST) == (None, b"")
        assert run.returncode == -9
