"""Groovy, Gradle build files, and Apex."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import (
    APOSTROPHES,
    QUOTED,
    SLASHES,
    STARS,
    TEXT_BLOCK,
    TRIPLE_SINGLE,
)
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="groovy",
    suffixes="groovy gradle cls trigger apex",
    filenames="jenkinsfile",
    tags="apex",
    forms=(
        SLASHES,
        STARS,
        TEXT_BLOCK,
        Form("string", "'''", TRIPLE_SINGLE, "'''"),
        QUOTED,
        APOSTROPHES,
    ),
    signs="/\"'",
    without_brackets=True,
    tests=r"\bextends[ \t]+Specification\b|@Test\b",
    expects=">",
    extra_field="putAdditionalBodyProperty",
)
