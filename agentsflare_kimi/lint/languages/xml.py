"""XML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="xml",
    suffixes=(
        "xml config csproj vbproj fsproj props targets plist entitlements storyboard resx xaml fxml"
        " pom xsd wsdl"
    ),
    reader="markup.MarkupDocument",
    is_data=True,
    extra_field="",
)
