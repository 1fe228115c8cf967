from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.lint.files import writing
from agentsflare_kimi.lint.files.decoding import decode
from agentsflare_kimi.lint.files.regular_files import NotWrittenError, read_regular_file
from agentsflare_kimi.lint.files.writing import replace_content

BEFORE = b"old\r\n" * 1000
AFTER = b"new\n" * 3000

# Runs the recipe, and kills itself just before or after the given call of `os`.
KILLED = """
import os, signal, sys
from agentsflare_kimi.lint.files import writing
path, call, when, before, after = sys.argv[1:]
real = getattr(os, call)
def killing(*arguments, **options):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(os, call, killing)
writing.replace_content(os.fsencode(path), open(before, "rb").read(), open(after, "rb").read())
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "folder" / "file.py"
    path.parent.mkdir()
    path.write_bytes(BEFORE)
    return path


def replace(path, before=BEFORE, after=AFTER):
    replace_content(os.fsencode(path), before, after)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_content_is_replaced_and_nothing_is_left_beside_it(file):
    replace(file)
    assert contents(file.parent) == {"file.py": AFTER}


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o664, 0o4755])
def test_the_mode_is_kept(file, mode):
    file.chmod(mode)
    replace(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_the_owner_is_kept(file):
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(file, 1234, 4321)
    replace(file)
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 4321)


def test_extended_attributes_are_kept(file):
    try:
        os.setxattr(file, "user.origin", b"here")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace(file)
    assert os.getxattr(file, "user.origin") == b"here"


def test_a_link_stays_a_link_and_its_target_is_replaced(file, tmp_path):
    link = tmp_path / "link.py"
    link.symlink_to(file)
    replace(link)
    assert link.is_symlink()
    assert file.read_bytes() == AFTER


def test_another_hard_link_keeps_the_old_content(file, tmp_path):
    other = tmp_path / "other.py"
    other.hardlink_to(file)
    replace(file)
    assert other.read_bytes() == BEFORE
    assert file.read_bytes() == AFTER


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["open", "fchmod", "fsync", "replace", "access"])
def test_a_killed_run_leaves_the_old_file_or_the_new_one(file, tmp_path, call, when):
    (tmp_path / "before").write_bytes(BEFORE)
    (tmp_path / "after").write_bytes(AFTER)
    run = subprocess.run(
        [sys.executable, "-c", KILLED, file, call, when, tmp_path / "before", tmp_path / "after"],
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    assert file.read_bytes() == (AFTER if (call, when) == ("replace", "after") else BEFORE)
    # What it leaves beside the file is never read, and the next run is not kept from its work.
    assert all(name.startswith((".agentsflare-kimi-", "file")) for name in contents(file.parent))
    replace(file, before=file.read_bytes())
    assert file.read_bytes() == AFTER


def test_a_full_disk_leaves_the_file_as_it_was(file):
    script = (
        "import resource, sys; from agentsflare_kimi.lint.files import writing;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY));"
        f"writing.replace_content({os.fsencode(file)!r}, {BEFORE!r}, b'x' * 100_000)"
    )
    run = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert run.returncode == 1
    assert b"OSError: [Errno 27]" in run.stderr
    assert contents(file.parent) == {"file.py": BEFORE}


@pytest.mark.parametrize("call", ["fchmod", "fsync", "replace"])
def test_an_error_leaves_the_file_as_it_was(file, monkeypatch, call):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        replace(file)
    assert contents(file.parent) == {"file.py": BEFORE}


def test_a_file_that_holds_something_else_by_now_is_not_replaced(file):
    file.write_bytes(b"edited")
    with pytest.raises(NotWrittenError, match="changed meanwhile"):
        replace(file)
    assert contents(file.parent) == {"file.py": b"edited"}


def test_a_file_that_a_second_run_made_the_same_of_is_done(file):
    replace(file, after=b"after")
    state = file.stat()
    replace(file, after=b"after")
    assert (file.read_bytes(), file.stat()) == (b"after", state)


def test_a_file_that_changes_while_the_new_one_is_written_is_not_replaced(file, monkeypatch):
    real = os.fsync

    def edit(descriptor):
        file.write_bytes(b"edited")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", edit)
    with pytest.raises(NotWrittenError, match="changed meanwhile"):
        replace(file)
    assert contents(file.parent) == {"file.py": b"edited"}


def test_a_file_that_another_program_replaced_by_its_like_is_not_replaced(file, monkeypatch):
    real = os.fsync

    def swap(descriptor):
        beside = file.with_name("other")
        beside.write_bytes(BEFORE)
        beside.replace(file)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", swap)
    with pytest.raises(NotWrittenError, match="changed meanwhile"):
        replace(file)


def test_a_read_only_file_is_left_alone(file):
    file.chmod(0o444)
    with pytest.raises(NotWrittenError, match="read-only"):
        replace(file)
    assert contents(file.parent) == {"file.py": BEFORE}


def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotWrittenError, match="not a regular file"):
        read_regular_file(os.fsencode(tmp_path / "pipe"))
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with pytest.raises(OSError, match="symbolic links"):
        read_regular_file(os.fsencode(tmp_path / "link"))


def test_runs_at_once_do_not_mix(file):
    outcomes = []

    def run(after):
        try:
            replace(file, after=after)
            outcomes.append(after)
        except NotWrittenError:
            outcomes.append(None)

    runs = [threading.Thread(target=run, args=(bytes([65 + n]) * 5000,)) for n in range(8)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    winners = [after for after in outcomes if after]
    assert len(winners) == 1
    assert contents(file.parent) == {"file.py": winners[0]}


@pytest.mark.parametrize("name", [b"new\nline.py", b"caf\xe9.py", b"-rf", b" ", b"\x1b[2J"])
def test_odd_names_are_written(tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118  # not text
    with open(path, "wb") as file:  # noqa: PTH123  # same
        file.write(b"old")
    replace_content(path, b"old", b"new")
    assert read_regular_file(path)[0] == b"new"


def test_an_unwritable_folder_is_an_error_and_nothing_is_lost(file):
    if os.getuid() == 0:
        pytest.skip("root may write everywhere")
    file.parent.chmod(0o555)
    try:
        with pytest.raises(PermissionError):
            replace(file)
        assert file.read_bytes() == BEFORE
    finally:
        file.parent.chmod(0o755)


def test_a_lock_that_is_held_is_waited_for(file):
    started = threading.Event()
    with writing._locked(os.fsencode(file.parent)):
        other = threading.Thread(target=lambda: (started.set(), replace(file)))
        other.start()
        started.wait()
        other.join(0.1)
        assert file.read_bytes() == BEFORE
    other.join()
    assert file.read_bytes() == AFTER


@given(st.binary(max_size=200))
def test_whatever_is_not_edited_survives_decoding_and_encoding(content):
    for name in ("a.py", "a.json"):
        source = decode(content, name)
        assert source is None or source.encode(source.text) == content


@given(st.text(max_size=50), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))
def test_text_in_marked_encodings_is_decoded(text, encoding):
    content = text.encode(encoding, "ignore")
    source = decode(content, "a.txt")
    if source is not None:
        assert source.encode(source.text) == content


def test_a_coding_declaration_is_heeded():
    content = '# -*- coding: latin-1 -*-\nname = "é"\n'.encode("latin-1")
    source = decode(content, "a.py")
    assert source.text.endswith('"é"\n')
    assert source.encode(source.text) == content


def test_a_coding_declaration_that_lies_harms_nothing():
    content = b'# coding: ascii\nname = "\xe9\xff"\n'
    source = decode(content, "a.py")
    assert source.encode(source.text) == content
