"""`GET /v1/models`: the gateway's list, with what the catalog knows of each model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from agentsflare_kimi.models.catalog import find_model

__all__ = ["with_status"]


def with_status(listed: Mapping[str, object]) -> dict[str, object]:
    """Add `status`, `successor` and `retired_on` to each model that the catalog knows.

    Args:
        listed: The gateway's list, or one model of it; never changed.
    """
    data = listed.get("data")
    if not isinstance(data, list):
        return _described(listed)
    entries = cast("list[object]", data)
    described = [
        _described(cast("Mapping[str, object]", entry)) if isinstance(entry, Mapping) else entry
        for entry in entries
    ]
    return {**listed, "data": described}


def _described(entry: Mapping[str, object]) -> dict[str, object]:
    model = find_model(entry.get("id"))
    if model is None:
        return dict(entry)
    known = {
        "status": model.status,
        "successor": model.successor,
        "retired_on": str(model.retired_on) if model.retired_on else None,
    }
    # The gateway's own fields win.
    return {**{name: value for name, value in known.items() if value}, **entry}
