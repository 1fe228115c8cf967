"""Every exception and warning of the package, in one tree.

openai.OpenAIError
├── openai.APIError
│   ├── UnreadableResponseError   what came is not a completion
│   ├── IncompleteStreamError     a stream ended early; `.partial` has what came
│   ├── UnparsedAnswerError (also ValueError)   the SDK cannot read it; `.completion` has it
│   ├── ContentFilteredError      the answer was blocked, and `on_filtered` is `error`
│   ├── ServedModelError          another model answered, and `on_substitution` is `error`
│   └── ... RateLimitError
│           └── BalanceExhaustedError   retrying does not help, a top-up does
└── KimiError
    ├── BatchError                a batch cannot be run as it was given
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


class IncompleteStreamError(Picklable, APIError):
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


class UnparsedAnswerError(Picklable, APIError, ValueError):
    """The SDK's `.parse()` or `.stream()` cannot make of the answer what was asked for.

    It is also of the class that the SDK raised, such as pydantic's `ValidationError`, so that
    code that catches that still does. Its `completion` is the answer as far as it came.
    """

    completion: Any = None


class BalanceExhaustedError(Picklable, RateLimitError):
    """The balance, quota or plan of the account is used up (HTTP 429); it was asked once.

    It is a `RateLimitError` because programs that handle 429 catch that, and because the SDK
    itself raises one here. What retries rate limits must leave this class out, or ask
    `diagnose(error).is_retryable`.
    """


class ContentFilteredError(Picklable, APIError):
    """A content filter blocked the answer, and the setting `on_filtered` is `error`.

    Attributes:
        report: Everything that the filter said; see `FilterReport`.
        partial: The text of choice 0 that came before the block.
        completion: The answer as far as it came; None for other APIs than chat completions.
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
        """Say what was blocked, and keep the report and what had come."""
        self.report = report
        self.partial = partial
        self.completion = completion
        super().__init__(message, request, body=body)


class ServedModelError(Picklable, APIError):
    """Another model answered than was asked, and the setting `on_substitution` is `error`.

    Attributes:
        model_sent: The model that the request was sent to.
        model_served: The model that the answer names.
        completion: The answer as it came; of a stream its first chunk.
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
        """Name both models, and keep what had come."""
        self.model_sent = model_sent
        self.model_served = model_served
        self.completion = completion
        self.partial = partial
        super().__init__(message, request, body=None)


class KimiError(Picklable, OpenAIError):
    """Base of the errors that this package raises before anything is sent."""


class BatchError(KimiError):
    """A batch cannot be run as it was given; the message says what to change."""


class ConfigurationError(KimiError):
    """A setting is missing or wrong; the message names the variable and the way out."""


class MissingApiKeyError(ConfigurationError):
    """No API key was given, in no argument, settings object or environment variable."""


class UnsafeBaseUrlError(ConfigurationError):
    """The base URL would carry the key and the prompt somewhere they should not go."""


class LoneSurrogateError(KimiError, ValueError):
    """A text of the request has half of a UTF-16 pair, which cannot be sent.

    Attributes:
        path: Where the text is, such as `messages[3].content`; the text itself is not shown.
        position: Which character of that text it is, counted from 0.
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


class MisspeltVariableWarning(KimiWarning):
    """A variable is set whose name is near that of a setting, and that nothing reads."""


class RejectedParameterWarning(KimiWarning):
    """The gateway rejected a parameter; the request was sent again without it."""


class ServedModelWarning(KimiWarning):
    """Another model answered than was asked."""
