"""How the work of a run is shared: few files are read here, many names are judged together."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from agentsflare_kimi.lint.files import workers
from agentsflare_kimi.lint.files.run import LintRun

REQUEST = 'client.chat.completions.create(model="kimi-k2-thinking", messages=messages)\n'


@pytest.fixture
def shared(monkeypatch):
    """The files that were given to several processes."""
    given = []
    scan = workers.scan

    def recorded(paths, *rest):
        given.extend(paths)
        return scan(paths, *rest)

    monkeypatch.setattr(workers, "scan", recorded)
    monkeypatch.setattr(workers, "_worker_count", lambda: 2 if hasattr(os, "fork") else 1)
    return given


def written(folder, count, text):
    for number in range(count):
        (folder / f"{number:03}.py").write_text(text, encoding="utf-8")
    return [os.fsencode(path) for path in sorted(folder.iterdir())]


def run(paths):
    session = LintRun({})
    session.read(paths)
    return session


@pytest.mark.parametrize("is_named", [True, False])
def test_few_files_full_of_names_are_shared_and_each_is_reported_once(tmp_path, shared, is_named):
    files = written(tmp_path, 100, REQUEST)
    session = run(files if is_named else [os.fsencode(tmp_path)])
    assert [outcome[0] for _, outcome in session.outcomes] == files
    assert {outcome[1] for _, outcome in session.outcomes} == {"found"}
    assert session.checked == 100
    assert 0 < len(shared) < 100


def test_few_files_without_names_are_read_here(tmp_path, shared):
    session = run(written(tmp_path, 100, "x = 1\n"))
    assert session.outcomes == []
    assert session.checked == 100
    assert shared == []


def test_a_few_names_among_them_are_judged_here(tmp_path, shared):
    files = written(tmp_path, 40, "x = 1\n")
    (tmp_path / "000.py").write_text(REQUEST, encoding="utf-8")
    assert [outcome[0] for _, outcome in run(files).outcomes] == files[:1]
    assert shared == []


def test_repositories_in_a_directory_are_read_together(tmp_path, shared):
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        written(folder, 40, REQUEST)
        subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", tmp_path / "two", "add", "-A"], check=True)
    session = run([os.fsencode(tmp_path)])
    assert len(session.outcomes) == 80
    assert session.checked == 82
    origins = {
        (Path(os.fsdecode(path)).parent.name, origin) for origin, (path, *_) in session.outcomes
    }
    assert origins == {("one", "untracked"), ("two", "tracked")}
    # Few were read alone before the rest of both was shared at once.
    assert {Path(os.fsdecode(path)).parent.name for path in shared} == {"one", "two"}
