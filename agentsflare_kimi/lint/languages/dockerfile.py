"""Dockerfiles."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="dockerfile",
    suffixes="dockerfile containerfile",
    filenames="earthfile dockerfile containerfile",
    tags="docker",
    reader="lines.LineDocument",
    is_data=True,
    holds_variables=True,
    extra_field="",
    tells_prose=False,
)
