import os

import pytest

from agentsflare_kimi import AsyncKimi, Kimi, KimiSettings, MissingApiKeyError, create_client
from agentsflare_kimi.options import SHARED_FIELDS, SettingsOptions


def test_type_checkers_know_every_setting_as_a_keyword():
    stated = SettingsOptions.__annotations__.keys()

    assert stated == KimiSettings.model_fields.keys() - set(SHARED_FIELDS)


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
