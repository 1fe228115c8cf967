"""Files of unknown kinds."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="plain",
    filenames="cmakelists.txt",
    tags="diff patch",
    reader="plain.PlainDocument",
    extra_field="",
    tells_prose=False,
    is_unknown=True,
)
