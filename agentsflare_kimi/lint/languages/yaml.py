"""YAML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="yaml",
    suffixes="yaml yml",
    filenames="procfile",
    reader="yaml.YamlDocument",
    is_data=True,
    tells_prose=False,
    extra_field="{name}: {{…}}",
)
