"""The data of a language: its syntax, and how to recognize its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentsflare_kimi.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsflare_kimi.lint.sources.lexer import Form

__all__ = ["Language"]


class Language(NamedTuple):
    """One language, with everything that readers and rules know about it.

    Attributes:
        name: Its name, which is also its module's.
        suffixes: Its file suffixes, separated by spaces.
        filenames: Lower-case names of its files without such a suffix.
        tags: Tags of its fenced blocks, besides its name and suffixes.
        reader: The kind of document that reads it.
        forms: Its strings and comments.
        signs: Characters of which every opening of a form contains one.
        longest_prefix: The most characters before that one.
        comments: Openings of comments, in files that are read line by line.
        glues: Signs that join a string to something else.
        raw: Openings of strings in which a backslash escapes nothing.
        ends_at_line: Whether a statement ends with its line, unless something continues it.
        goes_on: Whether an operator at a line's end continues the statement.
        touching: Whether adjacent strings are one string.
        is_data: Whether a file holds settings rather than a program.
        has_types: Whether strings may be types.
        has_elements: Whether elements (JSX) are expressions.
        in_lists: Whether a call is a list that begins with the callee, as in Lisp.
        without_brackets: Whether a call needs no brackets: `chat "name", x: 1`.
        is_indented: Whether indentation or a word, not braces, delimits blocks.
        tests: Pattern of the markers that begin test code.
        interpreters: Its interpreters' names in a `#!` line.
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
