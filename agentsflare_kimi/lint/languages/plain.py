"""What nothing is known of."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="plain",
    reader="plain",
    comments="",
)
