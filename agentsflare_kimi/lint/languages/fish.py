"""The fish shell."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import LINE, SINGLE_LINES, SKIP
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="fish",
    suffixes="fish",
    reader="shell.ShellDocument",
    forms=(
        Form("comment", r"(?<![^\s;&|()])#", LINE),
        Form("string", r"\\.", handler=SKIP),
        Form("string", "'", SINGLE_LINES, "'"),
        Form("string", '"', r"[^\"\\$]*+(?>(?:(?:\\.|\$(?!\())[^\"\\$]*+)*)", '"', "$("),
    ),
    signs="#\"'\\\\",
    interpreters="fish",
    is_shell=True,
)
