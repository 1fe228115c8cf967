"""Images of a question in `agentsflare-kimi chat`: files, read into the form that is sent."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from typing import Final, NamedTuple

from agentsflare_kimi.cli import UsageError

__all__ = ["Image", "read_image"]

# The request may hold 100 MB, and base64 makes four bytes of three.
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
    """An image as a question carries it.

    Attributes:
        name: What the user called it.
        url: What is sent: a data URL, or `ms://` and the id of an uploaded file.
    """

    name: str
    url: str


def read_image(name: str) -> Image:
    """Read an image.

    Args:
        name: A file's name, `~` for the home directory; or `ms://` and the id of a file that
            was uploaded before.

    Returns:
        The image.

    Raises:
        UsageError: There is no such file, it is too large, or no image that models take.
    """
    if name.startswith(_UPLOADED):
        return Image(name, name)
    if name.lower().startswith(("http://", "https://")):
        raise UsageError(f"image {name!r}: addresses on the web are not read; download it first")
    content = _read(os.path.expanduser(name), name)  # noqa: PTH111  # a name may hold NUL
    kind = _kind(content[:16])
    if not kind:
        known = ", ".join(sign for sign, _ in _SIGNS)
        raise UsageError(f"image {name!r} is none of the kinds that are taken: {known}, heic, heif")
    data = base64.b64encode(content).decode("ascii")
    return Image(name, f"data:image/{kind};base64,{data}")


def _read(path: str, name: str) -> bytes:
    try:
        # Asked first: opening a pipe would wait for whoever writes to it.
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
