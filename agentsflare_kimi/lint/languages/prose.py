"""Prose, in which nothing is a value."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="prose",
    suffixes="txt tex csv tsv diff patch log svg",
    tags="text plaintext",
    reader="plain.ProseDocument",
    extra_field="",
    tells_prose=False,
    is_prose=True,
)
