"""What a reader makes of a text: places with their position, and texts inside the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from agentsflare_kimi.lint.sources.bodies import Body

if TYPE_CHECKING:
    from agentsflare_kimi.lint.sources.settings import Setting

__all__ = ["CHANGEABLE", "Document", "Embedded", "Position", "Value", "slice_of"]

Position = Literal[
    "request",  # names the model of a request, or a setting that does
    "value",  # some other whole string or scalar: a catalogue, a list of choices
    "key",  # a key of a mapping, a subscript, a table's header
    "comparison",  # one side of a comparison, a `case`
    "record",  # an answer that was recorded
    "glued",  # next to a placeholder or another literal
    "comment",
    "prose",
    "code",
]

CHANGEABLE: Final = frozenset({"request"})


class Value(NamedTuple):
    """The string, scalar or comment around a place.

    Attributes:
        text: Its content, as it stands in the source.
        start: Where the content begins.
        end: Where it ends, exclusive.
        position: What it is there for.
        key: The key, variable or setter that it is given to; empty where there is none.
        body: The request around it, where the request is in sight.
        uses: The requests whose model is the constant that it is given to.
        settings: Parameters beside it that a model may pin.
        evidence: What speaks for a request, and against one: keys of `EVIDENCE`.
    """

    text: str
    start: int
    end: int
    position: Position
    key: str = ""
    body: Body | None = None
    uses: Sequence[Body] = ()
    settings: Sequence[Setting] = ()
    evidence: tuple[str, ...] = ()

    @property
    def bodies(self) -> Sequence[Body]:
        """The requests that it is the model of."""
        return (self.body,) if self.body else self.uses


class Embedded(NamedTuple):
    """A text inside a text: a notebook's cell, a fenced block, the body of a curl call.

    Attributes:
        text: It, decoded.
        language: Its language.
        offsets: Where each of its characters, and its end, stand in the text around it.
        escape: Turns a replacement for it into one for the text around it.
        is_sample: Whether it shows how something is done rather than doing it.
        doubt: Why a change of it may do harm, if it may.
        is_expected: Whether it is what is expected or came back, and is not sent.
    """

    text: str
    language: str
    offsets: Sequence[int]
    escape: Callable[[str], str] = str
    is_sample: bool = False
    doubt: str = ""
    is_expected: bool = False


def slice_of(
    text: str, start: int, end: int, language: str, *, is_sample: bool = False
) -> Embedded:
    """Take a part of a text as it stands for a text of its own."""
    return Embedded(text[start:end], language, range(start, end + 1), is_sample=is_sample)


class Document(Protocol):
    """A text as one language's reader understands it."""

    text: str
    language: str

    def embedded(self) -> Sequence[Embedded]:
        """List the texts inside it, which its own values leave out."""
        ...

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        ...

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        ...
