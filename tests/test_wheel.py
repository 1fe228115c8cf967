"""What is released works where nothing of the checkout is."""

import json
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def run(*command, cwd, **options):
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=True, **options
    ).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the source distribution, and the wheel from it, as a release does."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT), cwd=folder)
    run(sys.executable, "-m", "twine", "check", "--strict", *map(str, folder.iterdir()), cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Install the wheel alone into an empty environment outside of the checkout."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home / "env", with_pip=True)
    (wheel,) = built.glob("*.whl")
    run(str(home / "env" / "bin" / "python"), "-m", "pip", "install", "-q", str(wheel), cwd=home)
    return home


@pytest.mark.parametrize(
    "arguments",
    [("demo", "--offline"), ("doctor", "--offline"), ("models",), ("lint", "--explain", "AFK001")],
    ids=lambda arguments: arguments[0],
)
def test_commands_work(installed, arguments):
    command = installed / "env" / "bin" / "agentsflare-kimi"
    environment = {"HOME": str(installed), "AGENTSFLARE_API_KEY": "k"}

    assert run(str(command), *arguments, cwd=installed, env=environment).strip()


def test_every_public_type_is_known(installed):
    environment = installed / "env"
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "basedpyright", "--verifytypes", "agentsflare_kimi"),
            *("--ignoreexternal", "--outputjson"),
        ],
        cwd=installed,
        # The checker looks for the package where the first `python` on the path finds it.
        env=os.environ
        | {
            "VIRTUAL_ENV": str(environment),
            "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(checked.stdout)["typeCompleteness"]
    unknown = [symbol["name"] for symbol in report["symbols"] if not symbol["isTypeKnown"]]

    assert report["packageName"] == "agentsflare_kimi"
    assert report["symbols"]
    assert unknown == []
    assert report["completenessScore"] == 1


def test_the_wheel_has_the_tables_and_types(built):
    (wheel,) = built.glob("*.whl")
    names = set(ZipFile(wheel).namelist())

    assert {
        "agentsflare_kimi/py.typed",
        "agentsflare_kimi/models/models.toml",
        "agentsflare_kimi/reading/diagnosis.toml",
        "agentsflare_kimi/.agents/skills/agentsflare-kimi/SKILL.md",
    } <= names
    assert not {name for name in names if name.startswith(("tests/", "docs/"))}


def test_the_source_distribution_has_what_builds_the_package(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}

    assert {"pyproject.toml", "README.md", "LICENSE", "agentsflare_kimi/__init__.py"} <= names
