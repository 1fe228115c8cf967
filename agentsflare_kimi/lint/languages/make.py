"""Makefiles and justfiles."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="make",
    suffixes="mk mak just",
    filenames="makefile gnumakefile justfile",
    tags="makefile",
    reader="lines.LineDocument",
    is_data=True,
    holds_variables=True,
    extra_field="",
    tells_prose=False,
)
