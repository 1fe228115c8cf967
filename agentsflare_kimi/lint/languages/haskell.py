"""Haskell, Elm, PureScript and Lean."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import DASHES, NESTED_COMMENT, ONE_CHARACTER, QUOTED
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="haskell",
    suffixes="hs elm purs lean",
    forms=(
        Form("comment", r"\{-", handler=NESTED_COMMENT),
        DASHES,
        QUOTED,
        ONE_CHARACTER,
    ),
    signs="-\"'{",
    glues="++ <>",
    without_brackets=True,
    has_rows=True,
)
