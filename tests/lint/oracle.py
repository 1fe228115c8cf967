"""What tree-sitter's grammars make of a text: which words are in strings, in comments, in code."""

import re

from tree_sitter_language_pack import get_parser

from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.sources import read
from agentsflare_kimi.lint.sources.lexer import scan, syntax_of

WORD = re.compile(r"[a-z]{4,}")
# Named otherwise by tree-sitter, or read by the grammar of a language that is written alike.
NAMES = {"shell": "bash", "page": "html", "env": "bash"}
STRINGS = re.compile(
    r"string|heredoc(?!_redirect)|char|rune_literal|template_string|text_block|ansi_c|regex|symbol_array|nowdoc|str_lit|quoted_content"
)
PROSE = {"jsx_text", "text", "html_text"}
COMMENTS = {"hash_bang_line", "marginalia"}
# Strings where they are quoted: values of SQL, atoms of Erlang.
QUOTABLE = {"literal", "atom"}
# Code inside a string.
INSIDE = {
    "interpolation",
    "template_substitution",
    "command_substitution",
    "interpolated_expression",
    "string_interpolation",
}
# Named after strings, and none.
NOT_STRINGS = {"string_type", "string_array_type", "predefined_type", "character_class_type"}


def parser_of(language):
    return get_parser(NAMES.get(language, language))


def classes(text, language):
    """Return whether it parses, and the class of each byte: code, string, comment or prose."""
    data = text.encode()
    tree = parser_of(language).parse(data)
    marks = bytearray(b"." * len(data))
    stack = [(tree.root_node, ".")]
    while stack:
        node, outer = stack.pop()
        mark = _mark(node, outer)
        marks[node.start_byte : node.end_byte] = mark.encode() * (node.end_byte - node.start_byte)
        stack += [(child, mark) for child in node.children]
    return not tree.root_node.has_error, marks.decode()


def _mark(node, outer):
    kind = node.type.lower()
    if "comment" in kind or kind in COMMENTS:
        return "#"
    if node.type in PROSE and outer == ".":
        return "p"
    if node.type in INSIDE:
        return "."
    if outer in "s#":
        return outer
    is_quoted = node.type in QUOTABLE and node.text[:1] in b"'\""
    is_string = is_quoted or (STRINGS.search(node.type) and node.type not in NOT_STRINGS)
    return "s" if is_string and node.is_named else outer


def ours(text, language):
    """Return the same, as the linter's lexer sees it; of other readers what is a comment."""
    if not load(language).forms:
        document = read(text, language)
        return "".join(".#"[document.comment_end(at) is not None] for at in range(len(text)))
    syntax = syntax_of(language)
    marks = ["."] * len(text)
    for region in scan(text, syntax):
        mark = {"comment": "#", "prose": "p"}.get(region.kind, "s")
        marks[region.start : region.end] = mark * (region.end - region.start)
    return "".join(marks)


def disagreements(text, language):
    """Compare both word by word; the text must be ASCII, so that bytes are code points."""
    is_whole, theirs = classes(text, language)
    own = ours(text, language)
    if not load(language).forms:
        theirs = re.sub("[^#]", ".", theirs)
    words = [match.span() for match in WORD.finditer(text)]
    return (
        is_whole,
        len(words),
        [(text[a:b], theirs[a:b], own[a:b]) for a, b in words if theirs[a:b] != own[a:b]],
    )
