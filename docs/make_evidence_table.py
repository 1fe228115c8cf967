"""Writes the tables of evidence in `linter.md` from the linter's own: `make generate`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.evidence.table import EVIDENCE, NOTHING_SHOWS
from agentsflare_kimi.lint.evidence.words import WORDS, Words

PAGE: Final = Path(__file__).with_name("linter.md")
BEGIN: Final = "<!-- evidence, by `make generate` -->"
END: Final = "<!-- end of evidence -->"


def make_tables() -> str:
    """Write what speaks for a request, and what speaks against changing it unseen."""
    favour = [evidence.what for evidence in EVIDENCE.values() if evidence.side == "for"]
    against = [evidence for evidence in EVIDENCE.values() if evidence.side == "against"]
    rows = [f"| {evidence.what} | {evidence.reason} |" for evidence in against]
    return "\n".join(
        [
            BEGIN,
            "",
            "Any of these speaks for a request:",
            "",
            *(f"- {what}" for what in favour),
            "",
            "Each of these speaks against it, or against a change that nobody looks at:",
            "",
            "| what is seen | what the fix says |",
            "| --- | --- |",
            *rows,
            f"| nothing of all this | {NOTHING_SHOWS} |",
            "",
            "<details><summary>The names that tell what a call, a key or a program does</summary>",
            "",
            "| what they are | names |",
            "| --- | --- |",
            *(_row(words) for words in (*SHOWING.values(), *WORDS.values())),
            "",
            "</details>",
            "",
            END,
        ]
    )


def _row(words: Words) -> str:
    return f"| {words.what} | {' '.join(f'`{word}`' for word in sorted(words.words))} |"


def with_tables(page: str) -> str:
    """Put the tables where the page has them."""
    return re.sub(
        f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: make_tables(), page, flags=re.DOTALL
    )


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), encoding="utf-8")
