"""C#."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    LookUp,
    RequestForm,
    SdkLimit,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import ONE_CHARACTER, QUOTED, QUOTED_RUN, SLASHES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

# In an argument, the comma between its types divides it.
_DICTIONARY = (
    r"(?:\bnew\s+(?:\w*Dictionary<[^;={}]*>|JsonObject)|\A(?:object|dynamic|JsonNode)\??>)"
    r"\s*(?:\(\s*\))?"
)

LANGUAGE = Language(
    name="csharp",
    suffixes="cs csx",
    tags="c# dotnet",
    forms=(
        SLASHES,
        STARS,
        Form("part", r'(?<!\$)\$++"""+', handler=QUOTED_RUN),
        Form("string", r'"""+', handler=QUOTED_RUN),
        Form("string", r'(?:\$@|@\$)"', r"[^\"{]*+(?>(?:(?:\"\"|\{\{)[^\"{]*+)*)", '"', "{"),
        Form("string", r'\$"', r"[^\"\\\r\n{]*+(?>(?:(?:\\.|\{\{)[^\"\\\r\n{]*+)*)", '"', "{"),
        Form("string", '@"', r"[^\"]*+(?>(?:\"\"[^\"]*+)*)", '"'),
        QUOTED,
        ONE_CHARACTER,
    ),
    signs="/\"'$@",
    raw='"""',
    ends_at_line=False,
    tests=(
        r"\[(?:\w+\.)*(?:Fact|Theory|Test|TestCase|TestMethod|TestClass|TestFixture|SetUp"
        r"|OneTimeSetUp|DataTestMethod)\b"
    ),
    verbatim="@",
    formatted="$",
    requests=(
        RequestForm(
            "object",
            "{",
            r"\bnew",
            r"\b(?:Serialize|SerializeToUtf8Bytes|SerializeToNode|Create|PostAsJsonAsync)",
        ),
        RequestForm("object", "{", _DICTIONARY),
    ),
    has_capital_methods=True,
    extra_field="Patch.Set",
    looks_up=LookUp('System.Environment.GetEnvironmentVariable("{}")'),
    writes=Writing(mapping="new {{ {} }}", pair="{key} = {value}", has_one_quote=True),
    assembled=(
        AssembledForm("object", bound=r"(?P<name>\b[a-z_]\w*)\s*=\s*new\s*\Z"),
        AssembledForm("object", bound=rf"(?P<name>\b[a-z_]\w*)\s*=\s*{_DICTIONARY}\s*\Z"),
        AssembledForm(
            "object",
            bound=r"Dictionary<[^;{}]*>\s*(?P<name>\b[a-z_]\w*)\s*=\s*new\s*\(\s*\)\s*\Z",
        ),
    ),
    limits=(
        SdkLimit(
            r"\bChatClient\b",
            'switch thinking off with `options.Patch.Set("$.thinking.type"u8, "disabled")`'
            " where the request is made",
        ),
    ),
)
