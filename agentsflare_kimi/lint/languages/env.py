"""Environment files."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="env",
    suffixes="env",
    tags="dotenv",
    reader="env",
    is_data=True,
)
