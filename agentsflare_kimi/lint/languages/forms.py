"""Forms of strings and comments that several languages share."""

from __future__ import annotations

from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint import module_of
from agentsflare_kimi.lint.sources.lexer import Form, Handler

if TYPE_CHECKING:
    import re
    from typing import Final

    from agentsflare_kimi.lint.sources.lexer import Scanner

__all__ = [
    "APOSTROPHES",
    "BLOCK",
    "BUILDER",
    "CHARACTER",
    "DASHES",
    "DOUBLE",
    "DOUBLE_LINES",
    "ELEMENT",
    "HASH",
    "HEREDOC",
    "LINE",
    "NESTED_COMMENT",
    "NESTED_STARS",
    "ONE_CHARACTER",
    "QUOTED",
    "QUOTED_RUN",
    "REGEX_LITERAL",
    "RUBY_PERCENT",
    "SINGLE",
    "SINGLE_LINES",
    "SKIP",
    "SLASHES",
    "STARS",
    "TEXT_BLOCK",
    "TRIPLE_DOUBLE",
    "TRIPLE_SINGLE",
]


def _lazy(module: str, name: str) -> Handler:
    """Load a handler on first use, because most languages need none."""

    def handle(scanner: Scanner, match: re.Match[str], form: Form) -> int:
        return _loaded(module, name)(scanner, match, form)

    return handle


@cache
def _loaded(module: str, name: str) -> Handler:
    return getattr(module_of(f"languages.{module}"), name)


HEREDOC: Final = _lazy("handlers", "heredoc")
NESTED_COMMENT: Final = _lazy("handlers", "nested_comment")
QUOTED_RUN: Final = _lazy("handlers", "quoted_run")
REGEX_LITERAL: Final = _lazy("handlers", "regex_literal")
RUBY_PERCENT: Final = _lazy("handlers", "ruby_percent")
SKIP: Final = _lazy("handlers", "skip")
ELEMENT: Final = _lazy("jsx", "element")

# Bodies are possessive, so that they cannot backtrack. Groups are atomic instead, because before
# Python 3.11.5 a possessive group keeps what its last, failed iteration matched.
# Source: https://github.com/python/cpython/issues/106052
LINE: Final = r"[^\r\n]*+"
BLOCK: Final = r"[^*]*+(?>(?:\*(?!/)[^*]*+)*)"
DOUBLE: Final = r"[^\"\\\r\n]*+(?>(?:\\.[^\"\\\r\n]*+)*)"
SINGLE: Final = r"[^'\\\r\n]*+(?>(?:\\.[^'\\\r\n]*+)*)"
DOUBLE_LINES: Final = r"[^\"\\]*+(?>(?:\\.[^\"\\]*+)*)"
SINGLE_LINES: Final = r"[^'\\]*+(?>(?:\\.[^'\\]*+)*)"
TRIPLE_DOUBLE: Final = r"[^\"\\]*+(?>(?:(?:\\.|\"(?!\"\"))[^\"\\]*+)*)"
TRIPLE_SINGLE: Final = r"[^'\\]*+(?>(?:(?:\\.|'(?!''))[^'\\]*+)*)"
CHARACTER: Final = r"'(?:\\[^\r\n'][^'\r\n]{0,8}|\\'|[^'\\\r\n])'"

SLASHES: Final = Form("comment", "//", LINE)
HASH: Final = Form("comment", "#", LINE)
STARS: Final = Form("comment", r"/\*", BLOCK, "*/")
NESTED_STARS: Final = Form("comment", r"/\*", handler=NESTED_COMMENT)
QUOTED: Final = Form("string", '"', DOUBLE, '"')
APOSTROPHES: Final = Form("string", "'", SINGLE, "'")
ONE_CHARACTER: Final = Form("string", CHARACTER)
TEXT_BLOCK: Final = Form("string", '"""', TRIPLE_DOUBLE, '"""')

BUILDER: Final = (
    r"(?P<name>\w+)\s*=\s*(?:\w+\.)*ChatCompletionCreateParams\s*\.\s*builder\s*\(\s*\)"
)
"""A variable that holds the builder of openai-java, on which parameters are set."""

DASHES: Final = Form("comment", "--", LINE)
