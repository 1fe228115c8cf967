"""Reads a text in any language, to find where it names a model and why.

`read` picks the reader for the language. A reader answers one question, `value_at`: which value
is at this place? Nothing is executed, and a text that names no model is never parsed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from agentsflare_kimi.lint.languages import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentsflare_kimi.lint.sources.documents import Document

__all__ = ["read"]

# A reader is imported when the first text of its kind is read.
_READERS: Final[Mapping[str, tuple[str, str]]] = {
    "markdown": ("markdown", "MarkdownDocument"),
    "mdx": ("markdown", "MdxDocument"),
    "restructured": ("markdown", "RestructuredDocument"),
    "asciidoc": ("markdown", "AsciiDocDocument"),
    "org": ("markdown", "OrgDocument"),
    "notebook": ("notebook", "NotebookDocument"),
    "cell": ("notebook", "CellDocument"),
    "page": ("markup", "PageDocument"),
    "xml": ("markup", "XmlDocument"),
    "http": ("markup", "HttpDocument"),
    "prose": ("plain", "ProseDocument"),
    "plain": ("plain", "PlainDocument"),
    "shell": ("shell", "ShellDocument"),
    "yaml": ("yaml", "YamlDocument"),
    "ini": ("lines", "IniDocument"),
    "env": ("lines", "EnvDocument"),
    "dockerfile": ("lines", "DockerDocument"),
    "make": ("lines", "MakeDocument"),
    "batch": ("lines", "BatchDocument"),
}


def read(text: str, language: str) -> Document:
    """Read a text.

    Args:
        text: The text.
        language: Its language, as `language_of` names it.

    Returns:
        A document that describes the value at any place.
    """
    reader = "cell" if language == "cell" else load(language).reader
    if reader == "code":
        from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # see above

        return CodeDocument(text, language)
    module, name = _READERS[reader]
    made = getattr(import_module(f"{__name__}.{module}"), name)
    if reader == "shell":
        return cast("Callable[[str, str], Document]", made)(text, language)
    return cast("Callable[[str], Document]", made)(text)
