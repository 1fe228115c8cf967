"""YAML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="yaml",
    suffixes="yaml yml",
    filenames="procfile",
    reader="yaml",
    is_data=True,
)
