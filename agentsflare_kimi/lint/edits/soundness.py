"""Checks that a fixed text still parses, and differs only in what a fix may change."""

from __future__ import annotations

import json

from agentsflare_kimi.lint.languages import load

__all__ = ["is_sound"]

# Fields that a fix may set, change or remove; everything else must stay equal.
_FIELDS = frozenset(
    """
    model thinking extra_body temperature top_p n presence_penalty frequency_penalty logprobs
    tool_choice reasoning_effort reasoning_content base_url
    """.split()  # noqa: SIM905  # words read best as words
)
# Strings that contain one of these may change, too.
_NEEDLES = ("kimi-", "moonshot-", "agentsflare")
_TOO_DEEP = (SyntaxError, ValueError, RecursionError, MemoryError)


def is_sound(before: str, after: str, language: str, *, is_strict: bool) -> bool:
    """Tell whether a fix left a text intact.

    Args:
        before: The text.
        after: The text, fixed.
        language: Its language.
        is_strict: Whether, in Python, everything except requests must also be equal.

    Returns:
        False if the text parsed before and does not now, or if its meaning changed elsewhere;
        otherwise True.
    """
    parsed_as = load(language).parsed_as
    if parsed_as == "json":
        return not _loads(before) or _loads(after)
    if parsed_as == "python":
        return _is_sound_python(before, after, is_strict=is_strict)
    return True


def _loads(text: str) -> bool:
    try:
        json.loads(text)
    except _TOO_DEEP:
        return False
    return True


def _is_sound_python(before: str, after: str, *, is_strict: bool) -> bool:
    old = _shape(before, is_strict=is_strict)
    return old is None or old == _shape(after, is_strict=is_strict)


def _shape(text: str, *, is_strict: bool) -> str | None:
    """Dump a program without its requests; None if it does not parse."""
    import ast  # noqa: PLC0415  # only paid when something is fixed
    import warnings  # noqa: PLC0415  # same

    class Requests(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.Call:
            node.keywords = [k for k in node.keywords if k.arg not in _FIELDS]
            self.generic_visit(node)
            return node

        def visit_Dict(self, node: ast.Dict) -> ast.Dict:
            kept = [
                (key, value)
                for key, value in zip(node.keys, node.values, strict=True)
                if not (isinstance(key, ast.Constant) and key.value in _FIELDS)
            ]
            node.keys = [key for key, _ in kept]
            node.values = [value for _, value in kept]
            self.generic_visit(node)
            return node

        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            value = node.value
            is_ours = isinstance(value, str) and any(needle in value for needle in _NEEDLES)
            return ast.Constant("") if is_ours else node

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            return ast.dump(Requests().visit(tree)) if is_strict else "parses"
    except _TOO_DEEP:
        return None
