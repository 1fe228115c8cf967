"""The result of reading a text: values with their positions, and embedded texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple, Protocol
from agentsflare_kimi.lint.requests.bodies import Body

if TYPE_CHECKING:
    from agentsflare_kimi.lint.requests.settings import Setting

__all__ = ["Document", "Embedded", "Position", "Value", "line_around", "slice_of", "word_before"]

Position = Literal[
    "request",  # the model of a request, or of a setting for requests
    "value",  # another whole string or scalar: a catalogue, a list of choices
    "key",  # a mapping's key, a subscript, a table's header
    "comparison",  # one side of a comparison, a `case`
    "record",  # in a recorded response
    "glued",  # joined to a placeholder or another literal
    "comment",
    "prose",
    "code",
]


class Value(NamedTuple):
    """The string, scalar or comment at a place.

    Attributes:
        text: Its content, as written in the source.
        start: Where the content begins.
        end: Where it ends, exclusive.
        position: Its role in the text.
        key: The key, variable or setter that it is assigned to; empty if there is none.
        body: The request around it, if that can be read.
        uses: The requests whose model is the constant that it is assigned to.
        settings: Parameters beside it that a model may fix.
        evidence: Evidence for and against a request: keys of `EVIDENCE`.
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
        """The requests whose model it is."""
        return (self.body,) if self.body else self.uses


class Embedded(NamedTuple):
    """A text inside a text: a notebook's cell, a fenced block, the body of a curl call.

    Attributes:
        text: The decoded text.
        language: Its language.
        offsets: The offset in the outer text of each of its characters, and of its end.
        escape: Escapes a replacement for the outer text.
        is_sample: Whether it is example code rather than code that runs.
        doubt: Why changing it may do harm; empty if it is safe.
        is_expected: Whether it is an expected or received response, not a request.
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
    """Make an embedded text of a part of *text*, without decoding."""
    return Embedded(text[start:end], language, range(start, end + 1), is_sample=is_sample)


def line_around(text: str, offset: int) -> tuple[int, int]:
    """Return where the line of *offset* begins and ends."""
    end = text.find("\n", offset)
    return text.rfind("\n", 0, offset) + 1, end if end >= 0 else len(text)


def word_before(text: str, end: int) -> str:
    """Return the letters, digits and underscores right before *end*."""
    start = end
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:end]


class Document(Protocol):
    """A text, as the reader of its language sees it."""

    text: str
    language: str

    def embedded(self) -> Sequence[Embedded]:
        """List the embedded texts, whose values are not its own."""
        ...

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        ...

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        ...
