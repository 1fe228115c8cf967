"""Languages, one data file each; tells the language of a file or a fenced block.

To add one, add a module with a `LANGUAGE` here and run `make generate`, which writes `index.py`.
"""

from __future__ import annotations

from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint import module_of
from agentsflare_kimi.lint.languages.index import FILENAMES, INTERPRETERS, SUFFIXES, TAGS
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.languages.base import Language

__all__ = ["guessed", "language_in", "language_of", "load", "tagged"]

# Suffixes of templates, which follow the suffix of the language.
_TEMPLATES: Final = frozenset(
    "example sample template tmpl tpl gotmpl j2 jinja jinja2 dist in default orig bak erb ejs "  # noqa: SIM905  # words read best as words
    "eex hbs njk twig mustache liquid local".split()
)
_RECORDS: Final = (".csv", ".tsv", ".diff", ".patch", ".log")
_LONGEST_SHEBANG: Final = 200
_SHELL: Final = lazy(r"[ \t]*(?:\$ |curl |export |docker |pip |npm |uv |llm |#!/bin)")
_SCRIPT: Final = lazy(r"[ \t]*(?:(?:const|let|var|await|function)\b|import .* from)")
_PYTHON: Final = lazy(
    r"[ \t]*(?:from [\w.]+ import|import \w|def \w+\(|\w[\w.]*+(?: = [^\n]*\(|\())"
)
_VARIABLE: Final = lazy(r"[ \t]*[A-Z][A-Z0-9_]*+=")
_LINE: Final = lazy(r"[ \t]*(?:\[[\w. -]+\][ \t]*\Z|[a-z][\w.-]*[ \t]*=[ \t]*[^\s=(]+[ \t]*\Z)")
_KEY: Final = lazy(r"[ -]*+[\w.-]++:(?: |\Z)")
# Each must match all non-blank lines, or any of them; the first that matches wins.
_GUESSES: Final = (
    ("env", _VARIABLE, all),
    ("ini", _LINE, all),
    ("shell", _SHELL, any),
    ("javascript", _SCRIPT, any),
    ("python", _PYTHON, any),
    ("yaml", _KEY, all),
)


def language_of(filename: str, text: str) -> str:
    """Tell the language of a file.

    Args:
        filename: Its name, with or without a path.
        text: Its content; its first line may name an interpreter.

    Returns:
        The name of a language; `plain` if unknown.
    """
    name = filename.replace("\\", "/").rpartition("/")[2].lower()
    if name.startswith(".env") and not name.startswith(".envrc"):
        return "env"
    if name.endswith(_RECORDS) or name.startswith("changelog"):
        return "prose"
    if text.startswith("#!") and "." not in name:
        return _by_shebang(text)
    return _by_name(name) or _by_content(text)


def load(name: str) -> Language:
    """Load a language's data; cached.

    Args:
        name: Its name, as `language_of` returns it.
    """
    return _loaded(name)


@cache
def _loaded(name: str) -> Language:
    language: Language = module_of(f"languages.{name.replace('-', '_')}").LANGUAGE
    return language


def tagged(tag: str) -> str:
    """Tell the language of a fenced block by its tag; empty for unknown ones."""
    return TAGS.get(tag) or SUFFIXES.get(tag, "")


def _by_name(name: str) -> str:
    if name in FILENAMES or name.split(".", maxsplit=1)[0] in FILENAMES:
        return FILENAMES.get(name) or FILENAMES[name.split(".", maxsplit=1)[0]]
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        return SUFFIXES.get(name, "") if name in {"env", "dotenv"} else ""
    if (double := ".".join(name.split(".")[-2:])) in SUFFIXES:
        return SUFFIXES[double]
    if suffix in _TEMPLATES:
        return _by_name(stem) or SUFFIXES.get(suffix, "")
    if stem:
        return SUFFIXES.get(suffix, "")
    return SUFFIXES.get(suffix, "") if suffix == "envrc" else ""


def _by_content(text: str) -> str:
    if text.startswith("#!"):
        return _by_shebang(text)
    begin = text.lstrip()[:1]
    return "json" if begin == "{" and text.rstrip()[-1:] == "}" and '"' in text else "plain"


def _by_shebang(text: str) -> str:

    words = text[:_LONGEST_SHEBANG].partition("\n")[0].replace("/", " ").split()
    found = (INTERPRETERS.get(word.rstrip("0123456789.")) for word in reversed(words))
    return next(filter(None, found), "plain")


def language_in(tag: str, text: str) -> str:
    """Tell the language of a block: by its tag, or by its content."""
    known = tagged(tag)
    if known == "prose":
        return guessed(text) or known
    return known or guessed(text) or ("plain" if tag else "")


def guessed(text: str) -> str:
    """Guess the language of a block without a tag; empty if unknown."""
    if "kimi-" not in text and "moonshot-" not in text:
        return ""
    stripped = text.strip()
    if stripped[:1] in {"{", "["} and stripped[-1:] in {"}", "]"}:
        return "json"
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    for language, sign, judge in _GUESSES:
        if lines and judge(sign.match(line) is not None for line in lines):
            return language
    return ""
