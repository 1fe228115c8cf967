"""Every exception and warning of the package, in one tree.

openai.OpenAIError
├── openai.APIError
│   ├── UnreadableResponseError   what came is not a completion
│   ├── IncompleteStreamError     a stream ended early; `.partial` has what came
│   └── ... RateLimitError
│           └── BalanceExhaustedError   retrying does not help, a top-up does
└── KimiError
    ├── BatchError                a batch cannot be run as it was given
    ├── ConfigurationError
    │   ├── MissingApiKeyError
    │   └── UnsafeBaseUrlError
    └── ModelError (also ValueError)
        ├── UnknownModelError
        ├── RetiredModelError
        └── DeprecatedModelError

FutureWarning
└── KimiWarning
    ├── RetiredModelWarning       ├── UnlistedModelWarning
    ├── DeprecatedModelWarning    ├── LossyMigrationWarning
    └── UnknownModelWarning       └── RejectedParameterWarning
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterator
from typing import Any

from openai import APIError, OpenAIError, RateLimitError

__all__ = [
    "BalanceExhaustedError",
    "BatchError",
    "ConfigurationError",
    "DeprecatedModelError",
    "DeprecatedModelWarning",
    "IncompleteStreamError",
    "KimiError",
    "KimiWarning",
    "LossyMigrationWarning",
    "MissingApiKeyError",
    "ModelError",
    "RejectedParameterWarning",
    "RetiredModelError",
    "RetiredModelWarning",
    "UnknownModelError",
    "UnknownModelWarning",
    "UnlistedModelWarning",
    "UnreadableResponseError",
    "UnsafeBaseUrlError",
]


class UnreadableResponseError(APIError):
    """What came back is not a completion: HTML, an error body with status 200, empty, cut.

    Attributes:
        status_code: The HTTP status, None where it is not known.
        content_type: The content type that the gateway gave.
        excerpt: The first characters of what came, safe to print.
        response: The HTTP response, where there is one.
    """

    response: Any = None

    def __init__(
        self,
        message: str,
        request: Any = None,  # noqa: ANN401  # httpx's or httpx2's, as in the base class
        *,
        body: object | None = None,
        status_code: int | None = None,
        content_type: str | None = None,
        excerpt: str = "",
    ) -> None:
        """Say what is wrong with the answer, and show how it begins."""
        self.status_code = status_code
        self.content_type = content_type
        self.excerpt = excerpt
        super().__init__(message, request, body=body)

    def __str__(self) -> str:
        """Return the message with status, content type and first characters."""
        came = [f"HTTP status {self.status_code}"] if self.status_code else []
        came += [self.content_type or "no content type"] if self.status_code else []
        came += [f"begins {self.excerpt!r}"] if self.excerpt else ["empty"]
        return f"not a completion: {self.message} ({', '.join(came)})"


class IncompleteStreamError(APIError):
    """A stream ended with neither a finish reason nor `[DONE]`, or broke off.

    Attributes:
        partial: The text of choice 0 received until then.
    """

    def __init__(
        self,
        message: str,
        request: Any = None,  # noqa: ANN401  # as above
        *,
        body: object | None = None,
        partial: str = "",
    ) -> None:
        """Say how it ended, and keep what had come."""
        self.partial = partial
        super().__init__(message, request, body=body)


class BalanceExhaustedError(RateLimitError):
    """The account's balance is used up (HTTP 429); it was asked once and not retried."""


class KimiError(OpenAIError):
    """Base of the errors that this package raises before anything is sent."""


class BatchError(KimiError):
    """A batch cannot be run as it was given; the message says what to change."""


class ConfigurationError(KimiError):
    """A setting is missing or wrong; the message names the variable and the way out."""


class MissingApiKeyError(ConfigurationError):
    """No API key was given, in no argument, settings object or environment variable."""


class UnsafeBaseUrlError(ConfigurationError):
    """The base URL would carry the key and the prompt somewhere they should not go."""


class ModelError(KimiError, ValueError):
    """A model name was refused before sending.

    Attributes:
        model: The name that was refused.
        suggestions: Names to use instead, the likeliest first.
    """

    def __init__(
        self, message: str, *, model: str | None = None, suggestions: tuple[str, ...] = ()
    ) -> None:
        """Keep the refused *model* and the *suggestions* beside the *message*."""
        super().__init__(message)
        self.model = model
        self.suggestions = suggestions


class UnknownModelError(ModelError):
    """The catalog has no such name; the message suggests the nearest ones."""


class RetiredModelError(ModelError):
    """The gateway has retired the model and the setting `on_retired` is `error`."""


class DeprecatedModelError(ModelError):
    """The gateway has deprecated the model and the setting `on_deprecated` is `error`."""


class KimiWarning(FutureWarning):
    """Base of the package's warnings: visible by default, unlike DeprecationWarning."""


class RetiredModelWarning(KimiWarning):
    """A retired model was asked for."""


class DeprecatedModelWarning(KimiWarning):
    """A deprecated model was asked for."""


class UnknownModelWarning(KimiWarning):
    """A model was asked for that the catalog does not know."""


class UnlistedModelWarning(KimiWarning):
    """A known model was asked for that the gateway's page does not list."""


class LossyMigrationWarning(KimiWarning):
    """A request was migrated, and something that it asked for could not be kept."""


class RejectedParameterWarning(KimiWarning):
    """The gateway rejected a parameter; the request was sent again without it."""


def _reduce(error: OpenAIError) -> tuple[Any, ...]:
    return _rebuild, (type(error), error.args, vars(error))


def _rebuild(
    kind: type[OpenAIError], arguments: tuple[object, ...], state: dict[str, object]
) -> OpenAIError:
    error = kind.__new__(kind, *arguments)
    vars(error).update(state)
    return error


def _kinds(base: type[OpenAIError]) -> Iterator[type[OpenAIError]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


# The SDK's own errors can be pickled, but not loaded: their constructors want keywords. Pools of
# processes and task queues then lose the error. This adds what is missing and changes nothing else.
for _kind in _kinds(OpenAIError):
    copyreg.pickle(_kind, _reduce)  # pyright: ignore[reportArgumentType]  # typed for `type`, not a reducer
