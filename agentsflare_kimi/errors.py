"""Every exception and warning of the package, in one tree.

openai.OpenAIError
├── openai.APIError
│   ├── UnreadableResponseError   what came is not a completion
│   ├── IncompleteStreamError     a stream ended early; `.partial` has what came
│   └── ... RateLimitError
│           └── BalanceExhaustedError   retrying does not help, a top-up does
└── KimiError
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

from openai import APIError, OpenAIError, RateLimitError

__all__ = [
    "BalanceExhaustedError",
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
    """What came back is not a completion: HTML, an error body with status 200, empty, cut."""


class IncompleteStreamError(APIError):
    """A stream ended with neither a finish reason nor `[DONE]`, or broke off.

    Attributes:
        partial: The text of choice 0 received until then.
    """

    partial: str = ""


class BalanceExhaustedError(RateLimitError):
    """The account's balance is used up (HTTP 429); it was asked once and not retried."""


class KimiError(OpenAIError):
    """Base of the errors that this package raises before anything is sent."""


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
