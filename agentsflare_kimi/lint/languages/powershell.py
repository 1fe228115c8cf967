"""PowerShell."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import HASH
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="powershell",
    suffixes="ps1 psm1 psd1",
    tags="pwsh ps",
    forms=(
        Form("comment", "<#", r"[^#]*+(?>(?:#(?!>)[^#]*+)*)", "#>"),
        HASH,
        Form("string", '@"', r"[^\n]*+(?>(?:\n(?!\"@)[^\n]*+)*)", '\n"@'),
        Form("string", "@'", r"[^\n]*+(?>(?:\n(?!'@)[^\n]*+)*)", "\n'@"),
        Form("string", '"', r"[^\"`$]*+(?>(?:(?:`.|\"\"|\$(?!\())[^\"`$]*+)*)", '"', "$("),
        Form("string", "'", r"[^']*+(?>(?:''[^']*+)*)", "'"),
    ),
    signs="#<@\"'",
    raw="' @'",
    without_brackets=True,
    interpreters="pwsh",
    has_capital_methods=True,
)
