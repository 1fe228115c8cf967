"""What begins and ends strings and comments in each language: the lexer's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from agentsflare_kimi.lint.sources import handlers
from agentsflare_kimi.lint.sources.jsx import element
from agentsflare_kimi.lint.sources.lexer import Form, Syntax

__all__ = ["LANGUAGES", "syntax_of"]

# Bodies are possessive: what they have taken they never give back.
_LINE: Final = r"[^\r\n]*+"
_BLOCK: Final = r"[^*]*+(?:\*(?!/)[^*]*+)*+"
_DOUBLE: Final = r"[^\"\\\r\n]*+(?:\\.[^\"\\\r\n]*+)*+"
_SINGLE: Final = r"[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+"
_DOUBLE_LINES: Final = r"[^\"\\]*+(?:\\.[^\"\\]*+)*+"
_SINGLE_LINES: Final = r"[^'\\]*+(?:\\.[^'\\]*+)*+"
_TRIPLE_DOUBLE: Final = r"[^\"\\]*+(?:(?:\\.|\"(?!\"\"))[^\"\\]*+)*+"
_TRIPLE_SINGLE: Final = r"[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+"
_CHARACTER: Final = r"'(?:\\[^\r\n'][^'\r\n]{0,8}|\\'|[^'\\\r\n])'"

_SLASHES: Final = Form("comment", "//", _LINE)
_HASH: Final = Form("comment", "#", _LINE)
_STARS: Final = Form("comment", r"/\*", _BLOCK, "*/")
_NESTED_STARS: Final = Form("comment", r"/\*", handler=handlers.nested_comment)
_QUOTED: Final = Form("string", '"', _DOUBLE, '"')
_APOSTROPHES: Final = Form("string", "'", _SINGLE, "'")
_ONE_CHARACTER: Final = Form("string", _CHARACTER)
_TEXT_BLOCK: Final = Form("string", '"""', _TRIPLE_DOUBLE, '"""')

_PREFIX: Final = r"(?:(?<!\w)(?:[rRbBuU]|[bB][rR]|[rR][bB]))?"
_FORMATTED: Final = r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])"
_PYTHON: Final = (
    _HASH,
    Form(
        "part",
        rf'{_FORMATTED}"""',
        r"[^\"\\{]*+(?:(?:\\.|\{\{|\"(?!\"\"))[^\"\\{]*+)*+",
        '"""',
        "{",
    ),
    Form("part", rf"{_FORMATTED}'''", r"[^'\\{]*+(?:(?:\\.|\{\{|'(?!''))[^'\\{]*+)*+", "'''", "{"),
    Form("part", rf'{_FORMATTED}"', r"[^\"\\\r\n{]*+(?:(?:\\.|\{\{)[^\"\\\r\n{]*+)*+", '"', "{"),
    Form("part", rf"{_FORMATTED}'", r"[^'\\\r\n{]*+(?:(?:\\.|\{\{)[^'\\\r\n{]*+)*+", "'", "{"),
    Form("string", rf'{_PREFIX}"""', _TRIPLE_DOUBLE, '"""'),
    Form("string", rf"{_PREFIX}'''", _TRIPLE_SINGLE, "'''"),
    Form("string", rf'{_PREFIX}"', _DOUBLE, '"'),
    Form("string", rf"{_PREFIX}'", _SINGLE, "'"),
)
_TYPESCRIPT: Final = (
    Form("comment", r"\A#!", _LINE),
    _SLASHES,
    _STARS,
    Form("string", "`", r"[^`\\$]*+(?:(?:\\.|\$(?!\{))[^`\\$]*+)*+", "`", "${"),
    _QUOTED,
    _APOSTROPHES,
    Form("regex", "/", handler=handlers.regex_literal),
)
_JAVASCRIPT: Final = (*_TYPESCRIPT, Form("prose", r"<(?=[A-Za-z_$>])", handler=element))
_KOTLIN: Final = (
    _SLASHES,
    _NESTED_STARS,
    Form("string", '"""', r"[^\"$]*+(?:(?:\"(?!\"\")|\$(?!\{))[^\"$]*+)*+", '"""', "${"),
    Form("string", '"', r"[^\"\\$\r\n]*+(?:(?:\\.|\$(?!\{))[^\"\\$\r\n]*+)*+", '"', "${"),
    _ONE_CHARACTER,
)
_CSHARP: Final = (
    _SLASHES,
    _STARS,
    Form("part", r'\$+"""+', handler=handlers.quoted_run),
    Form("string", r'"""+', handler=handlers.quoted_run),
    Form("part", r'(?:\$@|@\$)"', r"[^\"{]*+(?:(?:\"\"|\{\{)[^\"{]*+)*+", '"', "{"),
    Form("part", r'\$"', r"[^\"\\\r\n{]*+(?:(?:\\.|\{\{)[^\"\\\r\n{]*+)*+", '"', "{"),
    Form("string", '@"', r"[^\"]*+(?:\"\"[^\"]*+)*+", '"'),
    _QUOTED,
    _ONE_CHARACTER,
)
_RUBY: Final = (
    Form("comment", r"^=begin\b", r"(?:(?!\n=end).)*+", "\n=end"),
    Form("prose", r"^__END__$", r".*+"),
    _HASH,
    Form("string", r"\$[\"'`]|\?[\"'#`/](?!\w)", handler=handlers.skip),
    Form("heredoc", r"(?<![\w)\]])<<[~-]?[\"'`]?[A-Z_]\w*[\"'`]?", handler=handlers.heredoc),
    Form("heredoc", r"<<[~-][\"'`]?[A-Z_]\w*[\"'`]?", handler=handlers.heredoc),
    Form("string", r"%[wWiIqQrsx]?[(\[{<]", handler=handlers.ruby_percent),
    Form("string", '"', r"[^\"\\#]*+(?:(?:\\.|#(?!\{))[^\"\\#]*+)*+", '"', "#{"),
    Form("string", "`", r"[^`\\#]*+(?:(?:\\.|#(?!\{))[^`\\#]*+)*+", "`", "#{"),
    Form("string", "'", _SINGLE_LINES, "'"),
    Form("regex", "/", handler=handlers.regex_literal),
)
_PHP: Final = (
    # A PHP file begins outside of the program, and returns there after `?>`.
    Form("prose", r"\A(?!<\?)", r"[^<]*+(?:<(?!\?)[^<]*+)*+", "<?"),
    Form("prose", r"\?>", r"[^<]*+(?:<(?!\?)[^<]*+)*+", "<?"),
    Form("comment", r"//|#(?!\[)", r"(?:(?!\?>)[^\r\n])*+"),
    _STARS,
    Form("heredoc", r"<<<[ \t]*[\"']?[A-Za-z_]\w*[\"']?", handler=handlers.heredoc),
    Form("string", '"', r"[^\"\\{]*+(?:(?:\\.|\{(?!\$))[^\"\\{]*+)*+", '"', "{$"),
    Form("string", "'", _SINGLE_LINES, "'"),
)
_SHELL: Final = (
    Form("comment", r"(?<![^\s;&|()`])#", _LINE),
    Form("string", r"\\.", handler=handlers.skip),
    Form(
        "heredoc",
        r"(?<!<)<<-?[ \t]*(?:\"[A-Za-z_]\w*\"|'[A-Za-z_]\w*'|\\?[A-Za-z_]\w*)",
        handler=handlers.heredoc,
    ),
    Form("string", r"\$'", _SINGLE_LINES, "'"),
    Form("string", "'", r"[^']*+", "'"),
    Form("string", '"', r"[^\"\\$]*+(?:(?:\\.|\$(?!\())[^\"\\$]*+)*+", '"', "$("),
)
_TOML: Final = (
    _HASH,
    _TEXT_BLOCK,
    Form("string", "'''", r"[^']*+(?:'(?!'')[^']*+)*+", "'''"),
    _QUOTED,
    Form("string", "'", r"[^'\r\n]*+", "'"),
)
_HCL: Final = (
    _HASH,
    _SLASHES,
    _STARS,
    Form("heredoc", r"<<-?[A-Za-z_]\w*", handler=handlers.heredoc),
    Form("string", '"', r"[^\"\\$%\r\n]*+(?:(?:\\.|[$%](?!\{))[^\"\\$%\r\n]*+)*+", '"', "${"),
)
_POWERSHELL: Final = (
    Form("comment", "<#", r"[^#]*+(?:#(?!>)[^#]*+)*+", "#>"),
    _HASH,
    Form("string", '@"', r"(?:(?!\n\"@).)*+", '\n"@'),
    Form("string", "@'", r"(?:(?!\n'@).)*+", "\n'@"),
    Form("string", '"', r"[^\"`$]*+(?:(?:`.|\"\"|\$(?!\())[^\"`$]*+)*+", '"', "$("),
    Form("string", "'", r"[^']*+(?:''[^']*+)*+", "'"),
)

