from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ASK = 'client.chat.completions.create(model="kimi-k2-thinking", messages=[])\n'


def run(*command, cwd, env=None):
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def git(directory, *arguments):
    done = run("git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments,
               cwd=directory)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_the_hooks_run_in_a_real_pre_commit_installation(tmp_path, monkeypatch):
    # As a user has it: the hook repository at a commit, installed by pre-commit itself.
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    source = tmp_path / "source"
    listed = run("git", "ls-files", "-zco", "--exclude-standard", cwd=PROJECT).stdout.split("\0")
    if ".pre-commit-hooks.yaml" not in listed:
        pytest.skip("not a git checkout")
    wanted = ("agentsflare_kimi/", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks")
    for name in listed:
        if name.startswith(wanted) and (PROJECT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((PROJECT / name).read_bytes())
    git(source, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-qm", "release")
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "-q")
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {source}\n  rev: {git(source, 'rev-parse', 'HEAD')}\n"
        "  hooks:\n  - id: agentsflare-kimi-lint\n",
        encoding="utf-8",
    )
    (project / "clean.py").write_text("x = 1\n", encoding="utf-8")
    git(project, "add", "-A")
    hooks = [sys.executable, "-m", "pre_commit"]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}

    clean = run(*hooks, "run", "--all-files", cwd=project, env=environment)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    (project / "ask.py").write_text(ASK, encoding="utf-8")
    git(project, "add", "-A")
    found = run(*hooks, "run", "--all-files", cwd=project, env=environment)
    assert found.returncode == 1
    assert "AFK001" in found.stdout

    config = project / ".pre-commit-config.yaml"
    text = config.read_text(encoding="utf-8").replace("kimi-lint", "kimi-fix")
    config.write_text(text, encoding="utf-8")
    git(project, "add", "-A")
    fixed = run(*hooks, "run", "--all-files", cwd=project, env=environment)
    assert fixed.returncode == 1
    assert 'model="kimi-k2.6"' in (project / "ask.py").read_text(encoding="utf-8")
    git(project, "add", "-A")
    assert run(*hooks, "run", "--all-files", cwd=project, env=environment).returncode == 0
