"""What can be said of examples without running them; the rest is in examples/README.md."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from agentsflare_kimi.lint import lint_text

# What `javac` says of a program whose libraries are not there, and of nothing else.
UNRESOLVED = ("compiler.err.doesnt.exist", "compiler.err.cant.resolve")


@pytest.mark.skipif(shutil.which("javac") is None, reason="javac is not there")
def test_java_is_well_formed(examples, tmp_path):
    source = examples / "java" / "src" / "main" / "java" / "Main.java"
    command = ["javac", "-XDrawDiagnostics", "-cp", tmp_path, "-d", tmp_path, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    problems = [line for line in done.stderr.splitlines() if line.startswith("Main.java:")]
    assert problems
    assert [line for line in problems if not line.split(": ")[1].startswith(UNRESOLVED)] == []


@pytest.mark.skipif(shutil.which("gofmt") is None, reason="gofmt is not there")
def test_go_is_well_formed_and_formatted(examples):
    command = ["gofmt", "-l", examples / "go" / "main.go"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


LANGUAGES = ("curl", "go", "java", "javascript")
PROGRAMS = ("*.sh", "*.go", "*.java", "*.mjs", "*.cjs")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_linter_finds_nothing_in_what_is_to_be_copied(examples, language):
    folder = examples / language
    programs = [
        path
        for pattern in PROGRAMS
        for path in folder.rglob(pattern)
        if "node_modules" not in path.parts
    ]
    assert programs
    for path in programs:
        text = path.read_text(encoding="utf-8")
        assert "AGENTSFLARE_API_KEY" in text
        assert "AGENTSFLARE_BASE_URL" in text
        assert lint_text(text, path.name) == []
