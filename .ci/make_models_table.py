"""Writes `agentsflare_kimi/models/models_table.py` from `models.toml`: `make generate`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import agentsflare_kimi

ROOM: Final = Path(agentsflare_kimi.__file__).parent / "models"
HEAD: Final = '''\
"""`models.toml` as Python reads it fastest. Made from it by `make generate`; never edit this.

Loading `tomllib` and parsing take twice as long as finding a name in a file and reporting it.
"""

from __future__ import annotations

import datetime

from agentsflare_kimi.fast_typing import Any

TABLE: dict[str, Any] = {
'''


def make_table() -> str:
    """Write the module: what `tomllib` reads, a line for each model."""
    table = tomllib.loads((ROOM / "models.toml").read_text("utf-8"))
    lines = [f"    {key!r}: {value!r},\n" for key, value in table.items() if key != "models"]
    models = [f"        {model!r},\n" for model in table["models"]]
    return "".join([HEAD, *lines, "    'models': [\n", *models, "    ],\n}\n"])


if __name__ == "__main__":
    (ROOM / "models_table.py").write_text(make_table(), encoding="utf-8")
