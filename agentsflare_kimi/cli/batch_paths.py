"""The paths that a batch writes to, and checks against overwriting other files."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

from agentsflare_kimi.batch.rows import Row
from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.cli import UsageError

__all__ = ["journal_path", "refuse_mix_up", "refuse_other_journal", "refuse_output"]


def journal_path(options: argparse.Namespace) -> Path:
    """Return the directory of the journal, which holds the answers so far."""
    # The emulator's answers must never count as real ones.
    kind = "offline-journal" if options.offline else "journal"
    return options.output.with_name(f"{options.output.name}.{kind}")


def refuse_output(options: argparse.Namespace) -> None:
    """Refuse an output that cannot be written, or that is also an input.

    Raises:
        UsageError: It is not a regular file, its directory cannot be written to, or it is an
            input file.
    """
    output: Path | None = options.output
    if output is None:
        return
    if str(output) == "-":
        raise UsageError("the output is a file, not stdout; --follow prints the records, too")
    if not output.name or output.is_dir():
        raise UsageError(f"{output} is a directory; name a file in it with -o")
    if output.exists() and not output.is_file():
        raise UsageError(f"{output} is not a regular file; name one with -o")
    _refuse_unwritable(output)
    template = options.template or ""
    read = [options.input, options.schema, options.env_file]
    read += [template[1:]] if template.startswith("@") else []
    for name in read:
        if name is not None and output.exists() and output.samefile(name):
            raise UsageError(f"{output} is read by this run, and would be overwritten")


def _refuse_unwritable(output: Path) -> None:
    """Refuse an output that could not be written after all rows were paid for."""
    try:
        # A symbolic link is followed; the journal stays beside the link.
        folder = output.resolve().parent
        if folder.exists() or output.is_symlink():
            with tempfile.TemporaryFile(dir=folder):
                pass
    except (OSError, RuntimeError) as error:  # before Python 3.13, a link to itself is the second
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{output} cannot be written: {reason}") from error


def refuse_mix_up(options: argparse.Namespace) -> None:
    """Refuse to overwrite another run's output, or to continue a run without being asked to.

    Raises:
        UsageError: There is one.
    """
    journal, output = journal_path(options), options.output
    written = {path.name for path in journal.glob("*.jsonl") if path.stat().st_size}
    if output.exists() and not written:
        raise UsageError(
            f"{output} exists already, and is not the output of a run that can be continued; "
            "remove it, or choose another output"
        )
    if options.resume or options.retry_failed:
        return
    if options.shard.shards > 1:
        # Those of other shards are of the same run.
        written &= {f"{options.shard.name}.jsonl"}
    if written:
        raise UsageError(
            f"{journal} holds records of an earlier run; --resume continues it, or choose "
            "another output"
        )


def refuse_other_journal(journal: SharedJournal, rows: Iterable[Row]) -> None:
    """Refuse to continue a run with a different input.

    Raises:
        UsageError: The journal has records, but none for any of the *rows*.
    """
    if len(journal.index) and not any(row.custom_id in journal.index for row in rows):
        raise UsageError(
            f"{journal.directory} holds records of other rows, and none of these; choose another "
            "output"
        )
