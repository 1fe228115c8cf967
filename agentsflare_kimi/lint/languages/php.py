"""PHP."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    LookUp,
    RequestForm,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import HEREDOC, SINGLE_LINES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="php",
    suffixes="php phtml",
    forms=(
        # A PHP file begins outside the code, and returns there after `?>`.
        Form("prose", r"\A(?!<\?)", r"[^<]*+(?>(?:<(?!\?)[^<]*+)*)", "<?"),
        Form("prose", r"\?>", r"[^<]*+(?>(?:<(?!\?)[^<]*+)*)", "<?"),
        Form("comment", r"//|#(?!\[)", r"[^?\r\n]*+(?>(?:\?(?!>)[^?\r\n]*+)*)"),
        STARS,
        Form("heredoc", r"<<<[ \t]*[\"']?[A-Za-z_]\w*[\"']?", handler=HEREDOC),
        Form("string", '"', r"[^\"\\{]*+(?>(?:(?:\\.|\{(?!\$))[^\"\\{]*+)*)", '"', "{$"),
        Form("string", "'", SINGLE_LINES, "'"),
    ),
    signs="#\"'/?<",
    glues=".",
    ends_at_line=False,
    interpreters="php",
    tests=(
        r"\bextends[ \t]+\\?(?:\w+\\)*\w*TestCase\b"
        r"|(?<![\w.>$:])(?:it|test|describe|beforeEach|dataset)\("
    ),
    has_arrow_functions=False,
    # The SDK, too, sends an array as it is.
    requests=(RequestForm("object", "[", ""),),
    extra_field="'{name}' => […]",
    looks_up=LookUp('getenv("{}")'),
    writes=Writing(mapping="[{}]", pair="{quote}{key}{quote} => {value}"),
    assembled=(AssembledForm("object", bound=r"(?P<name>\$\w+)\s*=\s*\Z"),),
)
