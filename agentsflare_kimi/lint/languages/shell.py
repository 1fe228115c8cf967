"""Bourne-like shells."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import HEREDOC, LINE, SINGLE_LINES, SKIP
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="shell",
    suffixes="sh bash zsh ksh bats envrc",
    filenames=".bashrc .zshrc .profile .bash_profile .bash_aliases .aliases .zshenv .zprofile",
    tags="console shellsession shell-session curl terminal",
    reader="shell.ShellDocument",
    forms=(
        Form("comment", r"(?<![^\s;&|()`])#", LINE),
        Form("string", r"\\.", handler=SKIP),
        Form(
            "heredoc",
            r"(?<!<)<<-?[ \t]*(?:\"[A-Za-z_]\w*\"|'[A-Za-z_]\w*'|\\?[A-Za-z_]\w*)",
            handler=HEREDOC,
        ),
        Form("string", r"\$'", SINGLE_LINES, "'"),
        Form("string", "'", r"[^']*+", "'"),
        Form("string", '"', r"[^\"\\$]*+(?>(?:(?:\\.|\$(?!\())[^\"\\$]*+)*)", '"', "$("),
    ),
    signs="#\"'$<\\\\",
    interpreters="bash zsh ksh sh dash",
    tells_prose=False,
    is_shell=True,
)
