"""PHP."""

from agentsflare_kimi.lint.languages.base import Language, RequestForm
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
    requests=(RequestForm("object", "[", r"\A", r"\bchat\s*\(\s*\)\s*->\s*create(?:Streamed)?"),),
)
