"""Rust."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    RequestForm,
    SdkLimit,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import (
    DOUBLE_LINES,
    NESTED_STARS,
    ONE_CHARACTER,
    QUOTED_RUN,
    SLASHES,
)
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="rust",
    suffixes="rs",
    forms=(
        SLASHES,
        NESTED_STARS,
        Form("string", r'(?<!\w)[bc]?r#*"', handler=QUOTED_RUN),
        Form("string", r'(?:(?<!\w)[bc])?"', DOUBLE_LINES, '"'),
        ONE_CHARACTER,
    ),
    signs="/\"'",
    longest_prefix=8,
    raw="r",
    ends_at_line=False,
    tests="#\\[cfg\\((?:all\\()?test\\b[^\\n]*|#\\[(?:\\w+::)?test\\b[^\\n]*",
    requests=(RequestForm("object", "{", r"\A", r"\bjson!"),),
    assembled=(
        AssembledForm(
            "object",
            bound=r"(?P<name>\w+)\s*(?::\s*[\w:]+\s*)?=\s*(?:\w+::)*json!\s*\(\s*\Z",
        ),
    ),
    writes=Writing(has_one_quote=True),
    limits=(
        SdkLimit(
            r"\bCreateChatCompletionRequest(?:Args)?\b",
            "async-openai's types have no `thinking`; `create_byot` takes any JSON",
        ),
    ),
)
