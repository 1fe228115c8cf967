"""Decides what happens to a file that contains a needle: left out, skipped, or linted."""

from __future__ import annotations

import os
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint import texts
from agentsflare_kimi.lint.config import LintConfigError
from agentsflare_kimi.lint.files import upwards
from agentsflare_kimi.lint.files.decoding import decode
from agentsflare_kimi.lint.files.origins import why_left_out
from agentsflare_kimi.lint.files.packing import pack
from agentsflare_kimi.lint.files.scanning import too_large
from agentsflare_kimi.lint.files.settings_files import settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.files.scanning import Outcome

__all__ = ["forget", "judge_listed", "judge_named", "settings_if_read"]


def judge_named(
    path: bytes, content: bytes, options: Mapping[str, object] | LintConfig
) -> Outcome | None:
    """Lint a file that the user named.

    Args:
        path: The file.
        content: Its content.
        options: The complete settings, or overrides for those of the nearest settings file.

    Returns:
        What to report; None for nothing.
    """
    try:
        settings = settings_for(os.fsdecode(path), options)
    except LintConfigError as error:
        return path, "failed", str(error)
    if settings.is_excluded and settings.config.force_exclude:
        return None
    return _lint(path, content, settings.config, is_tracked=_is_env_tracked(path)) or (
        (path, "skipped", "not a text file") if decode(content, "") is None else None
    )


def judge_listed(
    root: bytes,
    path: bytes,
    content: bytes,
    options: Mapping[str, object] | LintConfig,
    *,
    is_tracked: bool,
) -> Outcome | None:
    """Lint a file that was found in a directory.

    Args:
        root: The directory.
        path: The file.
        content: Its content.
        options: The complete settings, or overrides for those of the nearest settings file.
        is_tracked: Whether git tracks the file.

    Returns:
        What to report; None for nothing.
    """
    try:
        config = settings_if_read(root, path, options)
    except LintConfigError as error:
        return path, "failed", str(error)
    return _lint(path, content, config, is_tracked=is_tracked) if config else None


def settings_if_read(
    root: bytes, path: bytes, options: Mapping[str, object] | LintConfig
) -> LintConfig | None:
    """Find the settings for a file that was found in a directory.

    Args:
        root: The directory.
        path: The file.
        options: The complete settings, or overrides for those of the nearest settings file.

    Returns:
        The settings for the file; None if it is left out.

    Raises:
        LintConfigError: A settings file cannot be read or is invalid.
    """
    from agentsflare_kimi.lint.files.discovery import is_left_out  # noqa: PLC0415  # not for named files

    if is_left_out(path, root):
        return None
    settings = settings_for(os.fsdecode(path), options, os.fsdecode(root))
    if settings.is_excluded or not _is_inside(root, os.path.dirname(path)):
        return None
    if settings.config.respect_gitignore and _is_ignored(os.path.abspath(path)):
        return None
    return settings.config


def forget() -> None:
    """Drop what is cached about links and ignore files."""
    for remembered in (_may_be_ignored, _has_ignore_file, _is_inside):
        remembered.cache_clear()


def _defect(error: Exception) -> str:
    import traceback  # noqa: PLC0415  # never needed, one hopes

    # Not the message: it may quote the file, including a key.
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)} line {last.lineno}"
    return f"a defect of the linter ({type(error).__name__} in {place}); please report it"


def _is_ignored(path: bytes) -> bool:
    if not _may_be_ignored(os.path.dirname(path)):
        return False
    from agentsflare_kimi.lint.files.walking import is_named_by_ignore_files  # noqa: PLC0415  # rare

    return is_named_by_ignore_files(path)


@cache
def _may_be_ignored(directory: bytes) -> bool:
    """Tell whether this directory or one above it has an `.ignore` file."""
    return any(map(_has_ignore_file, upwards(directory)))


@cache
def _has_ignore_file(directory: bytes) -> bool:
    return os.path.lexists(os.path.join(directory, b".ignore"))


@cache
def _is_inside(root: bytes, directory: bytes) -> bool:
    # A directory that git tracks may since have been replaced by a symbolic link.
    top = os.path.join(os.path.realpath(root), b"")
    return os.path.join(os.path.realpath(directory), b"").startswith(top)


def _is_env_tracked(path: bytes) -> bool:
    """Ask git whether it tracks an `.env` file, because a rule depends on that."""
    if not os.path.basename(path).startswith(b".env"):
        return False
    from agentsflare_kimi.lint.files import git  # noqa: PLC0415  # other files need none

    return git.is_tracked(path)


def _lint(path: bytes, content: bytes, config: LintConfig, *, is_tracked: bool) -> Outcome | None:
    filename = os.fsdecode(path)
    source = decode(content, filename)
    if source is None:
        return None
    if len(content) > config.max_file_size:
        return path, "skipped", too_large(len(content), config.max_file_size)
    try:
        findings = texts.lint_text(source.text, filename, config, is_tracked=is_tracked)
    except (RecursionError, MemoryError):
        return path, "skipped", "nested too deeply"
    except Exception as error:  # noqa: BLE001  # said, and the other files are still linted
        return path, "failed", _defect(error)
    if not findings and (reason := why_left_out(filename, source.text)).startswith("a bundle"):
        return path, "skipped", reason
    return (path, "found", pack(findings)) if findings else None
