"""Julia, R, Nim, Crystal, CoffeeScript and AWK: `#` comments and quoted strings."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, HASH, QUOTED, TEXT_BLOCK

LANGUAGE = Language(
    name="julia",
    suffixes="jl r nim cr coffee gd awk",
    tags="rscript",
    forms=(HASH, TEXT_BLOCK, QUOTED, APOSTROPHES),
    signs="#\"'",
    glues="+ * &",
    tests=r"^[ \t]*@test(?:set|_throws)?\b|\btest_that(?=\()",
    interpreters="rscript julia",
)
