"""Whose line a warning points at, in trees of frameworks and on both kinds of paths."""

import ntpath
import posixpath
import sys
import types

import pytest
from warned_places import module, places

from agentsflare_kimi.calling.callers import is_installed, is_within

INSTALLED = [
    "/opt/venv/lib/python3.12/site-packages/framework/chat.py",
    "/usr/lib/python3/dist-packages/f.py",
]


@pytest.mark.parametrize("path", INSTALLED)
def test_a_framework_is_passed_over_for_the_users_line(path, tmp_path):
    framework = module(path, "def invoke(): say()")
    program = module(tmp_path / "app.py", "def main(invoke):\n    invoke()\n    invoke()")

    assert places(lambda: program.main(framework.invoke)) == [
        (str(tmp_path / "app.py"), 2),
        (str(tmp_path / "app.py"), 3),
    ]


def test_a_program_that_is_installed_is_warned_at_its_innermost_line(monkeypatch):
    (installed, _) = INSTALLED
    outer = module(installed.replace("chat", "cli"), "def main(invoke): invoke()")
    inner = module(installed, "def invoke():\n    say()")

    # As a console script would run it: nothing of the user's is on the stack.
    files = inner.__file__, outer.__file__
    frames = sys._getframe
    monkeypatch.setattr("inspect.currentframe", lambda: _cut(frames(1), *files))
    found = places(lambda: outer.main(inner.invoke))

    assert found == [(inner.__file__, 2)]


def _cut(frame, *kept):
    """Copy the part of a stack that is outermost in files of *kept*, and end there."""
    while frame is not None and frame.f_code.co_filename not in kept:
        frame = frame.f_back
    copied = None
    chain = []
    while frame is not None and frame.f_code.co_filename in kept:
        chain.append(frame)
        frame = frame.f_back
    for each in reversed(chain):
        copied = types.SimpleNamespace(
            f_code=each.f_code, f_lineno=each.f_lineno, f_globals=each.f_globals, f_back=copied
        )
    return copied


def test_code_that_was_executed_counts_as_the_users_and_written_methods_as_their_modules(tmp_path):
    executed = {"say": module("", "").say}
    assert places(lambda: exec("say()", executed)) == [("<string>", 1)]  # noqa: S102

    written = executed | {"__file__": INSTALLED[0]}
    (place,) = places(lambda: exec("say()", written))  # noqa: S102
    assert place[0] == __file__


@pytest.mark.parametrize(
    ("path", "filename", "expected"),
    [
        (ntpath, r"C:\Py\Lib\site-packages\langchain\x.py", True),
        (ntpath, r"C:/Py/Lib/site-packages/langchain/x.py", True),
        (ntpath, r"c:\py\lib\json\decoder.py", True),
        (ntpath, r"C:\Users\ann\app\main.py", False),
        (ntpath, r"C:\Py\Library\main.py", False),
        (ntpath, "<frozen runpy>", True),
        (ntpath, "<stdin>", False),
        (posixpath, "/Py/Lib/site-packages/x.py", True),
        (posixpath, "/home/ann/site-packages.py", False),
        (posixpath, "/home/ann/lib/main.py", False),
    ],
)
def test_what_is_installed_is_told_by_its_place(path, filename, expected):
    assert is_installed(filename, [r"C:\Py\Lib", "/usr/lib/python3.12"], path) is expected


def test_folders_are_compared_as_the_system_does():
    folder = r"C:\Env\Lib\site-packages\agentsflare_kimi"
    assert is_within(r"c:\env\lib\site-packages\agentsflare_kimi\client.py", [folder], ntpath)
    assert not is_within(folder + r"_extras\client.py", [folder], ntpath)
    assert is_within("/a/b/contextlib.py", ["/a/b/contextlib.py"], posixpath)
    assert not is_within("/A/b/c.py", ["/a/b"], posixpath)
