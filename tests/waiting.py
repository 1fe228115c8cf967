"""Waits for what a server, a process or a thread does: on an event, not for a number of seconds."""

import time

# It only ends a test that fails: a machine under load takes what it takes.
LONGEST = 120.0


def wait_until(condition):
    """Return once *condition* is true."""
    end = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"it did not happen within {LONGEST:g} seconds")
        time.sleep(0.02)
