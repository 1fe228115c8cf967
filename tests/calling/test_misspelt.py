"""Kimi() tells of variables that nothing reads, once a process, and never what they hold."""

import os
import subprocess
import sys
import warnings

import pytest

from agentsflare_kimi import AsyncKimi, Kimi, KimiSettings, MisspeltVariableWarning, create_client
from agentsflare_kimi.calling import misspelt
from agentsflare_kimi.calling.notices import ToldPlaces

VALUE = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(misspelt, "_TOLD", ToldPlaces())


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi, create_client])
def test_a_near_name_is_told_at_the_callers_line(kind, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_APIKEY", VALUE)

    with pytest.warns(MisspeltVariableWarning, match="did you mean AGENTSFLARE_API_KEY") as told:
        kind(api_key="k")

    (warning,) = told
    assert warning.filename == __file__
    assert "AGENTSFLARE_APIKEY is not read" in str(warning.message)
    assert VALUE not in str(warning.message)


def test_a_name_in_an_env_file_is_told_with_the_file(tmp_path):
    file = tmp_path / "a.env"
    file.write_text(f"AGENTSFLARE_API_KEY=k\nAGENTFLARE_MODEL={VALUE}\n")

    with pytest.warns(MisspeltVariableWarning, match=r"a\.env: AGENTFLARE_MODEL is not") as told:
        Kimi(env_file=file)
    assert VALUE not in str(told[0].message)


def test_nothing_is_told_where_the_environment_is_not_read(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_APIKEY", VALUE)
    settings = KimiSettings(api_key="k")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Kimi(settings=settings).copy(deadline=3)


def test_where_a_filter_makes_errors_of_warnings_it_is_raised_each_time(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_APIKEY", VALUE)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(MisspeltVariableWarning):
                Kimi(api_key="k")


def test_a_process_is_told_once_for_each_name():
    program = (
        "import warnings; warnings.simplefilter('always')\n"
        "from agentsflare_kimi import Kimi\n"
        "for _ in range(3): Kimi(api_key='k')\n"
    )
    environment = {**os.environ, "AGENTSFLARE_APIKEY": VALUE, "AGENTSFLARE_MODELL": VALUE}
    told = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stderr

    assert told.count("MisspeltVariableWarning") == 2
    assert VALUE not in told
