"""Runs examples as their readers do: a process of its own, pointed at the emulator."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agentsflare_kimi.emulator import Emulator

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def examples() -> Path:
    return EXAMPLES


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory) -> Path:
    """What `npm ci` makes of the committed lock file."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("node or npm is not there")
    folder = tmp_path_factory.mktemp("javascript")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(EXAMPLES / "javascript" / name, folder)
    install = ["npm", "ci", "--silent", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "node_modules"


@pytest.fixture
def run():
    """Run a command against an emulator; whoever asks for one without the program skips."""

    def run(emulator: Emulator, *command: str | Path, **more: str):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not there")
        environment = {
            "PATH": os.environ["PATH"],
            "AGENTSFLARE_API_KEY": "any-key",
            "AGENTSFLARE_BASE_URL": emulator.base_url,
            **more,
        }
        return subprocess.run(
            [*command],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    return run
