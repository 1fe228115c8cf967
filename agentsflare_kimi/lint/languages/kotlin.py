"""Kotlin."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    LookUp,
    RequestForm,
    SdkLimit,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import BUILDER, NESTED_STARS, ONE_CHARACTER, SLASHES
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="kotlin",
    suffixes="kt kts",
    forms=(
        SLASHES,
        NESTED_STARS,
        Form("string", '"""', r"[^\"$]*+(?>(?:(?:\"(?!\"\")|\$(?!\{))[^\"$]*+)*)", '"""', "${"),
        Form("string", '"', r"[^\"\\$\r\n]*+(?>(?:(?:\\.|\$(?!\{))[^\"\\$\r\n]*+)*)", '"', "${"),
        ONE_CHARACTER,
    ),
    signs="/\"'",
    raw='"""',
    tests=(
        r"@(?:\w+\.)*(?:\w*Test|BeforeEach|BeforeAll|Before|BeforeTest|Nested)\b"
        r"|:[ \t]*(?:String|Fun|Behavior|Describe|Should|Word|Free|Feature|Expect)Spec\("
    ),
    requests=(
        RequestForm("chain", "", "ChatCompletionCreateParams"),
        RequestForm("object", "(", r"\b(?:mutableM|m|linkedM|hashM)apOf(?:\s*<[^()]*>)?"),
    ),
    assembled=(
        AssembledForm("chain", bound="", declared=BUILDER),
        AssembledForm(
            "object",
            bound=r"(?P<name>\b[a-z_]\w*)\s*(?::[^=\n]*)?=\s*\w*[mM]apOf(?:\s*<[^()]*>)?\s*\Z",
        ),
    ),
    extra_field="putAdditionalBodyProperty",
    looks_up=LookUp('System.getenv("{}")'),
    writes=Writing(
        mapping="mapOf({})",
        pair='"{key}" to {value}',
        has_one_quote=True,
        statement_end="",
        imports=("com.openai.core.JsonValue",),
    ),
    limits=(
        SdkLimit(
            r"\bcom\.aallam\.openai\b",
            "openai-kotlin cannot send `thinking`; com.openai:openai-java can",
        ),
    ),
)
