"""Who may import whom: never upwards, never sideways between rooms, never in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import agentsflare_kimi

ROOT = Path(agentsflare_kimi.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
# From the ground to the roof; a module imports from its own floor and from those below it.
FLOORS = (
    {"fast_typing"},
    {"frozen_mapping", "pickling", "printable"},
    {"errors"},
    {"models", "base_url", "env_file", "variables"},
    {"reading", "settings"},
    {"calling"},
    {"client", "options"},
    {"lint", "emulator", "proxy", "batch"},
    {"testing", "cli"},
    {"__main__"},
)
# Neighbours on one floor know nothing of each other, but for these.
BESIDE = {"client": {"options"}}
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# The linter and the emulator run without an SDK, so they use nothing that loads one.
PURE = {"frozen_mapping", "fast_typing", "printable", "errors", "base_url", "models"}
# Modules that load none either, though their rooms do.
PURE_MODULES = {"agentsflare_kimi.reading.lenient"}
LIGHT = {"lint", "emulator"}
LINES_OF_A_SCREEN = 50
LINES_OF_A_MODULE = 300
LINES_OF_THE_READERS = 3_000
# Where the private parts of the SDK may be touched, and what of its request options is private.
HOOKS = "agentsflare_kimi.calling.sdk"
REQUEST_OPTIONS = {"json_data", "extra_json", "post_parser"}


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
def test_imports_go_down(module):
    room = room_of(module)
    others = {room_of(name) for name in ours(module, deep=True)} - {room, ""}
    above = {other for other in others if FLOOR_OF[other] > FLOOR_OF[room]}
    beside = {other for other in others if FLOOR_OF[other] == FLOOR_OF[room]}

    assert above == set()
    assert beside <= BESIDE.get(room, set())


@pytest.mark.parametrize("room", sorted(LIGHT))
def test_linter_and_emulator_use_nothing_that_loads_an_sdk(room):
    modules = [name for name in NAMES if room_of(name) == room]
    used = {other for name in [*modules, *PURE_MODULES] for other in ours(name, deep=True)}

    assert {room_of(other) for other in used - PURE_MODULES} <= PURE | {room, ""}


@pytest.mark.parametrize("module", sorted(name for name in NAMES if room_of(name) == "lint"))
def test_linter_takes_from_fast_typing_what_it_needs_at_run_time(module):
    # `Final` and what only annotations name is imported from `typing` below `if TYPE_CHECKING:`.
    assert "typing" not in imports(TREES[module], deep=False)


def test_importing_never_goes_in_a_circle():
    # A function's imports count as well: they only put the circle off.
    graph = {name: ours(name, deep=True) - {"agentsflare_kimi"} for name in NAMES}

    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= LINES_OF_A_MODULE


def test_the_linters_readers_stay_small():
    modules = (ROOT / "lint" / "sources").glob("*.py")
    lines = sum(len(module.read_text("utf-8").splitlines()) for module in modules)

    assert lines <= LINES_OF_THE_READERS


def chooses_by_language(node):
    """Tell whether code compares a language's name, or looks it up in a table of its own."""
    if isinstance(node, ast.Compare):
        compared = [node.left, *node.comparators]
    elif isinstance(node, ast.Subscript):
        compared = [node.slice]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        compared = node.args if node.func.attr == "get" else []
    else:
        return False
    return any(ast.unparse(each).endswith(("language", "language.name")) for each in compared)


@pytest.mark.parametrize("folder", ["edits", "evidence", "requests", "rules"])
def test_what_a_language_is_stands_in_its_data_file(folder):
    chosen = {
        f"{module}:{node.lineno}"
        for module, tree in TREES.items()
        if module.startswith(f"agentsflare_kimi.lint.{folder}.")
        for node in ast.walk(tree)
        if chooses_by_language(node)
    }

    assert chosen == set()


def test_no_module_imports_the_http_library_of_one_sdk_generation():
    for module, tree in TREES.items():
        assert not {"httpx", "httpx2"} & set(imports(tree, deep=True)), module


def test_private_names_of_the_sdk_are_used_beside_its_hooks_only():
    for module, tree in TREES.items():
        private = [name for name in imports(tree, deep=True) if name.startswith("openai._")]
        assert not private or module.startswith(HOOKS), (module, private)


def test_private_request_options_are_read_in_one_module():
    for module, tree in TREES.items():
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not used & REQUEST_OPTIONS or module == f"{HOOKS}_options", module


def test_the_documentation_fits_on_a_screen_and_names_every_room():
    page = (ROOT.parent / "docs" / "architecture.md").read_text("utf-8")
    rooms = {path.name for path in ROOT.glob("*.py")} - {"__init__.py"}
    rooms |= {f"{path.parent.name}/" for path in ROOT.glob("*/__init__.py")}

    assert {name for name in rooms if f"`{name}`" not in page} == set()
    assert len(page.splitlines()) <= LINES_OF_A_SCREEN
