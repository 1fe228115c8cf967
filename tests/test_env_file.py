import os

import pytest

from agentsflare_kimi.env_file import read_env_file
from agentsflare_kimi.errors import ConfigurationError


def test_assignments_are_read_and_nothing_is_interpolated(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    file = tmp_path / "a.env"
    file.write_bytes(
        b"\xef\xbb\xbf# note\nexport A=1\nB='two words'\nC=https://x/${OPENAI_API_KEY}\nEMPTY\n"
    )

    assert read_env_file(file) == {"A": "1", "B": "two words", "C": "https://x/${OPENAI_API_KEY}"}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nothing\.env.*No such file"):
        read_env_file(tmp_path / "nothing.env")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_fifo_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(ConfigurationError, match="not a regular file"):
        read_env_file(tmp_path / "fifo")


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(ConfigurationError):
        read_env_file(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfeA\x00", b"KEY=sk-secret\xff\n"])
def test_other_encodings_are_refused_without_showing_the_content(tmp_path, content):
    file = tmp_path / "a.env"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match="save it as UTF-8") as caught:
        read_env_file(file)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_huge_file_is_refused(tmp_path):
    file = tmp_path / "a.env"
    file.write_bytes(b"A" * 1_048_577)

    with pytest.raises(ConfigurationError, match="larger than"):
        read_env_file(file)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"A=1\nB='sk-secret\nC=2\n", 2, "the quote is not closed"),
        (b'A=1\n\n\nB="sk-secret\nC="y"\n', 4, "the quote is not closed"),
        (b"A=1\r\n\r\nsk-secret bar\r\n", 3, "neither NAME=VALUE nor a comment"),
        (b"# first\rA: sk-secret\r", 2, "neither NAME=VALUE nor a comment"),
        (b"\xef\xbb\xbfexport A=1\nexport B\n=sk-secret\n", 3, "neither NAME=VALUE"),
        (b"set A=sk-secret\n", 1, "neither NAME=VALUE"),
        (b'{"A": "sk-secret"}\n', 1, "neither NAME=VALUE"),
        (b'\n{\n  "A": "sk-secret"\n}\n', 2, "neither NAME=VALUE"),
        (b"A='sk-secret' sk-secret\n", 1, "something follows the closing quote"),
        (b"A='it's sk-secret'\n", 1, "backslash before a quote"),
        (b"A=1\nB=sk-secret\xff\n", 2, "not UTF-8 text"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_not_shown(content, line, reason, tmp_path, caplog):
    file = tmp_path / "a.env"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=reason) as caught:
        read_env_file(file)

    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert "secret" not in str(caught.value) + caplog.text


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files")  # noqa: PTH112
def test_what_is_refused_is_closed(tmp_path):
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    for _ in range(3):
        with pytest.raises(ConfigurationError):
            read_env_file(tmp_path)

    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208
