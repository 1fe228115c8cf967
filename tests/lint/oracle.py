"""What tree-sitter's grammars make of a text: which words are in strings, in comments, in code."""

import re

import pytest

from agentsflare_kimi.lint.sources.lexer import scan, syntax_of

WORD = re.compile(r"[a-z]{4,}")
GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "java": ("tree_sitter_java", "language"),
    "kotlin": ("tree_sitter_kotlin", "language"),
    "go": ("tree_sitter_go", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "shell": ("tree_sitter_bash", "language"),
    "json": ("tree_sitter_json", "language"),
}
STRINGS = re.compile(
    r"string|heredoc(?!_redirect)|char|rune_literal|template_string|text_block|ansi_c|regex|symbol_array|nowdoc"
)
PROSE = {"jsx_text", "text", "html_text"}
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
    tree_sitter = pytest.importorskip("tree_sitter")
    module, function = GRAMMARS[language]
    grammar = getattr(pytest.importorskip(module), function)()
    return tree_sitter.Parser(tree_sitter.Language(grammar))


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
    if "comment" in node.type or node.type == "hash_bang_line":
        return "#"
    if node.type in PROSE and outer == ".":
        return "p"
    if node.type in INSIDE:
        return "."
    if outer in "s#":
        return outer
    is_string = STRINGS.search(node.type) and node.type not in NOT_STRINGS
    return "s" if is_string and node.is_named else outer


def ours(text, language):
    """Return the same, as the linter's lexer sees it."""
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
    words = [match.span() for match in WORD.finditer(text)]
    return (
        is_whole,
        len(words),
        [(text[a:b], theirs[a:b], own[a:b]) for a, b in words if theirs[a:b] != own[a:b]],
    )
