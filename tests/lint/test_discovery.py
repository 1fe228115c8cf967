from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsflare_kimi import cli
from agentsflare_kimi.lint import LintConfig, lint_paths
from agentsflare_kimi.lint.files.discovery import list_files
from agentsflare_kimi.lint.files.ignores import is_ignored, parse_patterns
from agentsflare_kimi.lint.files.run import LintRun
from agentsflare_kimi.lint.files.walking import walk

ASK = 'client.chat.completions.create(model="kimi-k2-thinking")\n'


def git(directory, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments],
        cwd=directory,
        env=environment,
        check=True,
        capture_output=True,
    )


def write(root, *names, text=ASK):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(*paths, config=None):
    return {finding.filename for finding in lint_paths(paths, config).findings}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(tree):
    git(tree, "init", "-q")
    return tree


def test_git_tells_what_is_tracked_and_what_is_not_ignored(repository):
    write(repository, "tracked.py", "untracked.py", "out/ignored.py", "src/keep.py")
    write(repository, ".gitignore", text="out/\n")
    git(repository, "add", "tracked.py", "src/keep.py")
    assert found(".") == {"tracked.py", "untracked.py", "src/keep.py"}


def test_a_tracked_file_is_read_though_a_pattern_names_it(repository):
    write(repository, "out/kept.py")
    git(repository, "add", "-A")
    write(repository, ".gitignore", text="out/\n")
    assert found(".") == {"out/kept.py"}


def test_hidden_files_are_read(repository):
    write(repository, ".github/ask.py")
    write(repository, ".env", text="KIMI_MODEL=kimi-k2-thinking\n")
    assert found(".") == {".github/ask.py", ".env"}


@pytest.mark.parametrize("name", ["node_modules", ".venv", "vendor", ".git"])
def test_vendored_directories_are_left_out_unless_named(tree, name):
    write(tree, f"{name}/ask.py", "ask.py")
    assert found(".") == {"ask.py"}
    assert found(name) == {f"{name}/ask.py"}
    assert found(f"{name}/ask.py") == {f"{name}/ask.py"}


def test_a_named_file_is_read_though_git_ignores_it(repository):
    write(repository, "ignored.py")
    write(repository, ".gitignore", text="ignored.py\n")
    assert found(".") == set()
    assert found("ignored.py") == {"ignored.py"}


@pytest.mark.parametrize("name", ["out", "out/deep", "src/../out", ":(top)"])
def test_a_named_directory_is_read_though_git_ignores_it(repository, name):
    write(repository, "out/deep/ask.py", "out/other.py", ":(top)/ask.py", "src/a.py")
    write(repository, ".gitignore", text="out/\n:*\n")
    files = {"out/deep/ask.py", "out/other.py", ":(top)/ask.py"}
    below = os.path.normpath(name)
    expected = {name + file.removeprefix(below) for file in files if file.startswith(below)}
    assert found(name) == expected != set()


def test_repositories_below_a_directory_that_is_none_are_read_as_git_lists_them(tree):
    write(tree, "one/ask.py", "one/ignored.py", "ask.py")
    write(tree, "one/.gitignore", text="ignored.py\n")
    git(tree / "one", "init", "-q")
    git(tree / "one", "add", "ask.py")
    session = LintRun({})
    session.read([b"."])
    origins = {(origin, path) for origin, (path, _, _) in session.outcomes}
    assert origins == {("tracked", b"one/ask.py"), ("walked", b"ask.py")}


def test_ignore_files_that_git_does_not_know_are_heeded(repository):
    write(repository, "a.py", "deep/b.py", "deep/c.py")
    write(repository, ".ignore", text="a.py\n")
    write(repository, "deep/.ignore", text="c.py\n")
    git(repository, "add", "-A")
    assert found(".") == {"deep/b.py"}
    assert found("deep") == {"deep/b.py"}


def test_a_process_that_lints_again_heeds_what_changed_though_nothing_was_found(tree):
    program = (
        "import pathlib, sys; from agentsflare_kimi.lint import lint_paths\n"
        "for pattern, text in ('ask.py', 'x = 1'), ('other.py', sys.argv[1]):\n"
        "    pathlib.Path('agentsflare-kimi.toml').write_text(f'exclude = [{pattern!r}]')\n"
        "    pathlib.Path('ask.py').write_text(text)\n"
        "    print(len(lint_paths('.').findings))\n"
    )
    run = subprocess.run([sys.executable, "-c", program, ASK], capture_output=True, check=True)
    assert run.stdout.split() == [b"0", b"1"]


