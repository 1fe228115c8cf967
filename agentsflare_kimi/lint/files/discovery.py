"""Lists the files to read in a directory: asks git, or walks it with the same ignore files.

Imports as little as possible, because every run of the linter loads this. Paths are bytes,
because file names need not be text. Source of the design and its timings: facts/lint.md section 3.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    # Untracked files are reported, but fixed only if named: git could not restore them.
    Origin = Literal["tracked", "untracked", "walked", "named"]

__all__ = ["LEFT_OUT", "TEMPORARY_PREFIX", "is_left_out", "list_files"]

TEMPORARY_PREFIX = b".agentsflare-kimi-"
"""Prefix of a fix's temporary files; a killed run may leave one behind, which is never read."""

LEFT_OUT = frozenset(
    b".direnv .eggs .git .hg .ipynb_checkpoints .jj .mypy_cache .nox .pytest_cache .ruff_cache "
    b".svn .tox .venv __pycache__ __pypackages__ bower_components node_modules site-packages "
    b"vendor venv".split()
)
"""Directories that are skipped unless they are named."""

# Left out only by a walk: git itself knows whether such a directory holds source.
_BUILD_OUTPUT = frozenset((b"build", b"dist", b"target"))


def list_files(
    directory: bytes,
    *,
    respect_gitignore: bool = True,
    fail: Callable[[bytes, str], None] | None = None,
) -> Iterator[tuple[Origin, list[bytes]]]:
    """List the files below a directory in one or two portions.

    Args:
        directory: The directory, even one that a run over its parent would leave out.
        respect_gitignore: Whether to leave out what git ignores.
        fail: Called with each directory that cannot be read, relative to `directory`, and why.

    Yields:
        The origin of the paths, and the paths, relative to `directory`. They may include
        symbolic links, deleted files, directories (submodules) and, if git listed them, files
        that an `.ignore` file or `is_left_out` excludes: checking later the few files that
        matter costs less than checking each one here.
    """
    from agentsflare_kimi.lint.files import git  # noqa: PLC0415  # named files need no listing

    listed: dict[str, list[bytes]] = {}
    is_in_repository = git.find_repository(directory) is not None
    for origin, listing in git.list_files(directory, fail) if is_in_repository else ():
        # During a merge conflict git lists a file once for each side.
        listed[origin] = list(dict.fromkeys(listing.split(b"\0")[:-1]))
        if origin == "tracked" or (origin == "untracked" and respect_gitignore):
            yield origin, listed[origin]
    # Git lists nothing in an ignored directory, but whoever names one wants it read.
    if not any(listed.values()) or not respect_gitignore:
        from agentsflare_kimi.lint.files.walking import walk  # noqa: PLC0415  # git is the rule

        left_out = LEFT_OUT | _BUILD_OUTPUT
        tracked = frozenset(listed.get("tracked", ()))
        walked = walk(directory, left_out, heed=respect_gitignore, fail=fail)
        yield "untracked" if listed else "walked", [name for name in walked if name not in tracked]


def is_left_out(path: bytes, root: bytes) -> bool:
    """Tell whether a file is in a skipped directory, or is a temporary file of a fix.

    Args:
        path: The file.
        root: The directory that was named; its own parents do not count.

    Returns:
        Whether to leave it out.
    """
    *directories, name = path.removeprefix(os.path.join(root, b"")).split(b"/")
    return name.startswith(TEMPORARY_PREFIX) or not LEFT_OUT.isdisjoint(directories)
