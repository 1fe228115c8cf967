"""Pages with scripts, such as HTML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="page",
    suffixes=(
        "html htm xhtml vue svelte astro cshtml razor erb ejs eex heex leex hbs njk twig gohtml"
        " jsp cfm marko blade blade.php"
    ),
    tags="jsp",
    reader="markup.PageDocument",
)
