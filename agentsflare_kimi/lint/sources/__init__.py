"""Reads a text in any language: where it names a model, and what for.

`read` picks the reader by the language. A reader answers one question, `value_at`: what stands
around this place? Nothing is executed, and nothing is parsed that holds no name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentsflare_kimi.lint.sources.documents import Document

__all__ = ["read"]

# A reader is loaded when the first text of its kind comes along.
_READERS: Final[Mapping[str, tuple[str, str]]] = {
    "markdown": ("embedded", "MarkdownDocument"),
    "notebook": ("embedded", "NotebookDocument"),
    "cell": ("embedded", "CellDocument"),
    "page": ("embedded", "PageDocument"),
    "prose": ("plain", "ProseDocument"),
    "plain": ("plain", "PlainDocument"),
    "shell": ("shell", "ShellDocument"),
    "yaml": ("lines", "YamlDocument"),
    "ini": ("lines", "IniDocument"),
    "env": ("lines", "EnvDocument"),
    "dockerfile": ("lines", "DockerDocument"),
    "make": ("lines", "MakeDocument"),
}


def read(text: str, language: str) -> Document:
    """Read a text.

    Args:
        text: The text.
        language: Its language, as `language_of` names it.

    Returns:
        A document that tells what stands where.
    """
    if language not in _READERS:
        from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # see above

        return CodeDocument(text, language)
    module, name = _READERS[language]
    reader = getattr(import_module(f"{__name__}.{module}"), name)
    return cast("Callable[[str], Document]", reader)(text)
