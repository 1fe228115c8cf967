"""Finds names beside signs and brackets: the target of a value, the call or block around it."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.tree import BINDS, Token, Tree, is_word

if TYPE_CHECKING:
    from collections.abc import Sequence
__all__ = [
    "DOTS",
    "KEYWORDS",
    "callee_at",
    "code_before",
    "content_at",
    "end_of_value",
    "head_of",
    "holds_parameters",
    "is_definition",
    "is_looped_over",
    "name_before",
    "name_of_head",
    "past_generics",
    "tag_around",
    "target_of",
    "word_at",
    "words_before",
]

DOTS = frozenset({".", "?.", "->", "::", "&."})
"""What joins a name to what it belongs to."""

KEYWORDS = frozenset(
    "if elif while for until unless switch match return in and or not yield await case when is "  # noqa: SIM905  # words read best as words
    "else throw raise print puts echo with assert del typeof new catch except IN VALUES values "
    "and&& where WHERE const var let type".split()
)
_DEFINES = frozenset(
    "def defp fn func fun function sub proc method constructor init lambda".split()  # noqa: SIM905  # same
)
# In Go and Bicep the type follows the name.
_PRIMITIVES = frozenset({"string", "String", "str", "text"})


def target_of(tree: Tree, tokens: Sequence[Token], place: int) -> str:
    """Return the name on the left of an equals sign, without its type."""
    index = place - 1
    while index >= 0:
        text = tokens[index].text
        is_annotation = text in {":", "?:"} and index > 0
        if is_annotation and tokens[index - 1].text not in {"$env", "env"}:
            return name_before(tree, tokens, index)
        is_in_type = text == STRING and tree.language.has_types
        if text in {",", "=", ";", "=>", STRING, "<"} - (
            {STRING} if is_in_type else set[str]()
        ) or text in BINDS - {":"}:
            break
        index -= 1
    return name_before(tree, tokens, place)


def name_before(tree: Tree, tokens: Sequence[Token], place: int) -> str:  # noqa: PLR0911  # one case after the other
    """Return the name right before a sign: a word, a string, or the content of brackets."""
    index = place - 1
    while index >= 0 and tokens[index].text in {"?", "!", "*", "&", "+", "|", "\\"}:
        index -= 1
    if index < 0:
        return ""
    token = tokens[index]
    if token.text == STRING:
        return content_at(tree, token.start)
    if token.text == "[":
        inside = tree.parts_of(token.start)
        if len(inside) == 1 and tree.source.text[inside[0].start] in "\"'`:":
            return content_at(tree, inside[0].start) or word_at(tree.tokens(inside[0]), -1)
        touches = index and tokens[index - 1].end == token.start and is_word(tokens[index - 1].text)
        if inside and not touches:
            # `const [model, setModel] = `
            return word_at(tree.tokens(inside[0]), 0)
        return tokens[index - 1].text if index else ""
    if token.text == "{" and index and tokens[index - 1].text == "->":
        # `$options->{model}`
        return tree.source.text[token.start + 1 : token.end - 1].strip("\"' ")
    if token.text in {"(", "{"}:
        return tokens[index - 1].text if index and is_word(tokens[index - 1].text) else ""
    if token.text in _PRIMITIVES and index and is_word(tokens[index - 1].text):
        index -= 1
    return word_at(tokens, index)


def word_at(tokens: Sequence[Token], index: int) -> str:
    """Return a word with its hyphenated or dotted parts: `data-model`, `options.model`."""
    text = tokens[index].text
    if not is_word(text):
        return ""
    while index > 1 and tokens[index - 1].text in {"-", "."} and is_word(tokens[index - 2].text):
        joint = tokens[index - 1]
        if joint.text == "-" and joint.start != tokens[index - 2].end:
            break
        text = f"{tokens[index - 2].text}{joint.text}{text}"
        index -= 2
    return text


def content_at(tree: Tree, offset: int) -> str:
    """Return the content of the string at *offset*."""
    region = tree.source.region_at(offset)
    return tree.source.text[region.inner_start : region.inner_end] if region else ""


def code_before(tree: Tree, offset: int) -> str:
    """Return the code before a place: of its own part, and of the part that its brackets are in.

    Args:
        tree: The program.
        offset: The place.

    Returns:
        The code, in which a comma stands for each finished argument: `dumps(a, b` is `dumps(,b`.
    """
    part = tree.part_at(offset)
    own = tree.source.masked[part.start : offset]
    if part.opener < 0 or not tree.is_list(part.opener):
        return own
    outer = tree.part_at(part.opener)
    return f"{tree.source.masked[outer.start : part.opener + 1]}{',' * part.nth}{own}"


def end_of_value(tree: Tree, start: int) -> int:
    """Find the end of the value that begins at a place: before a semicolon or the line's end.

    Args:
        tree: The program.
        start: The place.
    """
    masked, position = tree.source.masked, start
    while position < len(masked) and masked[position] not in "\n;":
        position = tree.source.closers.get(position, position) + 1
    return position - (len(masked[start:position]) - len(masked[start:position].rstrip()))


def tag_around(tokens: Sequence[Token], place: int) -> str:
    """Return the name of the element whose attribute is at *place*; empty outside tags."""
    index = place - 1
    while index > 0:
        text = tokens[index].text
        if text == "<" and is_word(tokens[index + 1].text):
            return _name_of_tag(tokens, index + 1)
        if not (is_word(text) or text in {"-", ":", ".", "=", STRING, "{", "@", "..."}):
            break
        index -= 1
    if tokens[0].text == "<" and len(tokens) > 1 and is_word(tokens[1].text) and not index:
        return _name_of_tag(tokens, 1)
    return ""


def _name_of_tag(tokens: Sequence[Token], index: int) -> str:
    """Return a tag's name: `Select.Option`, `el-option`."""
    name = tokens[index].text
    while index + 2 < len(tokens) and tokens[index + 1].text in {".", "-", ":"}:
        name += tokens[index + 1].text + tokens[index + 2].text
        index += 2
    return name


