"""Which files of a directory are read: git's own list, or a walk that heeds the same ignore files.

Imports next to nothing: every run of the linter loads this. Paths are bytes, because file
names need not be text. Source of the design and its timings: facts/lint.md section 3.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # `typing` would cost more than a clean file does
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    # Untracked files are reported, but only fixed when named: no commit could bring them back.
    Origin = Literal["tracked", "untracked", "walked", "named"]

__all__ = ["LEFT_OUT", "TEMPORARY_PREFIX", "is_left_out", "list_files"]

TEMPORARY_PREFIX = b".agentsflare-kimi-"
"""How the names of fixes in the making begin; a killed run may leave one, which is never read."""

LEFT_OUT = frozenset(
    b".direnv .eggs .git .hg .ipynb_checkpoints .jj .mypy_cache .nox .pytest_cache .ruff_cache "
    b".svn .tox .venv __pycache__ __pypackages__ bower_components node_modules site-packages "
    b"vendor venv".split()
)
"""Directories that are not entered unless they are named."""

# Where git tells what is source, a directory of such a name may well be.
_BUILD_OUTPUT = frozenset((b"build", b"dist", b"target"))


def list_files(
    directory: bytes,
    *,
    respect_gitignore: bool = True,
    fail: Callable[[bytes, str], None] | None = None,
) -> Iterator[tuple[Origin, list[bytes]]]:
    """List the files below a directory in one or two portions.

    Args:
        directory: The directory; also one that a run over its parent would leave out.
        respect_gitignore: Whether what git ignores is left out.
        fail: Called with each directory that cannot be read, relative to `directory`, and why.

    Yields:
        Where the paths come from, and the paths, relative to `directory`. Symbolic links,
        deleted files, directories (submodules) and, where git listed them, files that an
        `.ignore` file names or `is_left_out` tells of may be among them: looking at the few
        that matter later costs less than looking at each.
    """
    from agentsflare_kimi.lint.files import git  # noqa: PLC0415  # named files need no listing

    listed: dict[str, list[bytes]] = {}
    is_in_repository = git.find_repository(directory) is not None
    for origin, listing in git.list_files(directory, fail) if is_in_repository else ():
        # After a merge conflict git names a file once for each side.
        listed[origin] = list(dict.fromkeys(listing.split(b"\0")[:-1]))
        if origin == "tracked" or (origin == "untracked" and respect_gitignore):
            yield origin, listed[origin]
    # Of an ignored directory git lists nothing, but to name it is to ask for what is in it.
    if not any(listed.values()) or not respect_gitignore:
        from agentsflare_kimi.lint.files.walking import walk  # noqa: PLC0415  # git is the rule

        left_out = LEFT_OUT | _BUILD_OUTPUT
        tracked = frozenset(listed.get("tracked", ()))
        walked = walk(directory, left_out, heed=respect_gitignore, fail=fail)
        yield "untracked" if listed else "walked", [name for name in walked if name not in tracked]


def is_left_out(path: bytes, root: bytes) -> bool:
    """Tell whether a file is in a directory that is not entered, or is a fix in the making.

    Args:
        path: The file.
        root: The directory that was named; what lies above it does not count.

    Returns:
        Whether it is to be left out.
    """
    *directories, name = path.removeprefix(os.path.join(root, b"")).split(b"/")
    return name.startswith(TEMPORARY_PREFIX) or not LEFT_OUT.isdisjoint(directories)
