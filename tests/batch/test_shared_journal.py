"""Several processes, one directory."""

import pytest
from test_journal import record

from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.errors import BatchError


def test_each_writes_a_file_of_its_own_and_finds_what_others_wrote(tmp_path):
    with SharedJournal(tmp_path / "j") as first, SharedJournal(tmp_path / "j") as second:
        first.append(record("a"))
        assert "a" not in second.index
        second.refresh()
        assert "a" in second.index
        first.append(record("b"))
        second.append(record("c"))
        second.refresh()
        assert [name for name in "abc" if name in second.index] == [*"abc"]
        assert len(list((tmp_path / "j").glob("*.jsonl"))) == 2
    with SharedJournal(tmp_path / "j") as third:
        assert len(third.index) == 3


def test_what_another_has_half_written_is_read_once_it_is_whole(tmp_path):
    with SharedJournal(tmp_path / "j", name="one") as one:
        one.append(record("a"))
    whole = (tmp_path / "j" / "one.jsonl").read_bytes()
    (tmp_path / "j" / "one.jsonl").write_bytes(whole[:20])
    with SharedJournal(tmp_path / "j") as other:
        assert "a" not in other.index
        (tmp_path / "j" / "one.jsonl").write_bytes(whole)
        other.refresh()
        assert "a" in other.index


def test_a_name_is_taken_once(tmp_path):
    with (
        SharedJournal(tmp_path, name="1-of-2", group="2 shards"),
        pytest.raises(BatchError, match="another run is writing"),
    ):
        SharedJournal(tmp_path, name="1-of-2", group="2 shards")


def test_who_divides_the_rows_in_another_way_is_refused(tmp_path):
    with (
        SharedJournal(tmp_path, name="1-of-2", group="2 shards"),
        SharedJournal(tmp_path, name="2-of-2", group="2 shards"),
        pytest.raises(BatchError, match="'2 shards', not '1 shards'"),
    ):
        SharedJournal(tmp_path, name="1-of-1", group="1 shards")
    SharedJournal(tmp_path, name="1-of-1", group="1 shards").close()
