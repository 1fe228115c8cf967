"""Finds the models that a text names, and whether the gateway or another host serves them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.identifiers import Name, find_names
from agentsflare_kimi.lint.sources.documents import Document, Embedded, Value
from agentsflare_kimi.models.catalog import list_models

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Mention", "find_mentions", "is_inside"]

# `kimi-k2-thinking:free`, `kimi-k2-thinking@Moonshot`: suffixes of other hosts.
_SUFFIX: Final = lazy(r"[:@][A-Za-z][\w-]*\Z")
_HOST: Final = lazy(r"[A-Za-z][\w.-]*(?:[/:][A-Za-z][\w.-]*){0,3}[/:]\Z|[a-z]+(?:ai)?\.\Z")
_OF_A_PROVIDER: Final = frozenset(
    {"openai:chat:", "openai:responses:", "openai:completion:", "openai:", "moonshot:"}
)
_TABLE: Final = lazy(r"[\w.-]+\.\Z")
# Router prefixes for Moonshot, the gateway, or whatever base URL is configured.
_OURS: Final = frozenset(
    "moonshot/ moonshot: moonshotai: kimi/ kimi: agentsflare/ agentsflare: openai/ openai: "  # noqa: SIM905  # words read best as words
    "openai_like/ openai:chat: openai:responses: openai:completion: custom_openai/ "
    "litellm_proxy/ openai-compatible/ openai_compatible/ oai/ compatible/".split()
)


class Mention(NamedTuple):
    """One place that names a model.

    Attributes:
        model: The name, without a host's prefix or suffix.
        host: That prefix or suffix; empty if there is none.
        start: Where the identifier begins.
        end: Where it ends, exclusive.
        value: The value around it.
        name_start: Where the model's own name begins, after a prefix.
    """

    model: str
    host: str
    start: int
    end: int
    value: Value
    name_start: int = -1

    @property
    def name_span(self) -> tuple[int, int]:
        """Start and end of the model's own name."""
        start = self.start if self.name_start < 0 else self.name_start
        return start, start + len(self.model)

    @property
    def in_prose(self) -> bool:
        """Whether it is in a comment or in prose, which nothing depends on."""
        return self.value.position in {"comment", "prose"}

    @property
    def is_request(self) -> bool:
        """Whether it decides which model is called."""
        return self.value.position == "request" and not self.host


@cache
def _known() -> Sequence[str]:
    return sorted((model.id for model in list_models()), key=len, reverse=True)


def find_mentions(document: Document, embedded: Sequence[Embedded]) -> Iterator[Mention]:
    """Find every place that names a model, outside embedded texts.

    Args:
        document: The text, as read.
        embedded: Its embedded texts.

    Yields:
        The places in order, without those that are joined to something else.
    """
    for name in find_names(document.text):
        if not is_inside(name.start, embedded) and (mention := _mention(document, name)):
            yield mention


def is_inside(offset: int, embedded: Sequence[Embedded]) -> bool:
    """Tell whether an offset is in one of the embedded texts, which are in order.

    A part that such a text leaves out, such as `${MODEL:-name}` in a script, does not count.
    """
    count = len(embedded)
    if count > 1 and embedded[-1].offsets[0] < embedded[-2].offsets[0]:
        # A notebook's program is scattered over its other cells.
        count -= 1
        if _holds(embedded[-1], offset):
            return True
    index = bisect_right(embedded, offset, 0, count, key=_start) - 1
    return index >= 0 and _holds(embedded[index], offset)


def _holds(text: Embedded, offset: int) -> bool:
    offsets = text.offsets
    is_between = offsets[0] <= offset < offsets[-1]
    return is_between and offsets[bisect_right(offsets, offset) - 1] == offset


def _start(text: Embedded) -> int:
    return text.offsets[0]


def _mention(document: Document, name: Name) -> Mention | None:
    value = document.value_at(name.start, name.end)
    if (
        name.default_of
        and not name.default_of.isdigit()
        and value.position in {"prose", "value", "request", "glued"}
    ):
        value = _as_default(name, value)
    model, host = _split(name.text)
    if value.position == "code":
        is_table = load(document.language).is_data and _TABLE.match(host or "")
        return (
            Mention(model, "", *_span(name), value._replace(position="key")) if is_table else None
        )
    if value.position == "glued" or (host and not _HOST.match(host) and not _SUFFIX.match(host)):
        return None
    own = name.start + (len(host) if name.text.startswith(host) else 0)
    if (
        host.lower() in _OF_A_PROVIDER
        and value.position == "value"
        and (value.key in {"id", "provider"} or (not value.key and host.count(":") > 1))
    ):
        # promptfoo's providers.
        value = value._replace(position="request")
    if host.lower() in _OURS and value.position == "request":
        # Kept in the text: the router strips it from the request.
        host = ""
    return Mention(model, host, *_span(name), value, own)


def _span(name: Name) -> tuple[int, int]:
    return name.start, name.end


def _as_default(name: Name, value: Value) -> Value:
    from agentsflare_kimi.lint.requests.keys import is_model_key  # noqa: PLC0415  # rarely needed

    position = "request" if is_model_key(name.default_of) else "value"
    return value._replace(position=position, key=name.default_of, start=name.start, end=name.end)


def _split(identifier: str) -> tuple[str, str]:
    """Split an identifier into a known name and a host's affix; keep unknown ones whole."""
    known = _known()
    if identifier in known:
        return identifier, ""
    for name in known:
        if identifier.endswith(name) and identifier[-len(name) - 1] in "/:.@":
            return name, identifier[: -len(name)]
        if identifier.startswith(name) and _SUFFIX.match(identifier, len(name)):
            return name, identifier[len(name) :]
    stem = _SUFFIX.sub("", identifier)
    if stem != identifier and "/" in stem:
        model, host = _split(stem)
        return model, host or identifier[len(stem) :]
    return identifier, ""
