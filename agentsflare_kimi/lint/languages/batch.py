"""Windows batch files."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="batch",
    suffixes="bat cmd",
    tags="dos winbatch",
    reader="batch",
    comments="",
    is_data=True,
)
