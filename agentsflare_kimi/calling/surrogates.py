"""Finds lone UTF-16 surrogates in a request, which Python strings allow and UTF-8 does not.

They come from terminals, from files read with `surrogateescape`, and from JSON that was cut inside
an emoji. The HTTP library's error for them quotes the text.
Source: https://github.com/MoonshotAI/kimi-cli/issues/994
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from agentsflare_kimi.errors import LoneSurrogateError
from agentsflare_kimi.reading.lenient import LONE_SURROGATE

__all__ = ["lone_surrogate_error"]

_NAME: Final = re.compile(r"\w{1,64}", re.ASCII)


def lone_surrogate_error(body: object) -> LoneSurrogateError | None:
    """Make the error for the first lone surrogate in a request.

    Args:
        body: The JSON data to send.

    Returns:
        The error, which shows the place but not the text; None if there is no surrogate.
    """
    found = _find(body, "")
    if found is None:
        return None
    path, position, character = found
    error = LoneSurrogateError(
        f"{path or 'the request'} has half of a UTF-16 pair (U+{ord(character):04X}) at character "
        f"{position}, which cannot be sent; nothing was sent. Join it with its other half, or "
        'replace it: `text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")`',
    )
    error.path, error.position = path, position
    return error


def _find(value: object, path: str) -> tuple[str, int, str] | None:
    if isinstance(value, str):
        match = LONE_SURROGATE.search(value)
        return match and (path, match.start(), match.group())
    if isinstance(value, Mapping):
        for name, entry in cast("Mapping[object, object]", value).items():
            if found := _find(name, f"a name in {path}" if path else "a name in the request"):
                return found
            # A key that is not an identifier may be the caller's text.
            shown = name if isinstance(name, str) and _NAME.fullmatch(name) else "…"
            if found := _find(entry, f"{path}.{shown}" if path else shown):
                return found
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(cast("list[object]", value)):
            if found := _find(entry, f"{path}[{index}]"):
                return found
    return None
