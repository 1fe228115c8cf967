"""The work of `agentsflare-kimi batch`: send every row of a file, and write the answers."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from agentsflare_kimi.batch.asking import Asker
from agentsflare_kimi.batch.estimates import Estimate
from agentsflare_kimi.batch.inputs import InputFile, RowOptions, refuse_bad_rows
from agentsflare_kimi.batch.journal import Entry
from agentsflare_kimi.batch.limiter import Limiter
from agentsflare_kimi.batch.output import read_lines, write_whole
from agentsflare_kimi.batch.records import bad_row_record, line_of
from agentsflare_kimi.batch.rows import BadRow, Row
from agentsflare_kimi.batch.schemas import SchemaCheck, load_schema
from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.batch.summary import BatchSummary
from agentsflare_kimi.batch.templates import Template
from agentsflare_kimi.cli.batch_options import Shard
from agentsflare_kimi.cli.batch_paths import (
    journal_path,
    refuse_mix_up,
    refuse_other_journal,
    refuse_output,
)
from agentsflare_kimi.cli.batch_run import INTERRUPTED, make_client, run_until_interrupted
from agentsflare_kimi.cli.batch_words import in_batch_words
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.errors import BatchError
from agentsflare_kimi.printable import printable
from agentsflare_kimi.settings import KimiSettings

__all__ = ["ask_file"]

# The highest limit that Moonshot publishes. Source: facts/batch.md section 1.
_TOP_TPM: Final = 5_000_000


def ask_file(options: argparse.Namespace) -> int:
    """Send every row of a file.

    Args:
        options: The command-line options.

    Returns:
        0 if every row was answered, 1 if not, 130 if the run was interrupted.

    Raises:
        UsageError: The options contradict each other, or an earlier run's output exists.
        BatchError: The file has mistakes, or another run is writing to the journal.
        OSError: A file cannot be read or written.
    """
    warnings.showwarning = _show_warning
    with ExitStack() as stack:
        environment = _environment(options, stack)
        settings = KimiSettings(_env_file=options.env_file, **environment)
        source = _input_file(options, settings)
        refuse_output(options)
        overview = _look_through(source, is_skipping=options.skip_bad_lines)
        if options.estimate:
            return _tell_estimate(overview.estimate, options)
        refuse_mix_up(options)
        _warn_of_budget(overview.estimate)
        check = _schema_check(options)
        client = make_client(settings)
        journal = stack.enter_context(
            SharedJournal(
                journal_path(options),
                name=options.shard.name,
                group=f"{options.shard.shards} shards",
            )
        )
        limiter = Limiter(
            options.max_concurrency or client.settings.max_concurrency or 1_000,
            rpm=options.rpm,
            tpm=options.tpm,
        )
        asker = Asker(client, limiter, check=check, rephrase=in_batch_words)
        return _ask_all(options, source, overview, asker, journal)


@dataclass(slots=True)
class _Overview:
    """The results of a first pass over the file."""

    estimate: Estimate
    bad_lines: int = 0


class _Part:
    """The rows of one shard; can be iterated more than once."""

    def __init__(self, source: InputFile, shard: Shard) -> None:
        self._source = source
        self._shard = shard

    def __iter__(self) -> Iterator[Row]:
        return islice(self._source.rows(), self._shard.number - 1, None, self._shard.shards)


def _environment(options: argparse.Namespace, stack: ExitStack) -> dict[str, str]:
    if not options.offline or options.estimate:
        return {}
    emulator = stack.enter_context(Emulator())
    print("agentsflare-kimi: offline: an emulator answers", file=sys.stderr)
    return {"base_url": emulator.base_url, "api_key": emulator.api_key}


def _input_file(options: argparse.Namespace, settings: KimiSettings) -> InputFile:
    """Return the rows that *options* name.

    Raises:
        BatchError: The template cannot be used.
        OSError: A file cannot be read.
    """
    template = options.template
    if template is not None and template.startswith("@"):
        template = _text_of(Path(template[1:]))
    rows = RowOptions(
        settings=settings,
        model=options.model,
        system=options.system,
        template=None if template is None else Template(template),
        max_completion_tokens=options.max_completion_tokens,
    )
    return InputFile(Path(options.input), rows, options.input_format, options.limit)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BatchError(f"{path}: not UTF-8 (byte {error.start})") from error


def _look_through(source: InputFile, *, is_skipping: bool) -> _Overview:
    overview, bad = _Overview(Estimate()), list[BadRow]()
    for row in source:
        if isinstance(row, Row):
            overview.estimate.add(row)
        else:
            bad.append(row)
    overview.bad_lines = len(bad)
    if not is_skipping:
        refuse_bad_rows(source.path, bad)
    if not overview.estimate.requests and not bad:
        raise BatchError(f"{source.path}: there are no rows")
    return overview


def _tell_estimate(found: Estimate, options: argparse.Namespace) -> int:
    found.price(options.price_prompt, options.price_completion)
    found.time(options.rpm, options.tpm)
    print(json.dumps(found.to_dict()) if options.json else found)
    if not options.json:
        _warn_of_budget(found)
    return 0


def _warn_of_budget(found: Estimate) -> None:
    if found.unlimited:
        rate = _TOP_TPM / found.largest_reserve
        _show_warning(
            f"{found.unlimited:,} rows set no max_completion_tokens, so each reserves up to "
            f"{found.largest_reserve:,} of the account's tokens per minute; {_TOP_TPM:,} of them "
            f"allow {rate:,.0f} requests per minute. --max-completion-tokens sets a limit."
        )


def _schema_check(options: argparse.Namespace) -> SchemaCheck | None:
    if options.schema is None:
        return None
    return SchemaCheck(load_schema(options.schema), is_repairing=options.repair)


def _ask_all(
    options: argparse.Namespace,
    source: InputFile,
    overview: _Overview,
    asker: Asker,
    journal: SharedJournal,
) -> int:
    refuse_other_journal(journal, source.rows())
    summary = BatchSummary(bad_lines=overview.bad_lines)
    try:
        run_until_interrupted(
            _Part(source, options.shard),
            asker,
            journal,
            summary=summary,
            retry_failed=options.retry_failed,
            is_following=options.follow,
        )
        is_whole = summary.is_complete and _write_output(options, source, asker, journal)
    except (OSError, BatchError) as error:
        note = f"The answers so far are in {journal.directory}; {_how_to_resume(options)}"
        error.add_note(note)
        if isinstance(error, BrokenPipeError):  # it carries no further information
            print(f"agentsflare-kimi: nobody reads the records any more. {note}", file=sys.stderr)
        raise
    return _tell(options, summary, is_whole=is_whole)


def _write_output(
    options: argparse.Namespace, source: InputFile, asker: Asker, journal: SharedJournal
) -> bool:
    """Write the records in the order of the rows, if every row of every shard has one."""
    journal.refresh()
    places: list[Entry | bytes] = []
    for row in source:
        if isinstance(row, BadRow):
            places.append(line_of(bad_row_record(row, in_batch_words(row.reason))))
            continue
        entry = journal.index.find(row.custom_id, asker.question(row).digest)
        if entry is None:
            return False
        places.append(entry)
    write_whole(options.output, read_lines(places))
    return True


def _tell(options: argparse.Namespace, summary: BatchSummary, *, is_whole: bool) -> int:
    if options.json:
        written = str(options.output) if is_whole else None
        print(json.dumps({**summary.to_dict(), "output": written}))
    print(summary, file=sys.stderr)
    if is_whole:
        print(f"written to {printable(str(options.output))}", file=sys.stderr)
    elif summary.is_complete:
        print("this shard is done; the last one writes the output", file=sys.stderr)
    else:
        print(_how_to_resume(options), file=sys.stderr)
    if summary.failures and is_whole:
        print("--retry-failed asks the rows that failed again", file=sys.stderr)
    if summary.stop is not None and summary.stop.cause == "interrupted":
        return INTERRUPTED
    return int(not summary.is_complete or summary.failures > 0)


def _how_to_resume(options: argparse.Namespace) -> str:
    return f"resume with the same command and --resume ({printable(str(options.output))})"


def _show_warning(message: Warning | str, *_: object) -> None:
    text = in_batch_words(str(message))
    print(f"agentsflare-kimi: warning: {printable(text)}", file=sys.stderr)
