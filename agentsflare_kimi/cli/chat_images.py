"""Reads images for questions in `agentsflare-kimi chat` into the form that the API takes."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from typing import Final, NamedTuple

from agentsflare_kimi.cli import UsageError

__all__ = ["Image", "read_image"]

# A request may have 100 MB, and base64 turns three bytes into four.
# Source: facts/kimi.md section 3.9, after
# https://platform.kimi.ai/docs/guide/use-kimi-vision-model
_MOST_BYTES: Final = 70_000_000
_UPLOADED: Final = "ms://"
_HEIF_BRANDS: Final = {
    b"heic": "heic",
    b"heix": "heic",
    b"hevc": "heic",
    b"mif1": "heif",
    b"msf1": "heif",
}
_SIGNS: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("gif", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("webp", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("bmp", lambda head: head.startswith(b"BM")),
)


class Image(NamedTuple):
    """An image of a question.

    Attributes:
        name: The name that the user gave.
        url: The URL to send: a data URL, or `ms://` and the id of an uploaded file.
    """

    name: str
    url: str


def read_image(name: str) -> Image:
    """Read an image.

    Args:
        name: A file name, which may begin with `~`; or `ms://` and the id of an uploaded
            file.

    Returns:
        The image.

    Raises:
        UsageError: The file is missing, too large, or not an image that models accept.
    """
    if name.startswith(_UPLOADED):
        return Image(name, name)
    if name.lower().startswith(("http://", "https://")):
        raise UsageError(f"image {name!r}: web addresses are not read; download it first")
    content = _read(os.path.expanduser(name), name)  # noqa: PTH111  # a name may hold NUL
    kind = _kind(content[:16])
    if not kind:
        known = ", ".join(sign for sign, _ in _SIGNS)
        raise UsageError(
            f"image {name!r} has an unsupported type; supported are {known}, heic, heif"
        )
    data = base64.b64encode(content).decode("ascii")
    return Image(name, f"data:image/{kind};base64,{data}")


def _read(path: str, name: str) -> bytes:
    try:
        # Checked first, because opening a pipe would block until it has a writer.
        status = os.stat(path)  # noqa: PTH116  # as above
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"image {name!r} is not a file")
        if status.st_size > _MOST_BYTES:
            size = status.st_size / 1_000_000
            most = _MOST_BYTES // 1_000_000
            raise UsageError(f"image {name!r} has {size:,.0f} MB; at most {most} MB can be sent")
        with open(path, "rb") as file:  # noqa: PTH123  # as above
            return file.read()
    except ValueError:
        raise UsageError(f"image {name!r} is not a file") from None
    except OSError as error:
        raise UsageError(f"image {name!r}: {error.strerror}") from error


def _kind(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return _HEIF_BRANDS.get(head[8:12], "")
    return next((kind for kind, fits in _SIGNS if fits(head)), "")
