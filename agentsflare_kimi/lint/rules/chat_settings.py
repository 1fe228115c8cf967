"""Tells whether a parameter is set in a call or the options of a chat API, or beside the model."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.layout import end_of_code
from agentsflare_kimi.lint.evidence.callees import is_chat
from agentsflare_kimi.lint.evidence.calling import asks
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import bracket_around, callee_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.requests.mentions import Mention
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["is_beside", "is_chat_setting"]

# The settings of a request, which is made elsewhere.
_OPTIONS: Final = lazy(
    r"(?:Execution|Generation|Generate|Completion|Chat|Sampling|Inference|Model)\w*"
    r"(?:Settings|Options|Config|Params|Parameters)\Z"
)

_TYPES: Final = frozenset({"class", "struct", "record", "interface", "object"})
_BEFORE_MEMBERS: Final = frozenset(" \t\n(")


def is_chat_setting(tree: Tree, offset: int) -> bool:
    """Tell whether the parameter at *offset* belongs to a call or the options of a chat API."""
    opener = bracket_around(tree, offset)
    if opener is None:
        return False
    part = tree.part_at(opener)
    is_argument = tree.source.text[opener] == "{" and (part.start, part.nth) == (opener, 0)
    if is_argument and part.opener >= 0 and tree.source.text[part.opener] == "(":
        opener = part.opener
    callee = callee_of(tree, opener) or _type_declared(tree, opener)
    if not callee:
        return False
    if is_chat(callee) or _OPTIONS.search(callee):
        return True
    names = tuple(callee.split("."))
    # A function of the program itself may send anything.
    return len(names) > 1 and asks(names, has_capitals=tree.language.has_capital_methods)


def _type_declared(tree: Tree, opener: int) -> str:
    """Return the type of `ChatCompletionOptions options = new() { ... }`."""
    # The bracket may stand in a line of its own.
    last = max(0, end_of_code(tree.source.masked, opener) - 1)
    is_call = tree.source.masked[last] == ")"
    tokens = tree.tokens(tree.part_at(tree.opener_around(last) if is_call else last))
    is_new = any(token.text == "new" for token in tokens[: tree.index_of(tokens, opener)])
    return tokens[0].text if is_new else ""


def is_beside(tree: Tree, offset: int, mentions: Sequence[Mention]) -> bool:
    """Tell whether a parameter follows a model in a chain, or is another member of its type.

    Args:
        tree: A program.
        offset: Where the parameter begins.
        mentions: The places that name the model.
    """
    part, scope = tree.part_at(offset), tree.scope_of(offset)
    before = tree.source.text[offset - 1]
    if before == "." and any(part.start <= mention.start < offset for mention in mentions):
        return True
    if scope.startswith("class ") and part.start == offset:
        return any(tree.scope_of(mention.start) == scope for mention in mentions)
    opener = tree.opener_around(offset)
    if before not in _BEFORE_MEMBERS or opener < 0:
        return False
    tokens = tree.tokens(tree.part_at(opener))
    is_type = not _TYPES.isdisjoint(t.text for t in tokens[: tree.index_of(tokens, opener)])
    return is_type and any(tree.opener_around(mention.start) == opener for mention in mentions)
