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
