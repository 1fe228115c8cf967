"""Finds ended Kimi model names, and the request code around them, in source trees.

Exports are loaded on first use, so that the command line imports only what it needs.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # importing `typing` takes longer than reading a clean file
_MODULES = {
    "config": ("LintConfig",),
    "findings": ("Edit", "Finding", "Fix", "FixResult", "LintReport"),
    "paths": ("lint_paths",),
    "texts": ("fix_text", "lint_text"),
}

if TYPE_CHECKING:
    from types import ModuleType

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.findings import Edit, Finding, Fix, FixResult, LintReport
    from agentsflare_kimi.lint.paths import lint_paths
    from agentsflare_kimi.lint.texts import fix_text, lint_text
else:
    _HOME = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # The command does without either; see the package's own `__getattr__`.
        import typing  # noqa: F401, PLC0415
        from importlib import import_module  # noqa: PLC0415

        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOME})


def module_of(name: str) -> ModuleType:
    """Load a module of the linter, by its name below this one, without loading `importlib`."""
    full_name = f"{__name__}.{name}"
    __import__(full_name)
    return sys.modules[full_name]


__all__ = [
    "Edit",
    "Finding",
    "Fix",
    "FixResult",
    "LintConfig",
    "LintReport",
    "fix_text",
    "lint_paths",
    "lint_text",
]
