"""Java."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    LookUp,
    RequestForm,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import (
    BUILDER,
    ONE_CHARACTER,
    QUOTED,
    SLASHES,
    STARS,
    TEXT_BLOCK,
)

LANGUAGE = Language(
    name="java",
    suffixes="java",
    forms=(SLASHES, STARS, TEXT_BLOCK, QUOTED, ONE_CHARACTER),
    signs="/\"'",
    ends_at_line=False,
    tests=r"@(?:\w+\.)*(?:\w*Test|BeforeEach|BeforeAll|Before|Test\w*|Nested)\b",
    requests=(
        RequestForm("chain", "", "ChatCompletionCreateParams"),
        RequestForm("object", "(", r"\bMap\s*\.\s*of", alternates=True),
    ),
    assembled=(
        AssembledForm("chain", bound="", declared=BUILDER),
        AssembledForm(
            "object",
            bound="",
            declared=r"(?P<name>\w+)\s*=\s*new\s+\w*Map\s*<[^;]*>\s*\(\s*\)",
        ),
    ),
    extra_field="putAdditionalBodyProperty",
    looks_up=LookUp('System.getenv("{}")'),
    writes=Writing(
        mapping="{Map}.of({})",
        pair='"{key}", {value}',
        has_one_quote=True,
        imports=("com.openai.core.JsonValue", "java.util.Map"),
    ),
)