LANGUAGES: Final[Mapping[str, Sequence[Form]]] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _JAVASCRIPT,
    "java": (_SLASHES, _STARS, _TEXT_BLOCK, _QUOTED, _ONE_CHARACTER),
    "kotlin": _KOTLIN,
    "go": (_SLASHES, _STARS, Form("string", "`", "[^`]*+", "`"), _QUOTED, _ONE_CHARACTER),
    "csharp": _CSHARP,
    "rust": (
        _SLASHES,
        _NESTED_STARS,
        Form("string", r'(?<!\w)[bc]?r#*"', handler=handlers.quoted_run),
        Form("string", r'(?:(?<!\w)[bc])?"', _DOUBLE_LINES, '"'),
        _ONE_CHARACTER,
    ),
    "ruby": _RUBY,
    "php": _PHP,
    "shell": _SHELL,
    "json": (_SLASHES, _STARS, _QUOTED, _APOSTROPHES),
    "toml": _TOML,
    "terraform": _HCL,
    "c-like": (_SLASHES, _STARS, _TEXT_BLOCK, _QUOTED, _APOSTROPHES),
    "hash": (_HASH, _TEXT_BLOCK, _QUOTED, _APOSTROPHES),
    "dashes": (
        Form("comment", r"--\[\[", r"[^\]]*+(?:\](?!\])[^\]]*+)*+", "]]"),
        Form("comment", "--", _LINE),
        _STARS,
        _QUOTED,
        _APOSTROPHES,
    ),
    "powershell": _POWERSHELL,
}

