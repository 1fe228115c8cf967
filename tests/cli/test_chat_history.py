"""The history of questions: who can read it, and what never stands in it."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.cli.chat_history import History, history_path


def test_it_stands_where_the_user_keeps_state(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history_path() == tmp_path / "agentsflare-kimi" / "chat-history.jsonl"


@pytest.mark.skipif(os.name == "nt", reason="has another place for state")
@pytest.mark.parametrize("relative", ["", "state"])
def test_a_relative_place_does_not_count(monkeypatch, tmp_path, relative):
    monkeypatch.setenv("XDG_STATE_HOME", relative)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert history_path() == tmp_path / ".local/state/agentsflare-kimi/chat-history.jsonl"


@given(entries=st.lists(st.text(min_size=1)))
def test_what_was_added_is_loaded(entries, tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "file"
    for entry in entries:
        History(path).add(entry)

    loaded = History(path).load()
    assert len(loaded) == len(entries)
    assert [new for new, old in zip(loaded, entries, strict=True) if "*" not in new] == [
        old for new, old in zip(loaded, entries, strict=True) if "*" not in new
    ]


def test_keys_are_taken_out(tmp_path):
    history = History(tmp_path / "file", keys=["the-key-of-the-client", ""])
    history.add("use the-key-of-the-client")
    history.add("or sk-q8Zr3vTn7wLm2xKd9sPb")

    text = (tmp_path / "file").read_text()
    assert "the-key" not in text
    assert "q8Zr3v" not in text
    assert "use ********" in text


@pytest.mark.skipif(os.name == "nt", reason="has no such modes")
def test_a_file_that_others_can_read_is_closed_to_them(tmp_path):
    path = tmp_path / "file"
    path.write_text(json.dumps("old") + "\n")
    path.chmod(0o644)
    History(path).add("new")

    assert path.stat().st_mode & 0o777 == 0o600
    assert History(path).load() == ["old", "new"]


def test_lines_that_are_no_entries_are_passed_over(tmp_path):
    (tmp_path / "file").write_bytes(b'"one"\n\xff\xfe\n{}\n7\n"two')
    assert History(tmp_path / "file").load() == ["one"]


def test_a_long_history_is_cut(tmp_path):
    path = tmp_path / "file"
    path.write_text("".join(f'"{number}"\n' for number in range(5000)))

    assert History(path).load() == [str(number) for number in range(3000, 5000)]
    assert len(path.read_text().splitlines()) == 2000


def test_a_place_that_cannot_be_written_is_told_once(tmp_path):
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "history")
    history.add("one")
    problem, history.problem = history.problem, ""
    history.add("two")

    assert "is not kept" in problem
    assert history.problem == ""


def test_without_a_place_nothing_is_kept():
    history = History(None)
    history.add("one")

    assert history.load() == []
    assert history.problem == ""
    assert not Path("None").exists()
