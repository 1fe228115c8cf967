"""Replies that tell the author of a test what went wrong with the emulator's own script."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import PurePath

from agentsflare_kimi.emulator.wire import Notice, Reply, error_reply, gateway_error, json_reply

__all__ = ["failed_answer", "missed_replay", "ran_out"]


def failed_answer(error: Exception) -> Reply:
    """Answer a request whose scripted answer raised *error*, or cannot be read."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = f"the emulator's scripted answer raised {type(error).__name__}: {error}{place}"
    # A retry would only fail again, and hide the error behind the client's retries.
    body = gateway_error(500, what)
    reply = json_reply(500, body, {"x-should-retry": "false"})
    return replace(reply, notice=Notice("answer_failed", what))


def missed_replay(summary: str) -> Reply:
    """Answer a request that matches no recorded pair."""
    return replace(error_reply(gateway_error(400, summary)), notice=Notice("replay_miss", summary))


def ran_out(reply: Reply, count: int) -> Reply:
    """Mark *reply* as generated because the list of *count* answers had run out."""
    plural = "" if count == 1 else "s"
    summary = f"the list of {count} scripted answer{plural} had run out: this one was made up"
    return replace(reply, notice=Notice("answers_ran_out", summary))
