"""Kimi models behind the Agentsflare gateway, for programs written for the OpenAI SDK.

Each public name is imported on first use (PEP 562), so `import agentsflare_kimi` loads
neither `openai` nor `pydantic`.
"""

from __future__ import annotations

import sys

# Not imported from `typing`, which takes longer than linting a clean file.
TYPE_CHECKING = False

__version__ = "0.1.0"

_MODULES = {
    "models.catalog": ("KimiModel", "ModelStatus", "get_model", "list_models", "read_name"),
    "models.names": ("ModelName",),
    "client": ("AsyncKimi", "Kimi", "create_async_client", "create_client"),
    "reading.content": ("assistant_message", "extract_content", "extract_reasoning"),
    "reading.diagnosis": ("Diagnosis", "diagnose"),
    "errors": (
        "BalanceExhaustedError",
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
    ),
    "reading.filters": (
        "CategoryResult",
        "ChoiceFilter",
        "FilterNote",
        "FilterReport",
        "PromptFilter",
        "extract_filter_results",
        "is_filter_error",
    ),
    "models.migration": ("ABSENT", "Change", "Migration", "Notice", "plan_migration"),
    "calling.reasoning": ("ReasoningMemory",),
    "settings": ("KimiSettings",),
    "reading.streams": ("AsyncStreamReader", "StreamReader"),
}

# Modules that programs may still import from where they stood before there were rooms.
_MOVED = {
    "calling.notices": "notices",
    "calling.reasoning": "reasoning",
    "calling.retries": "retries",
    "calling.sdk": "sdk",
    "reading.diagnosis": "diagnosis",
}

if TYPE_CHECKING:
    from agentsflare_kimi.calling.reasoning import ReasoningMemory
    from agentsflare_kimi.client import AsyncKimi, Kimi, create_async_client, create_client
    from agentsflare_kimi.errors import (
        BalanceExhaustedError,
        ConfigurationError,
        ContentFilteredError,
        DeprecatedModelError,
        DeprecatedModelWarning,
        IncompleteStreamError,
        KimiError,
        KimiWarning,
        LoneSurrogateError,
        LossyMigrationWarning,
        MissingApiKeyError,
        MisspeltVariableWarning,
        ModelError,
        RejectedParameterWarning,
        RetiredModelError,
        RetiredModelWarning,
        ServedModelError,
        ServedModelWarning,
        UnknownModelError,
        UnknownModelWarning,
        UnlistedModelWarning,
        UnparsedAnswerError,
        UnreadableResponseError,
        UnsafeBaseUrlError,
    )
    from agentsflare_kimi.models.catalog import (
        KimiModel,
        ModelStatus,
        get_model,
        list_models,
        read_name,
    )
    from agentsflare_kimi.models.migration import ABSENT, Change, Migration, Notice, plan_migration
    from agentsflare_kimi.models.names import ModelName
    from agentsflare_kimi.reading.content import (
        assistant_message,
        extract_content,
        extract_reasoning,
    )
    from agentsflare_kimi.reading.diagnosis import Diagnosis, diagnose
    from agentsflare_kimi.reading.filters import (
        CategoryResult,
        ChoiceFilter,
        FilterNote,
        FilterReport,
        PromptFilter,
        extract_filter_results,
        is_filter_error,
    )
    from agentsflare_kimi.reading.streams import AsyncStreamReader, StreamReader
    from agentsflare_kimi.settings import KimiSettings
else:
    _HOME = {name: module for module, names in _MODULES.items() for name in names}
    _HOME |= {name: module for module, name in _MOVED.items()}

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        # `agentsflare-kimi lint` does without either; who takes a type from here may resolve its
        # annotations, which needs `typing` to be there first (see `fast_typing`).
        import typing  # noqa: F401, PLC0415
        from importlib import import_module  # noqa: PLC0415

        module = import_module(f"{__name__}.{_HOME[name]}")
        if old_name := _MOVED.get(_HOME[name]):
            sys.modules[f"{__name__}.{old_name}"] = module
        value = module if name == old_name else getattr(module, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOME} - {*_MOVED.values()})


__all__ = [
    "ABSENT",
    "AsyncKimi",
    "AsyncStreamReader",
    "BalanceExhaustedError",
    "CategoryResult",
    "Change",
    "ChoiceFilter",
    "ConfigurationError",
    "ContentFilteredError",
    "DeprecatedModelError",
    "DeprecatedModelWarning",
    "Diagnosis",
    "FilterNote",
    "FilterReport",
    "IncompleteStreamError",
    "Kimi",
    "KimiError",
    "KimiModel",
    "KimiSettings",
    "KimiWarning",
    "LoneSurrogateError",
    "LossyMigrationWarning",
    "Migration",
    "MissingApiKeyError",
    "MisspeltVariableWarning",
    "ModelError",
    "ModelName",
    "ModelStatus",
    "Notice",
    "PromptFilter",
    "ReasoningMemory",
    "RejectedParameterWarning",
    "RetiredModelError",
    "RetiredModelWarning",
    "ServedModelError",
    "ServedModelWarning",
    "StreamReader",
    "UnknownModelError",
    "UnknownModelWarning",
    "UnlistedModelWarning",
    "UnparsedAnswerError",
    "UnreadableResponseError",
    "UnsafeBaseUrlError",
    "assistant_message",
    "create_async_client",
    "create_client",
    "diagnose",
    "extract_content",
    "extract_filter_results",
    "extract_reasoning",
    "get_model",
    "is_filter_error",
    "list_models",
    "plan_migration",
    "read_name",
]
