"""Writes `rules.md` from the rules themselves: `make generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from agentsflare_kimi.lint.rules import RULES
from agentsflare_kimi.lint.rules.explaining import explain

PAGE: Final = Path(__file__).with_name("rules.md")
HEAD: Final = """\
<!-- agentsflare: ignore-file (the samples are here to be found) -->

# Rules of the linter

What `agentsflare-kimi lint` looks for. Made from the rules by `make generate`, as
`agentsflare-kimi lint --explain CODE` is; change the rule, not this page.

A severity is that of a request. Elsewhere (catalogues, keys, comparisons, other hosts' names) the
rules on names warn and change nothing; in comments and prose they speak only if selected by name.

| Code | Name | Severity | What it finds |
| --- | --- | --- | --- |
"""


def make_page() -> str:
    """Write the page: a table of all rules, and one section a rule."""
    rows = (
        f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {rule.severity} | {rule.summary} |"
        for rule in RULES
    )
    sections = (_section(rule.code, explain(rule)) for rule in RULES)
    return HEAD + "\n".join(rows) + "\n" + "".join(sections)


def _section(code: str, text: str) -> str:
    fence = False
    lines: list[str] = []
    for line in text.splitlines():
        fence ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("#") and not fence else line)
    return f'\n<a id="{code.lower()}"></a>\n\n' + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
