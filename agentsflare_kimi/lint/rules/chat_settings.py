"""Tells whether a parameter is set in a call, or in the options, of a chat API."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.layout import end_of_code
from agentsflare_kimi.lint.evidence.callees import is_chat
from agentsflare_kimi.lint.evidence.calling import asks
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import bracket_around, callee_of

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["is_chat_setting"]

# The settings of a request, which is made elsewhere.
_OPTIONS: Final = lazy(
    r"(?:Execution|Generation|Generate|Completion|Chat|Sampling|Inference|Model)\w*"
    r"(?:Settings|Options|Config|Params|Parameters)\Z"
)


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