@pytest.mark.parametrize("with_git", [True, False])
@pytest.mark.parametrize("kind", ["directory", "device", "pipe"])
def test_an_ignore_file_that_is_none_costs_no_other_file(tree, with_git, kind):
    if with_git:
        git(tree, "init", "-q")
    make = {"directory": Path.mkdir, "device": link_to_endless_device, "pipe": os.mkfifo}[kind]
    make(tree / ".ignore")
    write(tree, "ask.py")
    assert found(".") == {"ask.py"}


def link_to_endless_device(path):
    path.symlink_to("/dev/zero")


def test_without_git_the_same_files_are_found(repository, monkeypatch):
    write(repository, "a.py", "out/b.py", "src/c.py", "src/d.py", "src/out/e.py")
    write(repository, ".gitignore", text="/out/\n")
    write(repository, "src/.gitignore", text="d.py\n!out/\n")
    with_git = found(".")
    monkeypatch.setenv("PATH", "")
    session = LintRun({})
    session.read([b"."])
    assert {os.fsdecode(path) for _, (path, _, _) in session.outcomes} == with_git
    assert with_git == {"a.py", "src/c.py", "src/out/e.py"}
    assert "heeding .gitignore" in session.notes[0]


def test_a_walk_from_below_heeds_what_lies_above(repository, monkeypatch):
    write(repository, "src/a.py", "src/b.py")
    write(repository, ".gitignore", text="/src/b.py\n")
    monkeypatch.setenv("PATH", "")
    assert found("src") == {"src/a.py"}


def test_a_repository_in_a_repository_is_read(repository):
    write(repository, "inner/ask.py", "inner/ignored.py", "ask.py")
    write(repository, "inner/.gitignore", text="ignored.py\n")
    git(repository / "inner", "init", "-q")
    assert found(".") == {"ask.py", "inner/ask.py"}
    write(repository, ".ignore", text="inner/\n")
    assert found(".") == {"ask.py"}


