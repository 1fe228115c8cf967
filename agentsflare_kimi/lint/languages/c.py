"""C and related languages."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, QUOTED, SLASHES, STARS, TEXT_BLOCK
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="c",
    suffixes="c h cc cpp cxx hpp hh m mm proto v zig vala d ino cu sol",
    tags="c++ cpp objc protobuf",
    forms=(
        SLASHES,
        STARS,
        TEXT_BLOCK,
        Form("string", r'(?<!\w)R"\w*\(', r"[^)]*+(?>(?:\)(?!\w*\")[^)]*+)*)", ')"'),
        QUOTED,
        APOSTROPHES,
    ),
    signs="/\"'",
    longest_prefix=1,
    raw="R",
    ends_at_line=False,
    touching=True,
)
