"""The HTTP library of the installed SDK: httpx2 since openai 3.0, httpx before.

Only public names that both generations have are used. The package depends on neither, so no
other module imports them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from openai import DEFAULT_CONNECTION_LIMITS

if TYPE_CHECKING:
    import httpx2 as http  # noqa: TID251  # for type checkers alone
else:
    http = importlib.import_module(type(DEFAULT_CONNECTION_LIMITS).__module__.partition(".")[0])

__all__ = ["http"]
