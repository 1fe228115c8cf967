"""Org."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="org",
    suffixes="org",
    reader="org",
    comments="",
)
