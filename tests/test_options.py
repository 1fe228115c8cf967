import os
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import pytest

from agentsflare_kimi import AsyncKimi, Kimi, KimiSettings, MissingApiKeyError, create_client
from agentsflare_kimi.options import SHARED_FIELDS, SettingsOptions

HINTS = get_type_hints(SettingsOptions)


def kinds_of(hint):
    """Return the types of a union, without what only checks a value further."""
    if get_origin(hint) is Annotated:
        return kinds_of(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return {kind for part in get_args(hint) for kind in kinds_of(part)}
    return {hint}


def test_type_checkers_know_every_setting_as_a_keyword():
    fields = KimiSettings.model_fields.keys() - set(SHARED_FIELDS)

    assert sorted(fields - HINTS.keys()) == [], "add these to SettingsOptions in options.py"
    assert sorted(HINTS.keys() - fields) == [], "remove these from SettingsOptions"


@pytest.mark.parametrize("name", HINTS)
def test_type_checkers_take_what_the_setting_takes(name):
    declared = kinds_of(KimiSettings.model_fields[name].annotation)

    # A path or a list of names may be given as text, too.
    extra = {str, os.PathLike[str], list[str]} if declared & {Path, tuple[str, ...]} else set()
    assert kinds_of(HINTS[name]) - extra == declared - {Path}


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi, create_client])
def test_without_a_key_an_env_file_that_lies_here_is_named(kind, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("AGENTSFLARE_API_KEY=sk-canary\n")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(MissingApiKeyError) as caught:
        kind()

    assert 'is not read unless it is named: `Kimi(env_file=".env")`' in str(caught.value)
    assert "--env-file .env" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert kind(env_file=".env").api_key == "sk-canary"


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: None, None])
def test_what_is_no_file_is_not_named(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if make is None:
        if not hasattr(os, "mkfifo"):
            pytest.skip("needs FIFOs")
        os.mkfifo(".env")  # reading one would hang
    else:
        make(tmp_path / ".env")

    with pytest.raises(MissingApiKeyError) as caught:
        Kimi()
    assert ".env" not in str(caught.value)


def test_a_named_file_without_a_key_is_named(tmp_path):
    (tmp_path / "a.env").write_text("AGENTSFLARE_MODEL=kimi-k2.5\n")

    with pytest.raises(MissingApiKeyError, match=r"a\.env' does not set it either"):
        Kimi(env_file=tmp_path / "a.env")