def callee_at(tokens: Sequence[Token], index: int) -> str:
    """Return the name of the call or type whose bracket is at *index*; empty for none."""
    place = index - 1
    if place >= 0 and tokens[place].text in {"!", "?"}:
        place -= 1
    if place >= 0 and tokens[place].text in {">", "]"}:
        place = past_generics(tokens, place)
    if place >= 0 and tokens[place].text in {"?.", ".", "&."}:
        place -= 1
    if place < 0:
        return ""
    # RSpec's `to match(...)` calls a matcher.
    is_method = place > 0 and tokens[place - 1].text in {*DOTS, "to", "not_to"}
    if not is_word(tokens[place].text) or (tokens[place].text in KEYWORDS and not is_method):
        is_called = tokens[place].text in {"(", "["} and tokens[place].end == tokens[index].start
        return "()" if is_called else ""
    names = [tokens[place].text]
    while place > 1 and tokens[place - 1].text in DOTS:
        before = tokens[place - 2].text
        if not is_word(before):
            names.append("()")
            break
        names.append(before)
        place -= 2
    return ".".join(reversed(names))


def past_generics(tokens: Sequence[Token], place: int) -> int:
    """Return the place before the type arguments that end at *place*: before `<T>`."""
    depth = 0
    while place >= 0:
        depth += (tokens[place].text == ">") - (tokens[place].text == "<")
        place -= 1
        if not depth:
            return place
    return place


def is_definition(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether the parenthesis at *index* holds parameters rather than arguments."""
    heads = {token.text for token in tokens[max(0, index - 2) : index]}
    follows = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if "." in heads:
        return False
    return bool(_DEFINES & heads) or (follows in {"=>", "{"})


def holds_parameters(tree: Tree, opener: int) -> bool:
    """Tell whether a parenthesis holds parameters rather than arguments."""
    tokens = tree.tokens(tree.part_at(opener))
    return is_definition(tokens, tree.index_of(tokens, opener))


def is_looped_over(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether `in` belongs to a loop (`for name in [...]`) and compares nothing."""
    if tokens[index - 1].text not in {"in", "of"}:
        return False
    if tokens[0].text in {"const", "let", "var"}:
        return True
    heads = [token.text for token in tokens[:index] if token.text in {"for", "foreach", "if"}]
    return heads[-1:] not in ([], ["if"])


def head_of(tree: Tree, opener: int) -> list[str]:
    """List the words and strings before a bracket in its own statement."""
    tokens = tree.tokens(tree.part_at(opener))
    return words_before(tree, tokens, tree.index_of(tokens, opener))


def words_before(tree: Tree, tokens: Sequence[Token], index: int) -> list[str]:
    """List the words and strings before a block."""
    return [
        content_at(tree, token.start) if token.text == STRING else token.text
        for token in tokens[:index]
        if token.text == STRING or is_word(token.text)
    ]


def name_of_head(tokens: Sequence[Token], index: int) -> str:
    """Return the name of the function, class or block that a head begins."""
    for place in range(index - 1, 0, -1):
        if tokens[place].text == "(" and is_word(tokens[place - 1].text):
            return tokens[place - 1].text
    return ""
