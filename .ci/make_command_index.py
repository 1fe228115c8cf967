"""Writes `agentsflare_kimi/cli/index.py` from the commands' modules: `make generate`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "agentsflare_kimi" / "cli"
HEAD: Final = '''\
"""The commands and what each is for.

Written by `make generate` from the commands' modules; do not edit.
"""

COMMANDS = {
'''


def purpose_of(path: Path) -> str:
    """Return a command's `PURPOSE`; empty if the module is no command."""
    for node in ast.parse(path.read_text("utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "PURPOSE":
            return str(ast.literal_eval(node.value))
    return ""


def page() -> str:
    """Return the index as a module's text."""
    purposes = {path.stem: purpose_of(path) for path in sorted(ROOT.glob("*.py"))}
    rows = [f'    "{name}": "{purpose}",\n' for name, purpose in purposes.items() if purpose]
    return "".join([HEAD, *rows, "}\n"])


if __name__ == "__main__":
    (ROOT / "index.py").write_text(page(), "utf-8")
