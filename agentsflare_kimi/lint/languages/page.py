"""Pages with scripts, such as HTML."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="page",
    suffixes="html htm vue svelte astro cshtml razor erb ejs hbs twig blade blade.php",
    tags="jsp",
    reader="markup.PageDocument",
)