# Of each language the characters one of which is in every opening, and how many characters of
# an opening may stand before that one.
_SIGNS: Final[Mapping[str, tuple[str, int]]] = {
    "python": ("#\"'", 2),
    "javascript": ("/\"'`<#", 0),
    "typescript": ("/\"'`#", 0),
    "tsx": ("/\"'`<#", 0),
    "java": ("/\"'", 0),
    "kotlin": ("/\"'", 0),
    "go": ("/\"'`", 0),
    "csharp": ("/\"'$@", 0),
    "rust": ("/\"'", 8),
    "ruby": ("#\"'`/=_?<%$", 0),
    "php": ("#\"'/?<", 0),
    "shell": ("#\"'$<\\", 0),
    "json": ("/\"'", 0),
    "toml": ("#\"'", 0),
    "terraform": ('#/"<', 0),
    "c-like": ("/\"'", 0),
    "hash": ("#\"'", 0),
    "dashes": ("-/\"'", 0),
    "powershell": ("#<@\"'", 0),
}


@cache
def syntax_of(language: str) -> Syntax:
    """Compile the tables of *language*, once.

    Args:
        language: A key of `LANGUAGES`.

    Returns:
        What `scan` needs.
    """
    signs, longest_prefix = _SIGNS[language]
    return Syntax(LANGUAGES[language], signs, longest_prefix)
