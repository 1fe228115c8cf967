"""Who may import whom: never upwards, never sideways between products, never in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import agentsflare_kimi

ROOT = Path(agentsflare_kimi.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PRODUCTS = {"cli", "lint", "emulator", "testing"}
# What reads no network and loads no SDK, and so may serve the linter and the emulator.
PURE = {
    "catalog",
    "migration",
    "rules",
    "changes",
    "wording",
    "printable",
    "errors",
    "base_url",
    "values",
}
ALLOWED_PRODUCTS = {
    "cli": {"cli", "lint", "emulator"},
    "__main__": {"cli"},
    "lint": {"lint"},
    "emulator": {"emulator"},
    "testing": {"emulator"},
}


def name_of(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    return ([*module.split("."), ""])[1]


def is_type_checking(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(node, *, deep):
    """Yield what *node* imports: everything (deep), or only what importing it loads."""
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            for each in child.orelse:
                yield from imports(ast.Module([each], []), deep=deep)
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                submodule = f"{child.module}.{alias.name}"
                yield submodule if submodule in NAMES else child.module
        elif deep or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(child, deep=deep)


NAMES = {name_of(path) for path in MODULES}
TREES = {name_of(path): ast.parse(path.read_text("utf-8")) for path in MODULES}


def ours(module, *, deep):
    found = imports(TREES[module], deep=deep)
    return {name for name in found if name.startswith("agentsflare_kimi") and name != module}


@pytest.mark.parametrize("module", sorted(NAMES - {"agentsflare_kimi"}))
def test_no_module_reaches_into_a_product_that_is_not_its_business(module):
    rooms = {room_of(name) for name in ours(module, deep=True)}

    assert rooms & PRODUCTS <= ALLOWED_PRODUCTS.get(room_of(module), set())
    if room_of(module) in {"lint", "emulator"}:
        assert rooms - PRODUCTS <= PURE | {""}


def test_importing_never_goes_in_a_circle():
    graph = {name: ours(name, deep=False) - {"agentsflare_kimi"} for name in NAMES}

    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_short(path):
    # The SDK's private hooks stand in one module, however many there are.
    longest = 500 if path.name == "sdk.py" else 300
    assert len(path.read_text("utf-8").splitlines()) <= longest


def test_no_module_imports_the_http_library_of_one_sdk_generation():
    for module, tree in TREES.items():
        assert not {"httpx", "httpx2"} & set(imports(tree, deep=True)), module


def test_private_names_of_the_sdk_are_used_in_one_module():
    for module, tree in TREES.items():
        private = [name for name in imports(tree, deep=True) if name.startswith("openai._")]
        assert not private or module == "agentsflare_kimi.sdk", (module, private)


def test_the_documentation_names_every_module_of_the_row():
    page = (ROOT.parent / "docs" / "architecture.md").read_text("utf-8")
    row = {path.name for path in ROOT.glob("*.py")} - {"__init__.py"}

    assert {name for name in row if f"`{name}`" not in page} == set()
