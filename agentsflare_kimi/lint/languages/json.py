"""JSON, including comments."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, QUOTED, SLASHES, STARS

LANGUAGE = Language(
    name="json",
    suffixes=(
        "json jsonc json5 jsonl ndjson jsonld webmanifest babelrc eslintrc prettierrc tfstate"
        " code-workspace code-snippets sublime-settings"
    ),
    filenames=".prettierrc .eslintrc",
    tags="jsonl",
    forms=(SLASHES, STARS, QUOTED, APOSTROPHES),
    signs="/\"'",
    glues="",
    ends_at_line=False,
    is_data=True,
    body="object",
    parsed_as="json",
)
