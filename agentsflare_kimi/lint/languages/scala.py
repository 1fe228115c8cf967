"""Scala."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import NESTED_STARS, ONE_CHARACTER, QUOTED, SLASHES
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="scala",
    suffixes="scala sc sbt",
    forms=(
        SLASHES,
        NESTED_STARS,
        Form("string", 's?"""', r"[^\"]*+(?>(?:\"(?!\"\")[^\"]*+)*)", '"""'),
        QUOTED,
        ONE_CHARACTER,
    ),
    signs="/\"'",
    longest_prefix=1,
    raw='"""',
    tests=r"\bextends[ \t]+(?:Any|munit\.)?\w*(?:Suite|Spec|Properties)\b",
    extra_field="putAdditionalBodyProperty",
)
