"""Python, and languages that are read as Python."""

from agentsflare_kimi.lint.languages.base import Language, LookUp, Writing
from agentsflare_kimi.lint.languages.forms import DOUBLE, HASH, SINGLE, TRIPLE_DOUBLE, TRIPLE_SINGLE
from agentsflare_kimi.lint.sources.lexer import Form

_PREFIX = r"(?:(?<!\w)[rRbBuU]{1,2})?"
_FORMATTED = r"(?<!\w)[rR]?[fFtT][rR]?"

LANGUAGE = Language(
    name="python",
    suffixes="py pyi pyw pyx bzl bazel star mojo",
    filenames="tiltfile",
    tags="starlark python3 pycon ipython",
    forms=(
        HASH,
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
            "string",
            rf'{_FORMATTED}"',
            r"[^\"\\\r\n{]*+(?>(?:(?:\\.|\{\{)[^\"\\\r\n{]*+)*)",
            '"',
            "{",
        ),
        Form(
            "string",
            rf"{_FORMATTED}'",
            r"[^'\\\r\n{]*+(?>(?:(?:\\.|\{\{)[^'\\\r\n{]*+)*)",
            "'",
            "{",
        ),
        Form("string", rf'{_PREFIX}"""', TRIPLE_DOUBLE, '"""'),
        Form("string", rf"{_PREFIX}'''", TRIPLE_SINGLE, "'''"),
        Form("string", rf'{_PREFIX}"', DOUBLE, '"'),
        Form("string", rf"{_PREFIX}'", SINGLE, "'"),
    ),
    signs="#\"'",
    longest_prefix=2,
    glues="+ %",
    raw='r" r\' r""" r\'\'\' br" rb"',
    goes_on=False,
    touching=True,
    interpreters="python",
    is_indented=True,
    tests=(
        r"^[ \t]*(?:async[ \t]+)?def[ \t]+test_\w*"
        r"|^[ \t]*class[ \t]+(?:Test\w*|\w+\([^)]*TestCase\))"
        r"|^[ \t]*@pytest\."
        r"|^[ \t]*(?:async[ \t]+)?with[ \t]+[^\n]*"
        r"(?:\braises(?=\()|assertRaises|\bpatch\b|\bmock\b|cassette|\brespx\b)"
    ),
    formatted="ft",
    body="keywords",
    parsed_as="python",
    has_our_client=True,
    argument_sign="=",
    extra_field='extra_body={{"{name}": …}}',
    looks_up=LookUp('os.environ["{}"]', imports="import os"),
    writes=Writing(constants={}, statement_end=""),
)
