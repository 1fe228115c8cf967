"""What begins and ends strings and comments in each language: the lexer's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.sources.lexer import Form, Handler, Syntax

if TYPE_CHECKING:
    import re

    from agentsflare_kimi.lint.sources.lexer import Scanner

__all__ = ["LANGUAGES", "syntax_of"]


def _lazy(module: str, name: str) -> Handler:
    """Load a handler when a text has to do with it: most files are in languages without."""

    def handle(scanner: Scanner, match: re.Match[str], form: Form) -> int:
        return _loaded(module, name)(scanner, match, form)

    return handle


@cache
def _loaded(module: str, name: str) -> Handler:
    return getattr(import_module(f"agentsflare_kimi.lint.sources.{module}"), name)


_HEREDOC: Final = _lazy("handlers", "heredoc")
_NESTED_COMMENT: Final = _lazy("handlers", "nested_comment")
_QUOTED_RUN: Final = _lazy("handlers", "quoted_run")
_REGEX_LITERAL: Final = _lazy("handlers", "regex_literal")
_RUBY_PERCENT: Final = _lazy("handlers", "ruby_percent")
_SKIP: Final = _lazy("handlers", "skip")
_ELEMENT: Final = _lazy("jsx", "element")

# Bodies are possessive: what they have taken they never give back. Groups are atomic instead, for
# before Python 3.11.5 a possessive group keeps what its failed last round had taken.
# Source: https://github.com/python/cpython/issues/106052
_LINE: Final = r"[^\r\n]*+"
_BLOCK: Final = r"[^*]*+(?>(?:\*(?!/)[^*]*+)*)"
_DOUBLE: Final = r"[^\"\\\r\n]*+(?>(?:\\.[^\"\\\r\n]*+)*)"
_SINGLE: Final = r"[^'\\\r\n]*+(?>(?:\\.[^'\\\r\n]*+)*)"
_DOUBLE_LINES: Final = r"[^\"\\]*+(?>(?:\\.[^\"\\]*+)*)"
_SINGLE_LINES: Final = r"[^'\\]*+(?>(?:\\.[^'\\]*+)*)"
_TRIPLE_DOUBLE: Final = r"[^\"\\]*+(?>(?:(?:\\.|\"(?!\"\"))[^\"\\]*+)*)"
_TRIPLE_SINGLE: Final = r"[^'\\]*+(?>(?:(?:\\.|'(?!''))[^'\\]*+)*)"
_CHARACTER: Final = r"'(?:\\[^\r\n'][^'\r\n]{0,8}|\\'|[^'\\\r\n])'"

_SLASHES: Final = Form("comment", "//", _LINE)
_HASH: Final = Form("comment", "#", _LINE)
_STARS: Final = Form("comment", r"/\*", _BLOCK, "*/")
_NESTED_STARS: Final = Form("comment", r"/\*", handler=_NESTED_COMMENT)
_QUOTED: Final = Form("string", '"', _DOUBLE, '"')
_APOSTROPHES: Final = Form("string", "'", _SINGLE, "'")
_ONE_CHARACTER: Final = Form("string", _CHARACTER)
_TEXT_BLOCK: Final = Form("string", '"""', _TRIPLE_DOUBLE, '"""')

_PREFIX: Final = r"(?:(?<!\w)(?:[rRbBuU]|[bB][rR]|[rR][bB]))?"
_FORMATTED: Final = r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])"
_PYTHON: Final = (
    _HASH,
    Form(
        "string",
        rf'{_FORMATTED}"""',
        r"[^\"\\{]*+(?>(?:(?:\\.|\{\{|\"(?!\"\"))[^\"\\{]*+)*)",
        '"""',
        "{",
    ),
    Form(
        "string",
        rf"{_FORMATTED}'''",
        r"[^'\\{]*+(?>(?:(?:\\.|\{\{|'(?!''))[^'\\{]*+)*)",
        "'''",
        "{",
    ),
    Form(
        "string", rf'{_FORMATTED}"', r"[^\"\\\r\n{]*+(?>(?:(?:\\.|\{\{)[^\"\\\r\n{]*+)*)", '"', "{"
    ),
    Form("string", rf"{_FORMATTED}'", r"[^'\\\r\n{]*+(?>(?:(?:\\.|\{\{)[^'\\\r\n{]*+)*)", "'", "{"),
    Form("string", rf'{_PREFIX}"""', _TRIPLE_DOUBLE, '"""'),
    Form("string", rf"{_PREFIX}'''", _TRIPLE_SINGLE, "'''"),
    Form("string", rf'{_PREFIX}"', _DOUBLE, '"'),
    Form("string", rf"{_PREFIX}'", _SINGLE, "'"),
)
_TYPESCRIPT: Final = (
    Form("comment", r"\A#!", _LINE),
    _SLASHES,
    _STARS,
    Form("string", "`", r"[^`\\$]*+(?>(?:(?:\\.|\$(?!\{))[^`\\$]*+)*)", "`", "${"),
    _QUOTED,
    _APOSTROPHES,
    Form("regex", "/", handler=_REGEX_LITERAL),
)
_JAVASCRIPT: Final = (*_TYPESCRIPT, Form("prose", r"<(?=[A-Za-z_$>])", handler=_ELEMENT))
_KOTLIN: Final = (
    _SLASHES,
    _NESTED_STARS,
    Form("string", '"""', r"[^\"$]*+(?>(?:(?:\"(?!\"\")|\$(?!\{))[^\"$]*+)*)", '"""', "${"),
    Form("string", '"', r"[^\"\\$\r\n]*+(?>(?:(?:\\.|\$(?!\{))[^\"\\$\r\n]*+)*)", '"', "${"),
    _ONE_CHARACTER,
)
_CSHARP: Final = (
    _SLASHES,
    _STARS,
    Form("part", r'\$+"""+', handler=_QUOTED_RUN),
    Form("string", r'"""+', handler=_QUOTED_RUN),
    Form("string", r'(?:\$@|@\$)"', r"[^\"{]*+(?>(?:(?:\"\"|\{\{)[^\"{]*+)*)", '"', "{"),
    Form("string", r'\$"', r"[^\"\\\r\n{]*+(?>(?:(?:\\.|\{\{)[^\"\\\r\n{]*+)*)", '"', "{"),
    Form("string", '@"', r"[^\"]*+(?>(?:\"\"[^\"]*+)*)", '"'),
    _QUOTED,
    _ONE_CHARACTER,
)
_RUBY: Final = (
    Form("comment", r"^=begin\b", r"[^\n]*+(?>(?:\n(?!=end)[^\n]*+)*)", "\n=end"),
    Form("prose", r"^__END__$", r".*+"),
    _HASH,
    Form("string", r"\$[\"'`]|\?[\"'#`/](?!\w)", handler=_SKIP),
    Form("heredoc", r"(?<![\w)\]])<<[~-]?[\"'`]?[A-Z_]\w*[\"'`]?", handler=_HEREDOC),
    Form("heredoc", r"<<[~-][\"'`]?[A-Z_]\w*[\"'`]?", handler=_HEREDOC),
    Form("string", r"%[wWiIqQrsx]?[(\[{<]", handler=_RUBY_PERCENT),
    Form("string", '"', r"[^\"\\#]*+(?>(?:(?:\\.|#(?!\{))[^\"\\#]*+)*)", '"', "#{"),
    Form("string", "`", r"[^`\\#]*+(?>(?:(?:\\.|#(?!\{))[^`\\#]*+)*)", "`", "#{"),
    Form("string", "'", _SINGLE_LINES, "'"),
    Form("regex", "/", handler=_REGEX_LITERAL),
)
_PHP: Final = (
    # A PHP file begins outside of the program, and returns there after `?>`.
    Form("prose", r"\A(?!<\?)", r"[^<]*+(?>(?:<(?!\?)[^<]*+)*)", "<?"),
    Form("prose", r"\?>", r"[^<]*+(?>(?:<(?!\?)[^<]*+)*)", "<?"),
    Form("comment", r"//|#(?!\[)", r"[^?\r\n]*+(?>(?:\?(?!>)[^?\r\n]*+)*)"),
    _STARS,
    Form("heredoc", r"<<<[ \t]*[\"']?[A-Za-z_]\w*[\"']?", handler=_HEREDOC),
    Form("string", '"', r"[^\"\\{]*+(?>(?:(?:\\.|\{(?!\$))[^\"\\{]*+)*)", '"', "{$"),
    Form("string", "'", _SINGLE_LINES, "'"),
)
_SHELL: Final = (
    Form("comment", r"(?<![^\s;&|()`])#", _LINE),
    Form("string", r"\\.", handler=_SKIP),
    Form(
        "heredoc",
        r"(?<!<)<<-?[ \t]*(?:\"[A-Za-z_]\w*\"|'[A-Za-z_]\w*'|\\?[A-Za-z_]\w*)",
        handler=_HEREDOC,
    ),
    Form("string", r"\$'", _SINGLE_LINES, "'"),
    Form("string", "'", r"[^']*+", "'"),
    Form("string", '"', r"[^\"\\$]*+(?>(?:(?:\\.|\$(?!\())[^\"\\$]*+)*)", '"', "$("),
)
_TOML: Final = (
    _HASH,
    _TEXT_BLOCK,
    Form("string", "'''", r"[^']*+(?>(?:'(?!'')[^']*+)*)", "'''"),
    _QUOTED,
    Form("string", "'", r"[^'\r\n]*+", "'"),
)
_HCL: Final = (
    _HASH,
    _SLASHES,
    _STARS,
    Form("heredoc", r"<<-?[A-Za-z_]\w*", handler=_HEREDOC),
    Form("string", '"', r"[^\"\\$%\r\n]*+(?>(?:(?:\\.|[$%](?!\{))[^\"\\$%\r\n]*+)*)", '"', "${"),
)
_POWERSHELL: Final = (
    Form("comment", "<#", r"[^#]*+(?>(?:#(?!>)[^#]*+)*)", "#>"),
    _HASH,
    Form("string", '@"', r"[^\n]*+(?>(?:\n(?!\"@)[^\n]*+)*)", '\n"@'),
    Form("string", "@'", r"[^\n]*+(?>(?:\n(?!'@)[^\n]*+)*)", "\n'@"),
    Form("string", '"', r"[^\"`$]*+(?>(?:(?:`.|\"\"|\$(?!\())[^\"`$]*+)*)", '"', "$("),
    Form("string", "'", r"[^']*+(?>(?:''[^']*+)*)", "'"),
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
        Form("string", r'(?<!\w)[bc]?r#*"', handler=_QUOTED_RUN),
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
        Form("comment", r"--\[\[", r"[^\]]*+(?>(?:\](?!\])[^\]]*+)*)", "]]"),
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
