"""Files of unknown kinds."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="plain",
    reader="plain.PlainDocument",
    extra_field="",
    tells_prose=False,
    is_unknown=True,
)
