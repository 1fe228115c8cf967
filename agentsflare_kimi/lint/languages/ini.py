"""INI files, Java properties, systemd units."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="ini",
    suffixes="ini cfg conf properties service container timer socket editorconfig desktop cnf",
    tags="cfg conf",
    reader="lines.LineDocument",
    comments="[#;!]",
    is_data=True,
    extra_field="",
    tells_prose=False,
    argument_sign="=",
)
