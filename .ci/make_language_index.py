"""Writes `lint/languages/index.py` from the languages' data files."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1] / "agentsflare_kimi" / "lint" / "languages"
NOT_LANGUAGES = {"__init__", "base", "forms", "index"}
HEAD = '''"""Which language a suffix, a name, a tag or an interpreter stands for.

Written by `make generate` from the languages' data files; do not edit.
"""

from typing import Final

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
    return (
        HEAD
        + "\n".join(
            f"{table}: Final = {{\n"
            + "".join(f'    "{word}": "{name}",\n' for word, name in sorted(words.items()))
            + "}"
            for table, words in tables.items()
        )
        + "\n"
    )


if __name__ == "__main__":
    (ROOT / "index.py").write_text(page(), "utf-8")
