"""Java and Go: their syntax, where the tools are there. What else was run: examples/README.md."""

from __future__ import annotations

import shutil
import subprocess

import pytest

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
