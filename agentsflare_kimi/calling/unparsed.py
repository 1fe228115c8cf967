"""Makes the error for an answer that the SDK cannot parse into the requested type."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from openai import APIError, OpenAIError
from pydantic import ValidationError

from agentsflare_kimi.calling.failures import explain
from agentsflare_kimi.errors import UnparsedAnswerError
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["in_our_tree", "unparsed", "unparsed_answer_error"]

_MOST_CLASSES: Final = 64
_ORIGINAL: Final = "_validation_error"


@contextmanager
def in_our_tree(answer: Callable[[], object], response: Response) -> Generator[None]:
    """Convert exceptions of the SDK's parser to errors of `openai`'s tree.

    Args:
        answer: Returns the answer so far; called only if something is raised.
        response: The HTTP response that it came with.
    """
    try:
        yield
    except Warning:  # a filter turned it into an error
        raise
    except Exception as error:
        found = unparsed(error, answer(), response)
        if found is error:
            raise
        raise found from error


def unparsed(error: Exception, answer: object, response: Response) -> OpenAIError:
    """Return what to raise for *error*, which the SDK raised while parsing *answer*.

    Args:
        error: What its parser or stream helper raised.
        answer: What it tried to parse; kept as the error's `completion`.
        response: The HTTP response.

    Returns:
        *error* itself if it is in `openai`'s tree; else an `UnparsedAnswerError` that is also an
        instance of the class of *error*, so existing `except` clauses still catch it.
    """
    found = error
    if not isinstance(found, OpenAIError):
        found = unparsed_answer_error(
            f"the SDK could not turn the answer into the requested type: {_fault(error)}; "
            "`.completion` has the answer",
            response.request,
            error,
        )
    if vars(found).get("completion") is None:
        vars(found)["completion"] = answer
    explain(found, response)
    return found


def unparsed_answer_error(
    message: str,
    request: Any,  # noqa: ANN401  # httpx's or httpx2's
    error: Exception,
) -> UnparsedAnswerError:
    """Make an `UnparsedAnswerError` in place of *error*.

    Args:
        message: What is wrong.
        request: The request whose answer it is.
        error: What the SDK raised.

    Returns:
        The error. It is also an instance of the class of *error*, unless that cannot be
        subclassed.
    """
    plain = UnparsedAnswerError(message, request, body=None)
    kind = _also(type(error))
    if kind is UnparsedAnswerError:
        return plain
    state = {name: value for name, value in vars(error).items() if name != "__notes__"}
    if isinstance(error, ValidationError):
        state[_ORIGINAL] = error
    return _made(type(error), plain.args, state | vars(plain))


@lru_cache(_MOST_CLASSES)
def _also(theirs: type[Exception]) -> type[UnparsedAnswerError]:
    """Return a subclass of ours and *theirs*; ours alone if that is impossible."""
    if issubclass(UnparsedAnswerError, theirs):
        return UnparsedAnswerError

    def reduce(error: Any) -> tuple[Any, ...]:  # noqa: ANN401  # of the class that is made here
        return _made, (theirs, error.args, vars(error))

    own: dict[str, Any] = {
        "__module__": UnparsedAnswerError.__module__,
        "__doc__": UnparsedAnswerError.__doc__,
        "__reduce__": reduce,
        # `KeyError` would show its message in quotes, pydantic its own.
        "__str__": _message,
        "__repr__": UnparsedAnswerError.__repr__,
    }
    if issubclass(theirs, ValidationError):
        own |= {name: _delegate(name) for name in ("errors", "error_count", "json")}
        own["title"] = property(lambda error: _original(error).title)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
    try:
        kind = type(UnparsedAnswerError.__name__, (UnparsedAnswerError, theirs), own)
        _new(kind, ("",))
    except TypeError:
        return UnparsedAnswerError
    return kind


def _message(error: APIError) -> str:
    return error.message


def _original(error: object) -> ValidationError:
    return vars(error)[_ORIGINAL]


def _delegate(name: str) -> Callable[..., object]:
    # The state of pydantic's error cannot be copied, so calls are delegated to it.
    def ask(error: object, **options: object) -> object:
        return getattr(_original(error), name)(**options)

    return ask


def _made(
    theirs: type[Exception], arguments: tuple[object, ...], state: dict[str, object]
) -> UnparsedAnswerError:
    error = _new(_also(theirs), arguments)
    vars(error).update(state)
    return error


def _new(kind: type[Any], arguments: tuple[object, ...]) -> UnparsedAnswerError:
    # Not by the constructor, because that of *theirs* may require other arguments.
    if issubclass(kind, ValidationError):
        error: Any = kind.__new__(kind, UnparsedAnswerError.__name__, [])
    else:
        error = kind.__new__(kind, *arguments)
    error.args = arguments
    return error


def _fault(error: Exception) -> str:
    # Without the input, which pydantic would quote.
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        return f"{place}: {first['msg']}" if place else first["msg"]
    return f"{type(error).__name__}: {printable(str(error))[:200]}".removesuffix(": ")
