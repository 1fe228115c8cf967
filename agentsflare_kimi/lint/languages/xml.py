"""XML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="xml",
    suffixes="xml config csproj props targets plist resx xaml pom",
    reader="xml",
    comments="",
    is_data=True,
)
