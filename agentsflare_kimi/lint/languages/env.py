"""Environment files, such as `.env`: a `NAME=VALUE` a line."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="env",
    suffixes="env flaskenv",
    filenames=".dev.vars .flaskenv",
    tags="dotenv",
    reader="lines.LineDocument",
    is_data=True,
    holds_variables=True,
    extra_field="",
    tells_prose=False,
    keeps_keys=True,
    argument_sign="=",
)
