"""reStructuredText."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="restructured",
    suffixes="rst",
    reader="restructured",
    comments="",
)
