"""The data of a language: its syntax, and how to recognize its files."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from agentsflare_kimi.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentsflare_kimi.lint.sources.lexer import Form

__all__ = ["Language", "RequestForm"]


class RequestForm(NamedTuple):
    """How an SDK or an HTTP call of a language takes a request.

    Attributes:
        form: Its form, as in `Body`.
        bracket: The bracket in which the entries are; empty for a builder's chain.
        before: Pattern of the code right before that bracket, or of the builder.
        callee: Pattern of the call whose argument it is; empty if the bracket is the call's own.
        needs: Pattern of what the text must contain.
        lacks: Pattern of what it must not contain.
    """

    form: str
    bracket: str
    before: str
    callee: str = ""
    needs: str = ""
    lacks: str = r"(?!)"


class Language(NamedTuple):
    """One language, with everything that readers and rules know about it.

    Attributes:
        name: Its name, which is also its module's.
        suffixes: Its file suffixes, separated by spaces.
        filenames: Lower-case names of its files without such a suffix.
        tags: Tags of its fenced blocks, besides its name and suffixes.
        reader: The module and class in `sources` that read it.
        forms: Its strings and comments.
        signs: Characters; every opening of a form contains one of them.
        longest_prefix: The most characters before that character.
        comments: Pattern of what begins a line's comment, in files that are read line by line.
        blocks: Pattern of the code blocks in a text, with the groups `code` and, if any, `tag`.
        lead: Pattern of the line before such a block that sends it: its method and URL.
        blocks_language: The language of blocks without a tag; guessed if empty.
        glues: Signs that join a string to something else.
        methods: A sign before the name of a method, which other languages put after a key.
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
        formatted: First characters of strings in which braces hold code.
        verbatim: A character that opens strings in which a doubled quote stands for one quote.
        clauses: Words before an equals sign that tell whether it assigns or compares.
        blocks_are_arguments: Whether a block after a call belongs to the call, as in Ruby.
        pairs_with_equals: Whether `=` stands between keys and values in braces.
        has_arrow_functions: Whether `=>` may begin a function's result.
        holds_variables: Whether a file sets variables of the environment.
        body: How a program writes a request for its SDK: `keywords`, `object` or `typed`.
        requests: How further SDKs and calls take one.
    """

    name: str
    suffixes: str = ""
    filenames: str = ""
    tags: str = ""
    reader: str = "code.CodeDocument"
    forms: Sequence[Form] = ()
    signs: str = ""
    longest_prefix: int = 0
    comments: str = "#"
    blocks: str = ""
    lead: str = ""
    blocks_language: str = ""
    glues: str = "+"
    methods: str = ""
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
    formatted: str = ""
    verbatim: str = ""
    clauses: Mapping[str, Literal["assigned", "compared"]] = MappingProxyType({})
    blocks_are_arguments: bool = False
    pairs_with_equals: bool = False
    has_arrow_functions: bool = True
    holds_variables: bool = False
    body: str = ""
    requests: Sequence[RequestForm] = ()
