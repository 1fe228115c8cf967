"""C#."""

from agentsflare_kimi.lint.languages.base import Language, RequestForm
from agentsflare_kimi.lint.languages.forms import ONE_CHARACTER, QUOTED, QUOTED_RUN, SLASHES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

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
    ),
)
