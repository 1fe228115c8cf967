"""Writes `lint/languages/index.py` from the languages' data files."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1] / "agentsflare_kimi" / "lint" / "languages"
NOT_LANGUAGES = {"__init__", "base", "forms", "handlers", "index", "jsx"}
HEAD = '''"""Which language a suffix, a name, a tag or an interpreter stands for.

Written by `make generate` from the languages' data files; do not edit.
"""

'''


def page() -> str:
    """Return the index as a module's text."""
    tables: dict[str, dict[str, str]] = {
        "SUFFIXES": {},
        "FILENAMES": {},
        "TAGS": {},
        "INTERPRETERS": {},
    }
    for path in sorted(ROOT.glob("*.py")):
        if path.stem not in NOT_LANGUAGES:
            language = import_module(f"agentsflare_kimi.lint.languages.{path.stem}").LANGUAGE
            rows = {
                "SUFFIXES": language.suffixes,
                "FILENAMES": language.filenames,
                "TAGS": f"{language.name} {language.tags}",
                "INTERPRETERS": language.interpreters,
            }
            for table, words in rows.items():
                for word in words.split():
                    taken = tables[table].setdefault(word, language.name)
                    if taken != language.name:
                        sys.exit(f"{word!r} stands for {taken} and for {language.name}")
    return HEAD + "\n".join(map(_table, tables, tables.values())) + "\n"


def _table(name: str, words: dict[str, str]) -> str:
    """Write a table with a line for each language."""
    lines: dict[str, list[str]] = {}
    for word, language in sorted(words.items()):
        lines.setdefault(language, []).append(f'"{word}": "{language}",')
    rows = "".join(f"    {' '.join(row)}\n" for _, row in sorted(lines.items()))
    return f"{name} = {{\n{rows}}}"


if __name__ == "__main__":
    (ROOT / "index.py").write_text(page(), "utf-8")
