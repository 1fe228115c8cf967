"""Fixes a file, and checks the result before writing it."""

from __future__ import annotations

import json
import os
import warnings
from functools import partial

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint import texts
from agentsflare_kimi.lint.edits.applying import apply_chosen, apply_fixes
from agentsflare_kimi.lint.files.decoding import DecodedText, decode
from agentsflare_kimi.lint.files.regular_files import NotWrittenError, read_regular_file
from agentsflare_kimi.lint.files.writing import replace_content
from agentsflare_kimi.lint.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.edits.applying import Choose
    from agentsflare_kimi.lint.findings import FixResult

__all__ = ["FixedFile", "fix_file"]


class FixedFile(NamedTuple):
    """A file before and after its fixes.

    Attributes:
        before: Its text, as read.
        result: Its fixed text, the fixed findings and the remaining ones.
        links: The number of its hard links.
    """

    before: str
    result: FixResult
    links: int


def fix_file(
    path: bytes,
    config: LintConfig,
    *,
    unsafe: bool,
    write: bool,
    choose: Choose | None = None,
    is_tracked: bool = False,
) -> FixedFile:
    """Fix the findings in a file that can be fixed.

    Args:
        path: The file; a symbolic link is resolved.
        config: The settings for the file.
        unsafe: Whether to apply unsafe fixes as well.
        write: Whether to replace the file, or only to return its new text.
        choose: Decides on each fix, safe or not; by default all permitted fixes are applied.
        is_tracked: Whether git tracks the file.

    Returns:
        The file before and after.

    Raises:
        NotWrittenError: The file was left unchanged; the message says why.
        OSError: The file could not be read or written, and is unchanged.
    """
    filename = os.fsdecode(path)
    content, state = read_regular_file(os.path.realpath(path))
    source = decode(content, filename)
    if source is None:
        raise NotWrittenError("not a text file")
    lint = partial(texts.lint_text, filename=filename, config=config, is_tracked=is_tracked)
    language = language_of(filename, source.text)
    if choose:
        result = apply_chosen(source.text, lint, language, choose)
    else:
        result = apply_fixes(source.text, lint, language, unsafe=unsafe)
    if result.text != source.text:
        after = _encode(source, result.text)
        _check(filename, source.text, result.text)
        if write:
            replace_content(path, content, after)
    return FixedFile(before=source.text, result=result, links=state.st_nlink)


def _encode(source: DecodedText, text: str) -> bytes:
    try:
        return source.encode(text)
    except UnicodeEncodeError as error:
        raise NotWrittenError(f"its encoding, {source.encoding}, lacks a letter") from error


def _check(filename: str, before: str, after: str) -> None:
    """Refuse a fix that breaks a file which parsed before.

    Raises:
        NotWrittenError: `before` parses and `after` does not.
    """
    parse = _PARSERS.get(os.path.splitext(filename)[1])
    if parse is None or not _parses(parse, before):
        return
    if not _parses(parse, after):
        raise NotWrittenError("the fix would break its syntax; please report this")


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parse(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _compile(text: str) -> object:
    # Compiles without running; the parser alone would accept a repeated keyword.
    return compile(text, "<fixed>", "exec", dont_inherit=True)


_PARSERS = {".py": _compile, ".pyi": _compile, ".json": json.loads, ".ipynb": json.loads}