@pytest.mark.parametrize(
    "options", [(), ("--no-respect-gitignore",), ("--exclude", "inner"), ("--exclude", "*.txt")]
)
def test_the_files_that_are_shown_are_those_that_are_read(repository, capsys, options):
    write(repository, "ask.py", "inner/ask.py", "vendor/lib/ask.py", "node_modules/ask.py")
    write(repository, "named.py", "ignored.py", "inner/named.py")
    for inner in ("inner", "vendor/lib"):
        git(repository / inner, "init", "-q")
    (repository / ".ignore").write_text("named.py\n", encoding="utf-8")
    (repository / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    (repository / "link.py").symlink_to("ask.py")
    cli.main(["lint", "--output-format", "concise", *options])
    read = {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()}
    cli.main(["lint", "--show-files", *options])
    shown = capsys.readouterr().out.splitlines()
    assert {name for name in shown if name.endswith(".py")} == read
    assert ("inner/ask.py" in read) == (options != ("--exclude", "inner"))


def test_links_are_not_followed_out_of_the_tree(tree, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "ask.py")
    (tree / "inside").mkdir()
    (tree / "inside" / "file.py").symlink_to(outside / "ask.py")
    (tree / "inside" / "folder").symlink_to(outside)
    (tree / "inside" / "loop").symlink_to(tree)
    assert found(".") == set()
    assert found("inside/file.py") == {"inside/file.py"}


def test_a_tracked_directory_that_became_a_link_is_not_followed(repository, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "ask.py")
    write(repository, "folder/ask.py")
    git(repository, "add", "-A")
    (repository / "folder" / "ask.py").unlink()
    (repository / "folder").rmdir()
    (repository / "folder").symlink_to(outside)
    assert found(".") == set()


@pytest.mark.parametrize("with_git", [False, True])
def test_pipes_and_sockets_are_passed_over(tree, with_git):
    if with_git:
        git(tree, "init", "-q")
    write(tree, "ask.py")
    os.mkfifo(tree / "pipe.py")
    assert found(".") == {"ask.py"}


def test_a_pipe_that_is_named_is_refused(tree):
    os.mkfifo(tree / "pipe.py")
    assert lint_paths(["pipe.py"]).skipped == (("pipe.py", "not a regular file"),)


def test_a_tracked_file_that_became_a_pipe_does_not_hold_up_the_run(repository):
    write(repository, "ask.py", "pipe.py")
    git(repository, "add", "-A")
    (repository / "pipe.py").unlink()
    os.mkfifo(repository / "pipe.py")
    assert found(".") == {"ask.py"}


def test_odd_names_are_read(repository):
    names = [b"new\nline.py", b"caf\xe9.py", b"::error::.py", b"\x1b[2J.py", b"-rf.py", b" .py"]
    for name in names:
        write(repository, os.fsdecode(name))
    assert {os.fsencode(name) for name in found(".")} == set(names)


@pytest.fixture
def deep(tree):
    directory = "/".join(["d"] * (sys.getrecursionlimit() + 100))
    # Nor would the standard library's own makedirs and rmtree have stack enough.
    subprocess.run(["mkdir", "-p", directory], cwd=tree, check=True)
    write(tree, f"{directory}/ask.py")
    yield f"{directory}/ask.py"
    subprocess.run(["rm", "-rf", tree / "d"], check=True)


@pytest.mark.parametrize("with_git", [True, False])
def test_directories_deeper_than_pythons_stack_are_read(tree, deep, with_git):
    if with_git:
        git(tree, "init", "-q")
    write(tree, ".ignore", text="other.py\n")
    assert found(".") == found("d") == found(deep) == {deep}


def test_a_missing_path_is_reported_and_the_rest_is_read(tree):
    write(tree, "ask.py")
    report = lint_paths(["gone.py", "ask.py"])
    assert report.skipped == (("gone.py", "No such file or directory"),)
    assert {finding.filename for finding in report.findings} == {"ask.py"}


def unreadable(directory):
    raise PermissionError(13, "Permission denied", directory)


@pytest.mark.parametrize("start", [".", "locked"])
def test_a_directory_that_cannot_be_read_is_no_clean_bill(tree, monkeypatch, start):
    write(tree, "ask.py", "locked/ask.py")
    scan = os.scandir
    # The tests may run as a user who may read everything.
    monkeypatch.setattr(
        os, "scandir", lambda path: unreadable(path) if path.endswith(b"locked") else scan(path)
    )
    assert lint_paths([start]).skipped == (("locked", "Permission denied"),)
    if start == ".":
        assert lint_paths(["."], LintConfig(exclude=("locked/",))).skipped == ()


def test_a_directory_that_git_cannot_read_is_no_clean_bill(repository, monkeypatch):
    # The tests may run as a user who may read everything, and git complains of others, too.
    monkeypatch.setenv("PATH", f"{repository / 'bin'}{os.pathsep}{os.environ['PATH']}")
    complaints = "".join(
        f"warning: could not open directory 'sub/{name}/': Permission denied\n"
        for name in ("locked", "it's: here", "named", "node_modules", "excluded", *["x" * 99] * 999)
    )
    write(repository, "bin/complaints", text=complaints)
    write(
        repository,
        "bin/git",
        text='#!/bin/sh\ncat "${0%/*}/complaints" >&2\nPATH=${PATH#*:} git "$@"\n',
    )
    (repository / "bin/git").chmod(0o755)
    write(repository, "sub/ask.py")
    write(repository, ".ignore", text="named/\nbin/\n")
    report = lint_paths(["sub"], LintConfig(exclude=("excluded/", "x*/")))
    denied = "Permission denied"
    assert report.skipped == (("sub/it's: here", denied), ("sub/locked", denied))
    assert len(report.findings) == 1


def test_a_large_file_is_skipped_aloud_only_if_it_holds_a_name(tree):
    write(tree, "data.py", text="x = 1\n" * 1_000_000)
    write(tree, "more.py", text="x = 1\n" * 1_000_000 + ASK)
    report = lint_paths(["."])
    assert [name for name, _ in report.skipped] == ["more.py"]
    assert "larger than 5,000,000 bytes" in report.skipped[0][1]
    assert report.files_checked == 2


@pytest.mark.parametrize("others", [0, 30])
@pytest.mark.parametrize("size", [100, 300_000, 1_500_000])
def test_the_size_limit_is_the_same_alone_and_among_others(tree, others, size):
    write(tree, "ask.py", text=ASK + "#" * (size - len(ASK)))
    write(tree, *(f"f{number}.py" for number in range(others)), text="x = 1\n")
    told = (("ask.py", f"larger than {size - 1:,} bytes ({size:,}), and holds a name"),)
    for path in (".", "ask.py"):
        assert lint_paths([path], LintConfig(max_file_size=size - 1)).skipped == told
        assert found(path, config=LintConfig(max_file_size=size)) == {"ask.py"}


def test_a_file_larger_than_the_buffer_is_read_whole(tree):
    write(tree, "big.py", text="x = 1\n" * 500_000 + ASK)
    assert found(".") == {"big.py"}


def test_binary_files_are_passed_over_silently(tree):
    (tree / "image.png").write_bytes(b"\x89PNG\0" + ASK.encode())
    assert lint_paths(["."]).skipped == ()
    assert lint_paths(["image.png"]).skipped == (("image.png", "not a text file"),)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_marked_encodings_are_read(tree, encoding):
    (tree / "ask.py").write_text(ASK, encoding=encoding)
    finding = lint_paths(["."]).findings[0]
    assert (finding.line, finding.column) == (1, 39)


def test_many_files_are_shared_among_processes_and_none_is_lost(repository):
    for number in range(900):
        write(repository, f"d{number % 7}/f{number}.py", text=ASK if number % 3 else "x = 1\n")
    report = lint_paths(["."])
    names = [finding.filename for finding in report.findings]
    assert len(names) == len(set(names)) == 600
    assert names == sorted(names)
    assert report.files_checked == 900


# In a process of its own: where another test has left a thread behind, nothing is forked, and the
# process that ends would be the one that runs the tests.
_WITH_A_WORKER_THAT_DIES = """
import os
from agentsflare_kimi.lint import lint_paths
from agentsflare_kimi.lint.files import judging

judging.judge_listed = lambda *_, **__: os._exit(9)
try:
    lint_paths(["."])
except ChildProcessError as error:
    print(error)
"""


def test_a_worker_that_dies_is_an_error_and_no_clean_bill(repository):
    for number in range(500):
        write(repository, f"f{number}.py")
    run = subprocess.run(
        [sys.executable, "-c", _WITH_A_WORKER_THAT_DIES],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "exit code 9" in run.stdout, run.stderr


def test_the_tree_cannot_make_git_run_a_program(repository):
    write(repository, "ask.py")
    hook = repository / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {repository}/owned\n", encoding="utf-8")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    assert found(".") == {"ask.py"}
    assert not (repository / "owned").exists()


def test_a_hooks_variables_do_not_redirect_the_listing(repository, monkeypatch, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q")
    write(repository, "ask.py")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert found(".") == {"ask.py"}


def test_gitignore_can_be_disregarded(repository):
    write(repository, "ignored.py")
    write(repository, ".gitignore", text="*.py\n")
    assert found(".", config=LintConfig(respect_gitignore=False)) == {"ignored.py"}


def test_unmerged_files_are_listed_once(repository):
    write(repository, "ask.py", text="a\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "one")
    git(repository, "checkout", "-qb", "other")
    write(repository, "ask.py", text=ASK + "b\n")
    git(repository, "commit", "-qam", "two")
    git(repository, "checkout", "-q", "-")
    write(repository, "ask.py", text=ASK + "c\n")
    git(repository, "commit", "-qam", "three")
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "other")
    names = [name for _, names in list_files(b".") for name in names]
    assert names == [b"ask.py"]


NAMES = st.sampled_from(["a", "b", "ab", "a.py", "b.py", "dir", "x y", "[a]", "é"])
GLOBS = st.sampled_from(
    r"""
    a|*|*.py|/a|dir/|dir/*|**/a|dir/**|a/**/b|[ab]|[!a]|?|**|\[a\]|x\ y|a*|*b|[[:alpha:]]|[a-|!a
    |!*.py|!dir/|é|a/b|a |***|/*|/dir/a|**/|#a|\#a|[]a]|dir//a|a\|[a-b]b|x y|[b-a]|[^a]*|a**b
    """.strip("\n")
    .replace("\n    ", "")
    .strip()
    .split("|")
)


@settings(max_examples=40, deadline=None)
@given(
    paths=st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=8),
    lines=st.lists(GLOBS, min_size=1, max_size=4),
    inner=st.lists(GLOBS, max_size=2),
)
def test_ignore_files_mean_what_they_mean_to_git(tmp_path_factory, paths, lines, inner):
    root = tmp_path_factory.mktemp("tree")
    git(root, "init", "-q")
    for path in paths:
        try:
            write(root, path)
        except OSError:  # a file is where the folder should be
            continue
    write(root, ".gitignore", text="\n".join(lines) + "\n")
    if inner and (root / "dir").is_dir():
        write(root, "dir/.gitignore", text="\n".join(inner) + "\n")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    ).stdout
    walked = set(walk(os.fsencode(root), {b".git"}, heed=True))
    assert walked == set(listed.split(b"\0")[:-1])


def test_patterns_hold_below_their_own_folder_only():
    patterns = parse_patterns(b"*.py\n!keep.py\n", b"src")
    assert is_ignored(b"src/deep/a.py", patterns)
    assert not is_ignored(b"src/keep.py", patterns)
    assert not is_ignored(b"a.py", patterns)
