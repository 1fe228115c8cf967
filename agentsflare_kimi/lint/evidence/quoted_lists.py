"""Judges the items of quoted lists in Lisp: `:models '(name name)`."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.documents import Position
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["judge_quoted"]

# Calls of Emacs packages that name the models of a backend, the first of which is asked.
_MAKES_BACKEND: Final = "gptel-make-"


def judge_quoted(tree: Tree, start: int) -> tuple[Position, str]:
    """Classify a symbol or string; `code` if it is in no quoted list."""
    opener = tree.source.enclosing(start)
    if not opener or tree.source.text[opener - 1] not in {"'", "`"}:
        return "code", ""
    tokens = tree.tokens(tree.part_at(opener))
    index = tree.index_of(tokens, opener)
    key = tokens[index - 2].text.lstrip(":") if index > 1 else ""
    is_first = not tree.source.text[opener + 1 : start].strip().strip('"')
    is_asked = tokens[0].text.startswith(_MAKES_BACKEND) and key == "models" and is_first
    return ("request" if is_asked else "value"), key
