import subprocess
import sys

import pytest

import agentsflare_kimi


def test_every_public_name_is_there():
    for name in agentsflare_kimi.__all__:
        assert getattr(agentsflare_kimi, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        agentsflare_kimi.nonsense  # noqa: B018


def test_the_list_of_names_is_the_lists_of_the_modules():
    lazily = {name for names in agentsflare_kimi._MODULES.values() for name in names}

    assert lazily == set(agentsflare_kimi.__all__)
    assert set(agentsflare_kimi.__all__) <= set(dir(agentsflare_kimi))


def test_modules_are_found_where_they_stood_before_they_moved():
    moved = agentsflare_kimi._MOVED
    lines = [
        f"from agentsflare_kimi import {', '.join(moved.values())}",
        "from importlib import import_module as load",
        *(f"assert {name} is load('agentsflare_kimi.{name}')" for name in moved.values()),
        *(f"assert {name} is load('agentsflare_kimi.{home}')" for home, name in moved.items()),
    ]

    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)


@pytest.mark.parametrize(
    "module",
    [
        "agentsflare_kimi",
        "agentsflare_kimi.models.catalog",
        "agentsflare_kimi.models.migration",
        "agentsflare_kimi.lint",
        "agentsflare_kimi.emulator.gateway",
        "agentsflare_kimi.testing",
    ],
)
def test_what_needs_no_sdk_loads_none(module):
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"openai", "pydantic", "structlog", "httpx", "httpx2"} & set(run.stdout.split())
