"""XML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="xml",
    suffixes="xml config csproj props targets plist resx xaml pom",
    reader="markup.MarkupDocument",
    is_data=True,
    extra_field="",
)
