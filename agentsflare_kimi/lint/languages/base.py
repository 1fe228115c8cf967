"""The data of a language: its syntax, and how to recognize its files."""

from __future__ import annotations

from types import MappingProxyType

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentsflare_kimi.lint.sources.lexer import Form

__all__ = ["AssembledForm", "Language", "LookUp", "RequestForm", "SdkLimit", "Writing"]


class RequestForm(NamedTuple):
    """How an SDK or an HTTP call of a language takes a request.

    Attributes:
        form: Its form, as in `Body`.
        bracket: The bracket in which the entries are; empty for a builder's chain.
        before: Pattern of the code right before that bracket, or of the builder.
        callee: Pattern of the call whose argument it is; empty if the bracket is the call's own.
        needs: Pattern of what the text must contain.
        lacks: Pattern of what it must not contain.
        alternates: Whether keys and values are arguments in turn: `Map.of("model", name)`.
    """

    form: str
    bracket: str
    before: str
    callee: str = ""
    needs: str = ""
    lacks: str = r"(?!)"
    alternates: bool = False


class AssembledForm(NamedTuple):
    """How a language gives a request to a variable, and sends that.

    Attributes:
        form: The form of the request, as in `Body`.
        bound: Pattern of the code before the bracket of a request that `name` is given.
        sent: Pattern of the code before a variable that is sent; a comma stands for each
            argument before it.
        declared: Pattern of the statement, from its variable on, that makes an empty one.
    """

    form: str
    bound: str
    sent: str = r"(?:[(,:=&>]|\breturn)\s*\Z"
    declared: str = ""


class LookUp(NamedTuple):
    """How a program reads a variable of the environment.

    Attributes:
        form: The expression, with `{}` for the variable's name.
        needs: Pattern of what the program must contain.
        imports: The statement that it must have, and that may be added.
    """

    form: str
    needs: str = ""
    imports: str = ""


class SdkLimit(NamedTuple):
    """A library that cannot send `thinking`, or not from where the model is named.

    Sources, as of November 2026: sashabaranov/go-openai issue 1025 (open: no further fields);
    64bit/async-openai pull request 342 (`create_byot` takes any JSON) and 382 (closed: no further
    fields); openai/openai-dotnet pull request 736 (`Patch` of `ChatCompletionOptions`);
    aallam/openai-kotlin `ChatCompletionRequest.kt` (no such field).

    Attributes:
        sign: Pattern of the code that shows the library.
        advice: What to do by hand.
    """

    sign: str
    advice: str


class Writing(NamedTuple):
    """How a fix writes an entry, a mapping and a statement.

    Attributes:
        mapping: The brackets of a mapping, and what makes it one; empty if the request decides.
        pair: A key and its value in it.
        has_bare_keys: Whether keys may have no quotes.
        has_rockets: Whether `=>` may stand between a key and its value.
        has_one_quote: Whether only double quotes make strings.
        constants: Its spelling of Python's constants.
        statement_end: What ends a statement.
        imports: The classes that a builder's further field needs.
    """

    mapping: str = ""
    pair: str = ""
    has_bare_keys: bool = False
    has_rockets: bool = False
    has_one_quote: bool = False
    constants: Mapping[str, str] = MappingProxyType(
        {"True": "true", "False": "false", "None": "null"}
    )
    statement_end: str = ";"
    imports: Sequence[str] = ()


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
        default_sign: A sign between a parameter and its default, as in Nix and Elixir.
        formatted: First characters of strings in which braces hold code.
        verbatim: A character that opens strings in which a doubled quote stands for one quote.
        clauses: Words before an equals sign that tell whether it assigns or compares.
        blocks_are_arguments: Whether a block after a call belongs to the call, as in Ruby.
        pairs_with_equals: Whether `=` stands between keys and values in braces.
        has_arrow_functions: Whether `=>` may begin a function's result.
        holds_variables: Whether a file sets variables of the environment.
        body: How a program writes a request for its SDK: `keywords`, `object` or `typed`.
        requests: How further SDKs and calls take one.
        assembled: How variables hold one before it is sent.
        writes: How a fix writes code.
        looks_up: How a program reads a variable of the environment.
        limits: Libraries that cannot send `thinking`.
        extra_field: How to send a field that the SDK has no argument for; `…` stands for its
            value, a method's name for a call of it. Empty for settings, which a program reads
            that builds the request. Sources: the READMEs of openai-python, openai-node,
            openai-java, openai-go, openai-dotnet, openai-php/client, ruby-openai, async-openai.
        argument_sign: What stands between an argument's or an entry's name and its value.
        parsed_as: What a fixed text is parsed as, to check it: `json`, `python` or nothing.
        has_our_client: Whether this package offers a client for it.
        is_often_bundled: Whether tools write programs of it in few long lines.
        is_shell: Whether a file is a script of a shell.
        is_prose: Whether nothing in a file is a value.
        is_unknown: Whether nothing is known about a file.
        keeps_keys: Whether keys belong in a file, unless git tracks it.
        tells_prose: Whether the reader tells values from prose.
        has_samples: Whether the programs in a file have nothing to do with each other.
        has_tables: Whether lines `[name]` begin tables.
        has_rows: Whether parentheses hold the columns of a row: `VALUES ('key', 'value')`.
        has_match_operator: Whether `=` and arrows match a pattern, as in Elixir.
        has_capital_methods: Whether the names of methods begin with a capital letter.
        omits_values: Whether `name:` alone stands for `name: name`.
        expects: The sign after a call that a test expects, as in Spock's `>>`.
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
    default_sign: str = ""
    formatted: str = ""
    verbatim: str = ""
    clauses: Mapping[str, Literal["assigned", "compared"]] = MappingProxyType({})
    blocks_are_arguments: bool = False
    pairs_with_equals: bool = False
    has_arrow_functions: bool = True
    holds_variables: bool = False
    body: str = ""
    requests: Sequence[RequestForm] = ()
    assembled: Sequence[AssembledForm] = ()
    writes: Writing = Writing()
    looks_up: LookUp | None = None
    limits: Sequence[SdkLimit] = ()
    extra_field: str = '"{name}": {{…}}'
    argument_sign: str = ": "
    parsed_as: str = ""
    has_our_client: bool = False
    is_often_bundled: bool = False
    is_shell: bool = False
    is_prose: bool = False
    is_unknown: bool = False
    keeps_keys: bool = False
    tells_prose: bool = True
    has_samples: bool = False
    has_tables: bool = False
    has_rows: bool = False
    has_match_operator: bool = False
    has_capital_methods: bool = False
    omits_values: bool = False
    expects: str = ""
