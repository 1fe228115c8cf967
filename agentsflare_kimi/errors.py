"""Every exception and warning of the package, in one tree.

openai.OpenAIError
├── openai.APIError
│   ├── UnreadableResponseError   the response is not a completion
│   ├── IncompleteStreamError     a stream ended early; `.partial` has its text so far
│   ├── UnparsedAnswerError (also ValueError)   the SDK cannot parse it; see `.completion`
│   ├── ContentFilteredError      the answer was blocked, and `on_filtered` is `error`
│   ├── ServedModelError          a different model answered, and `on_substitution` is `error`
│   └── ... RateLimitError
│           └── BalanceExhaustedError   retrying does not help, a top-up does
└── KimiError
    ├── BatchError                a batch cannot run as given
    ├── ConfigurationError
    │   ├── MissingApiKeyError
    │   └── UnsafeBaseUrlError
    ├── LoneSurrogateError (also ValueError)   half of a UTF-16 pair in the prompt
    └── ModelError (also ValueError)
        ├── UnknownModelError
        ├── RetiredModelError
        └── DeprecatedModelError

FutureWarning
└── KimiWarning
    ├── RetiredModelWarning       ├── UnlistedModelWarning
    ├── DeprecatedModelWarning    ├── LossyMigrationWarning
    ├── UnknownModelWarning       ├── RejectedParameterWarning
    └── MisspeltVariableWarning   └── ServedModelWarning
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openai import APIError, OpenAIError, RateLimitError

from agentsflare_kimi.pickling import Picklable

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

    from agentsflare_kimi.reading.filters import FilterReport

__all__ = [
    "BalanceExhaustedError",
    "BatchError",
    "ConfigurationError",
    "ContentFilteredError",
    "DeprecatedModelError",
    "DeprecatedModelWarning",
    "IncompleteStreamError",
    "KimiError",
    "KimiWarning",
    "LoneSurrogateError",
    "LossyMigrationWarning",
    "MissingApiKeyError",
    "MisspeltVariableWarning",
    "ModelError",
    "RejectedParameterWarning",
    "RetiredModelError",
    "RetiredModelWarning",
    "ServedModelError",
    "ServedModelWarning",
    "UnknownModelError",
    "UnknownModelWarning",
    "UnlistedModelWarning",
    "UnparsedAnswerError",
    "UnreadableResponseError",
    "UnsafeBaseUrlError",
]


class UnreadableResponseError(Picklable, APIError):
    """The response is not a completion: HTML, an error with status 200, empty or truncated.

    Attributes:
        status_code: The HTTP status; None if unknown.
        content_type: The response's content type.
        excerpt: The first characters of the body, safe to print.
        response: The HTTP response, if there is one.
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
        """Store what is wrong with the response, and how its body begins."""
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


class IncompleteStreamError(Picklable, APIError):
    """A stream ended with neither a finish reason nor `[DONE]`, or broke off.

    Attributes:
        partial: The text of choice 0 received so far.
    """

    def __init__(
        self,
        message: str,
        request: Any = None,  # noqa: ANN401  # as above
        *,
        body: object | None = None,
        partial: str = "",
    ) -> None:
        """Store how the stream ended, and the text received so far."""
        self.partial = partial
        super().__init__(message, request, body=body)


class UnparsedAnswerError(Picklable, APIError, ValueError):
    """The SDK's `.parse()` or `.stream()` cannot parse the answer into the requested type.

    It is also an instance of the class that the SDK raised, such as pydantic's
    `ValidationError`, so existing `except` clauses still catch it. Its `completion` is the
    answer received so far.
    """

    completion: Any = None


class BalanceExhaustedError(Picklable, RateLimitError):
    """The account's balance, quota or plan is used up (HTTP 429); it is not retried.

    It is a `RateLimitError` because programs that handle 429 catch that, and because the SDK
    itself raises one here. Code that retries rate limits must exclude this class, or check
    `diagnose(error).is_retryable`.
    """


class ContentFilteredError(Picklable, APIError):
    """A content filter blocked the answer, and the setting `on_filtered` is `error`.

    Attributes:
        report: Everything that the filter reported; see `FilterReport`.
        partial: The text of choice 0 received before the block.
        completion: The answer received so far; None for APIs other than chat completions.
    """

    def __init__(
        self,
        message: str,
        request: Any = None,  # noqa: ANN401  # as above
        *,
        report: FilterReport,
        body: object | None = None,
        partial: str = "",
        completion: ChatCompletion | None = None,
    ) -> None:
        """Store what was blocked, the report, and the answer received so far."""
        self.report = report
        self.partial = partial
        self.completion = completion
        super().__init__(message, request, body=body)


class ServedModelError(Picklable, APIError):
    """A model other than the requested one answered, and `on_substitution` is `error`.

    Attributes:
        model_sent: The model that the request was sent to.
        model_served: The model that the answer names.
        completion: The answer; for a stream, its first chunk.
        partial: The text of choice 0 in it.
    """

    def __init__(
        self,
        message: str,
        request: Any = None,  # noqa: ANN401  # as above
        *,
        model_sent: str,
        model_served: str,
        completion: object,
        partial: str = "",
    ) -> None:
        """Store both models, and the answer received so far."""
        self.model_sent = model_sent
        self.model_served = model_served
        self.completion = completion
        self.partial = partial
        super().__init__(message, request, body=None)


class KimiError(Picklable, OpenAIError):
    """Base of the errors that this package raises before anything is sent."""


class BatchError(KimiError):
    """A batch cannot run as given; the message says what to change."""


class ConfigurationError(KimiError):
    """A setting is missing or wrong; the message names the variable and the way out."""


class MissingApiKeyError(ConfigurationError):
    """No argument, settings object or environment variable provides an API key."""


class UnsafeBaseUrlError(ConfigurationError):
    """The base URL would send the key and the prompt somewhere unsafe."""


class LoneSurrogateError(KimiError, ValueError):
    """A string in the request holds a lone UTF-16 surrogate, which cannot be sent.

    Attributes:
        path: Where the string is, such as `messages[3].content`; the string is not shown.
        position: Index of the surrogate in that string, from 0.
    """

    path: str = ""
    position: int = 0


class ModelError(KimiError, ValueError):
    """A model name was refused before sending.

    Attributes:
        model: The name that was refused.
        suggestions: Names to use instead, the likeliest first.
    """

    def __init__(
        self, message: str, *, model: str | None = None, suggestions: tuple[str, ...] = ()
    ) -> None:
        """Store the refused *model* and the *suggestions* with the *message*."""
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
    """The request names a retired model."""


class DeprecatedModelWarning(KimiWarning):
    """The request names a deprecated model."""


class UnknownModelWarning(KimiWarning):
    """The request names a model that the catalog does not know."""


class UnlistedModelWarning(KimiWarning):
    """The request names a known model that the gateway's page does not list."""


class LossyMigrationWarning(KimiWarning):
    """A request was migrated, and part of what it asked for was lost."""


class MisspeltVariableWarning(KimiWarning):
    """A variable that nothing reads is set, and its name is close to a setting's."""


class RejectedParameterWarning(KimiWarning):
    """The gateway rejected a parameter; the request was sent again without it."""


class ServedModelWarning(KimiWarning):
    """A model other than the requested one answered."""
