"""HTTP request files for editors: a head, and a body in JSON."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="http",
    suffixes="http rest",
    reader="markdown.BlocksDocument",
    # A body after a blank line.
    blocks=r"(?<=\n)[ \t]*\r?\n(?P<code>[ \t]*[{\[](?s:.*?))(?=\n[ \t]*\r?\n|^###|\Z)",
    lead=r"^(GET|POST|PUT|PATCH|DELETE)[ \t]+(\S+)",
    blocks_language="json",
)
