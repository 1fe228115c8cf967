"""What is imported is declared: for all modules, or in the extra that a part of them needs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Which modules may need which extra; the others do without.
PLACES = {
    "aiohttp": ("calling/backends.py",),
    "batch": ("batch/schemas.py", "cli/batch_progress.py"),
    "chat": ("cli/chat",),
    "metrics": ("proxy/metrics.py",),
    "parquet": ("batch/parquet.py",),
    "proxy": ("proxy/", "cli/proxy"),
    "redis": ("proxy/memory_store.py", "proxy/options.py", "proxy/sealing.py"),
}
# pytest loads its plugin.
BROUGHT_ALONG = {"pytest": ("testing.py",)}


def named(requirements):
    names = (re.match(r"[\w.-]+", text).group() for text in requirements)
    return {name.lower().replace("_", "-") for name in names} - {PROJECT["name"]}


DECLARED = named(PROJECT["dependencies"])
EXTRAS = {name: named(each) for name, each in PROJECT["optional-dependencies"].items()}


def is_type_checking(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imported(node):
    """Yield the packages that *node* imports, by statement or by `import_module("name")`."""
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.module.partition(".")[0]
        elif isinstance(child, ast.Call) and ast.unparse(child.func).endswith("import_module"):
            name = child.args[0]
            yield name.value.partition(".")[0] if isinstance(name, ast.Constant) else "sys"
        yield from imported(child)


def distributions_of(packages):
    known = packages_distributions()
    return {known[name][0].lower().replace("_", "-") for name in packages}


def imports_of(path):
    tree = ast.parse(path.read_text("utf-8"))
    return set(imported(tree)) - sys.stdlib_module_names - {"agentsflare_kimi"}


USES = {
    path.relative_to(ROOT / "agentsflare_kimi").as_posix(): names
    for path in sorted((ROOT / "agentsflare_kimi").rglob("*.py"))
    if (names := imports_of(path))
}


@pytest.mark.parametrize("module", USES)
def test_what_is_imported_is_declared(module):
    allowed = set(DECLARED)
    for extra, places in PLACES.items():
        if module.startswith(places):
            allowed |= EXTRAS[extra]
    allowed |= {name for name, places in BROUGHT_ALONG.items() if module in places}

    used = distributions_of(USES[module])
    assert used <= allowed, f"{module} imports what pyproject.toml does not declare for it"


def test_what_is_declared_for_all_is_imported_somewhere():
    used = distributions_of(set().union(*USES.values()))

    assert used >= DECLARED
