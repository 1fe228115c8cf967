"""Writes `agentsflare_kimi/lint/rules/index.py` from the rules' modules: `make generate`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "agentsflare_kimi" / "lint" / "rules"
HEAD: Final = '''\
"""Each rule's code, module, whether it needs `migrate_to`, and two sets of strings for it.

Written by `make generate` from the rules' modules; do not edit.
"""

from __future__ import annotations

INDEX: tuple[tuple[str, str, bool, tuple[str, ...], tuple[str, ...]], ...] = (
'''


def modules() -> Iterator[str]:
    """List the modules that define a rule, without loading the others."""
    for path in sorted(ROOT.glob("*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        targets = [node.target for node in body if isinstance(node, ast.AnnAssign)]
        if any(isinstance(target, ast.Name) and target.id == "RULE" for target in targets):
            yield path.stem


def page() -> str:
    """Return the index as a module's text."""
    rules = {name: import_module(f"agentsflare_kimi.lint.rules.{name}").RULE for name in modules()}
    lines = [
        f"    {(rule.code, name, rule.is_for_moves, tuple(rule.about), tuple(rule.needles))!r},\n"
        for name, rule in sorted(rules.items(), key=lambda item: item[1].code)
    ]
    return "".join([HEAD, *lines, ")\n"])


if __name__ == "__main__":
    (ROOT / "index.py").write_text(page(), "utf-8")
