"""Windows batch files."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="batch",
    suffixes="bat cmd",
    tags="dos winbatch",
    reader="lines.LineDocument",
    comments=r"(?i:@?rem\b)|::",
    is_data=True,
    holds_variables=True,
    extra_field="",
)
