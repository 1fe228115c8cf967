"""What a type checker says of a user's program: the right one passes, each mistake is reported."""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = sysconfig.get_path("scripts")
CHECKER = shutil.which("basedpyright", path=SCRIPTS) or shutil.which("basedpyright")

pytestmark = pytest.mark.skipif(CHECKER is None, reason="basedpyright is not installed")

# A line of a program, and the rule under which it is reported.
MISTAKES = {
    "Kimi(on_retierd='warn')": "reportCallIssue",
    "Kimi(on_retired='maybe')": "reportArgumentType",
    "Kimi('k')": "reportCallIssue",
    "Kimi(max_retries='2')": "reportArgumentType",
    "AsyncKimi(deadline='soon')": "reportArgumentType",
    "Kimi().with_options(on_unknown='no')": "reportArgumentType",
    "Kimi().with_options(foo=1)": "reportCallIssue",
    "create_client(api_kye='k')": "reportCallIssue",
    "Kimi().chat.completions.create(model='kimi-k2.6')": "reportCallIssue",
    "from agentsflare_kimi import Kimmi": "reportAttributeAccessIssue",
}


def check(folder, *files):
    configuration = {
        "include": [str(file) for file in files],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(HERE.parent)],
    }
    project = folder / "pyrightconfig.json"
    project.write_text(json.dumps(configuration))
    result = subprocess.run(
        [CHECKER, "--outputjson", "--pythonpath", sys.executable, "--project", str(project)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return json.loads(result.stdout)


def test_a_users_program_passes_in_strict_mode(tmp_path):
    report = check(tmp_path, HERE / "typing" / "client_usage.py")

    assert report["generalDiagnostics"] == []
    assert report["summary"]["filesAnalyzed"] == 1


def test_each_mistake_is_reported_at_its_line(tmp_path):
    header = "from agentsflare_kimi import AsyncKimi, Kimi, create_client"
    program = tmp_path / "program.py"
    program.write_text("\n".join([header, *MISTAKES]) + "\n")

    report = check(tmp_path, program)

    found = {
        (each["range"]["start"]["line"], each["rule"]) for each in report["generalDiagnostics"]
    }
    missed = [
        mistake
        for number, (mistake, rule) in enumerate(MISTAKES.items(), start=1)
        if (number, rule) not in found
    ]
    assert missed == [], found
