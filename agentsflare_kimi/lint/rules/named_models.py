"""Finds the names that a program gives its model: a variable, an attribute, an option."""

from __future__ import annotations

from collections import Counter

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.targets import KEYWORDS, name_of_head, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.requests.mentions import Mention
    from agentsflare_kimi.lint.sources.code import CodeDocument
    from agentsflare_kimi.lint.sources.tree import Token, Tree

__all__ = ["GivenName", "assignment_in", "function_around", "is_one_of", "names_given"]

# `MODEL`, `args.model`, `Settings().model`, `Model.TURBO.value`.
_CHAIN: Final = lazy(r"(?:[A-Za-z_$][\w$]*(?:\(\))?\.)*(?P<last>[A-Za-z_$][\w$]*)")
# `--model`, `-m, --model <name>`, `MODEL`.
_OPTION: Final = lazy(r"(?:.*--|[-@]*)(?P<name>[\w-]+)")
_CHOICES: Final = frozenset({"if", "?", "else", "switch", "match", "+"})
_DEFINITION: Final = lazy(r"(?:async\s+)?def\s+(?P<name>\w+)")
_SIGNS: Final = frozenset({"=", ":=", "??=", "||="})


class GivenName(NamedTuple):
    """The name that a model is assigned to.

    Attributes:
        name: The name, in lower case.
        is_variable: Whether it is a variable, not an attribute, option or parameter.
    """

    name: str
    is_variable: bool


def assignment_in(tokens: Sequence[Token]) -> int:
    """Return the index of the first sign that assigns; 0 for none."""
    return next((at for at, token in enumerate(tokens) if token.text in _SIGNS), 0)


def names_given(document: CodeDocument, mentions: Sequence[Mention]) -> Iterator[GivenName]:
    """Find the name that each mention of the model is assigned to.

    Args:
        document: A program.
        mentions: The places that name the model.

    Yields:
        The names.
    """
    tree = document.tree
    named = Counter(tree.statement_at(mention.start) for mention in mentions)
    for mention in mentions:
        tokens = tree.tokens(tree.statement_at(mention.start))
        texts = [token.text for token in tokens]
        at = assignment_in(tokens)
        if not at:
            option = _OPTION.match(mention.value.key)
            name = option["name"].replace("-", "_").lower() if option else ""
            yield GivenName(name, is_variable=False)
        elif not _CHOICES.intersection(texts[at:]) or named[tree.statement_at(mention.start)] > 1:
            target = target_of(tree, tokens, at)
            is_attribute = "." in texts[:at] or tree.scope_of(mention.start)[:6] == "class "
            yield GivenName(target.rpartition(".")[2].lower(), is_variable=not is_attribute)
            if "{" in texts[:at]:
                # `const { MODEL = "..." } = process.env`
                yield GivenName(mention.value.key.lower(), is_variable=True)


def is_one_of(document: CodeDocument, written: str, names: Sequence[GivenName]) -> bool:
    """Tell whether a request's model is exactly one of *names*.

    Args:
        document: A program.
        written: The model in the source.
        names: The names that hold the model.
    """
    chain = _CHAIN.fullmatch(written.removesuffix(".value").lstrip("@*"))
    if chain is None:
        return False
    last = chain["last"]
    is_bare = last == chain[0]
    for name in names:
        if name.name == last.lower() and (not name.is_variable or is_bare):
            return not (name.is_variable and document.bindings.is_given_often(last))
    return False


def function_around(tree: Tree, offset: int) -> str:
    """Return the name of the function around a place; empty for none."""
    if head := _DEFINITION.match(tree.scope_of(offset)):
        return head["name"]
    opener = tree.opener_around(offset)
    while opener >= 0:
        tokens = tree.tokens(tree.part_at(opener))
        name = name_of_head(tokens, tree.index_of(tokens, opener))
        if name not in KEYWORDS and not tree.is_list(opener):
            return name
        opener = tree.opener_around(opener)
    return ""
