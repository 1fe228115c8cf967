"""What a language is: how it writes comments, strings, pairs and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsflare_kimi.lint.sources.lexer import Form

__all__ = ["Language"]


class Language(NamedTuple):
    """One language; everything that the readers and rules know of it stands here.

    Attributes:
        name: Its name, which is also its module's.
        suffixes: Of its files, separated by spaces.
        filenames: Lower-case names of files without a telling suffix.
        tags: Names of fenced blocks, beside its name and suffixes.
        reader: The kind of document that reads it.
        forms: Its strings and comments.
        signs: Characters, one of which is in every opening of a form.
        longest_prefix: How many characters may stand before that one.
        comments: In files that are read line by line: what begins a comment.
        glues: Signs that join a string with something else.
        raw: Openings of strings in which a backslash is nothing but a backslash.
        ends_at_line: Whether a statement ends with its line, unless something keeps it open.
        goes_on: Whether an operator at a line's end keeps the statement open.
        touching: Whether strings that stand side by side are one string.
        is_data: Whether a file holds settings rather than a program.
        has_types: Whether strings may be types.
        has_elements: Whether tags with attributes are expressions.
        in_lists: Whether calls are lists that begin with the callee, as in Lisp.
        without_brackets: Whether a call needs no brackets: `chat "name", x: 1`.
        is_indented: Whether blocks are set off by blanks or end with a word, and not by braces.
        tests: Pattern of what makes the code after it test code.
        interpreters: Names in a `#!` line.
    """

    name: str
    suffixes: str = ""
    filenames: str = ""
    tags: str = ""
    reader: str = "code"
    forms: Sequence[Form] = ()
    signs: str = ""
    longest_prefix: int = 0
    comments: str = "#"
    glues: str = "+"
    raw: str = ""
    ends_at_line: bool = True
    goes_on: bool = True
    touching: bool = False
    is_data: bool = False
    has_types: bool = False
    has_elements: bool = False
    in_lists: bool = False
    without_brackets: bool = False
    is_indented: bool = False
    tests: str = ""
    interpreters: str = ""
