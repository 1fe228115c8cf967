"""Nothing that was written is lost or doubled, whatever ends the writer."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsflare_kimi.batch.journal import Journal
from agentsflare_kimi.batch.output import read_lines
from agentsflare_kimi.errors import BatchError


def record(custom_id, *, digest="d", error=None, text="x"):
    return {
        "id": custom_id,
        "custom_id": custom_id,
        "response": {"status_code": 200, "request_id": None, "body": text},
        "error": error and {"code": error, "message": "", "type": ""},
        "digest": digest,
        "attempts": 1,
        "model_sent": None,
        "usage": None,
        "filter": None,
    }


def found(journal, custom_id, digest="d"):
    entry = journal.index.find(custom_id, digest)
    return entry and json.loads(next(read_lines([entry])))


def test_what_was_written_is_found_again(tmp_path):
    with Journal(tmp_path / "j") as journal:
        journal.append(record("a", text="ünï\u2028\ud800"))
        assert found(journal, "a")["response"]["body"] == "ünï\u2028\ud800"
    with Journal(tmp_path / "j") as journal:
        assert found(journal, "a")["response"]["body"] == "ünï\u2028\ud800"
        assert "a" in journal.index
        assert journal.index.find("a", "another digest") is None
        assert "b" not in journal.index


@settings(max_examples=60)
@given(data=st.data())
def test_wherever_a_crash_cuts_only_the_cut_record_is_lost(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("cut") / "j"
    names = ["a", "b", "c"]
    ends = []
    with Journal(path) as journal:
        for name in names:
            journal.append(record(name, text="ä" * 9))
            ends.append(path.stat().st_size)
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:cut])
    whole = [name for name, end in zip(names, ends, strict=True) if end <= cut]

    with Journal(path) as journal:
        assert [name for name in names if found(journal, name)] == whole
        journal.append(record("d"))
    # A line that lacked its end alone has been given one.
    kept = [name for name, end in zip(names, ends, strict=True) if end - 1 <= cut]
    with Journal(path) as journal:
        assert [name for name in [*names, "d"] if found(journal, name)] == [*kept, "d"]


@pytest.mark.parametrize(
    "line", [b"\0" * 50, b"{}", b"null", b'{"custom_id": 1}', b"\xff\xfe", b"[" * 99_999]
)
def test_lines_that_are_no_record_are_passed_over(line, tmp_path):
    with Journal(tmp_path / "j") as journal:
        journal.append(record("a"))
    with (tmp_path / "j").open("ab") as file:
        file.write(line + b"\n")
    with Journal(tmp_path / "j") as journal:
        journal.append(record("b"))
        assert found(journal, "a")
        assert found(journal, "b")


def test_the_last_record_counts_but_no_failure_displaces_an_answer(tmp_path):
    with Journal(tmp_path / "j") as journal:
        journal.append(record("a", error="timeout"))
        assert journal.index.find("a", "d").is_error
        journal.append(record("a", text="good"))
        journal.append(record("a", error="timeout"))
        journal.append(record("a", digest="changed", error="timeout"))
        assert not journal.index.find("a", "d").is_error
        assert journal.index.find("a", "changed").is_error
        assert len(journal.index) == 1


def test_a_second_writer_is_refused_until_the_first_is_gone(tmp_path):
    with Journal(tmp_path / "j"), pytest.raises(BatchError, match="another run is writing"):
        Journal(tmp_path / "j")
    Journal(tmp_path / "j").close()


@pytest.mark.skipif(os.name == "nt", reason="needs RLIMIT_FSIZE")
def test_on_a_full_disk_the_record_waits_and_nothing_is_glued(tmp_path):
    code = (
        "import resource, signal, sys, test_journal as t\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, -1))\n"
        "journal = t.Journal(sys.argv[1])\n"
        "for name in 'abcdefgh':\n"
        "    try:\n"
        "        journal.append(t.record(name))\n"
        "    except OSError:\n"
        "        pass\n"
        "print(journal.unwritten)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "journal.flush()\n"
        "journal.close()\n"
    )
    folder = os.path.dirname(__file__)  # noqa: PTH120
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "j"],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(done.stdout) > 0
    with Journal(tmp_path / "j") as journal:
        assert [name for name in "abcdefgh" if found(journal, name)] == [*"abcdefgh"]


def test_a_closed_journal_takes_nothing(tmp_path):
    journal = Journal(tmp_path / "j")
    journal.close()
    journal.close()
    with pytest.raises(ValueError, match="closed"):
        journal.append(record("a"))
