"""`agentsflare-kimi models --check` and `--live`."""

import json
import os
from datetime import date, timedelta

import pytest
from loopback import serving

from agentsflare_kimi.calling import misspelt
from agentsflare_kimi.calling.notices import ToldPlaces
from agentsflare_kimi.cli import doctor, doctor_checks, main, models, models_check
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.models.feeds import oldest_check


@pytest.fixture
def feed(tmp_path):
    def write(data):
        path = tmp_path / "feed.json"
        path.write_text(json.dumps(data))
        return str(path)

    return write


def entry(name, day):
    return [{"provider": "moonshot", "id": name, "retirement_date": day}]


def test_a_feed_that_agrees_is_no_difference(feed, capsys):
    assert models.run(["--check", feed(entry("kimi-k2.5", "2026-08-31"))]) == 0
    assert capsys.readouterr().out == ""


def test_differences_are_printed_and_are_a_failed_check(feed, capsys):
    path = feed(entry("kimi-k9", "2027-01-01") + entry("kimi-k2.5", "2026-09-01"))

    assert models.run(["--check", path]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{path}: date: kimi-k2.5: ends on 2026-09-01")
    assert lines[1].startswith(f"{path}: new: kimi-k9: ")


def test_differences_are_data_too(feed, capsys):
    assert models.run(["--check", feed(entry("kimi-k9", "2027-01-01")), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["model"]) == ("new", "kimi-k9")


def test_a_feed_that_cannot_be_read_is_named(tmp_path, capsys):
    missing = str(tmp_path / "none.json")

    assert models.run(["--check", missing]) == 2
    assert missing in capsys.readouterr().err


def test_the_age_is_told_after_sixty_days():
    checked = oldest_check(catalog().models)

    assert models_check.warn_of_age(checked + timedelta(days=60)) == ""
    told = models_check.warn_of_age(checked + timedelta(days=61))
    assert str(checked) in told
    assert "61 days ago" in told


def test_old_data_is_said_to_be_old_on_stderr(monkeypatch, capsys):
    class Later(date):
        @classmethod
        def today(cls):
            return cls(2030, 1, 1)

    monkeypatch.setattr(models_check, "date", Later)

    assert models.run([]) == 0
    shown = capsys.readouterr()
    assert "last checked on" in shown.err
    assert "last checked on" not in shown.out


@pytest.fixture
def gateway(monkeypatch):
    def serve(emulator, key=None):
        monkeypatch.setitem(os.environ, "AGENTSFLARE_BASE_URL", emulator.base_url)
        monkeypatch.setitem(os.environ, "AGENTSFLARE_API_KEY", key or emulator.api_key)

    return serve


def test_live_compares_with_what_the_gateway_lists(gateway, capsys):
    with Emulator(extra_models=["kimi-k9"]) as emulator:
        gateway(emulator)
        code = models.run(["--live"])

    assert code == 1
    assert "served, not in the catalog: kimi-k9" in capsys.readouterr().out


def test_a_misspelt_variable_is_told_in_one_line_of_the_commands_own(gateway, monkeypatch, capsys):
    monkeypatch.setattr(misspelt, "_TOLD", ToldPlaces())
    monkeypatch.setenv("AGENTFLARE_API_KEY", "k")
    with Emulator() as emulator:
        gateway(emulator)
        models.run(["--live"])

    assert capsys.readouterr().err == (
        "agentsflare-kimi: warning: AGENTFLARE_API_KEY is not read; did you mean "
        "AGENTSFLARE_API_KEY?\n"
    )


def test_odd_names_in_the_gateways_list_do_no_harm(monkeypatch, capsys):
    listed = [{"id": "kimi-\x1b[31m"}, {"id": None}, {"id": 1}, {}]
    body = json.dumps({"object": "list", "data": listed}).encode()
    with serving(body, content_type="application/json") as server:
        monkeypatch.setenv("AGENTSFLARE_BASE_URL", server.base_url)
        monkeypatch.setenv("AGENTSFLARE_API_KEY", "k")
        code = models.run(["--live"])

    assert code == 1
    told = capsys.readouterr().out
    assert "served, not in the catalog: kimi-" in told
    assert "\x1b" not in told


def test_a_gateway_without_a_list_is_no_failure(monkeypatch, capsys):
    body = b'{"detail": "Not Found"}'
    with serving(body, status=404, content_type="application/json") as server:
        monkeypatch.setenv("AGENTSFLARE_BASE_URL", server.base_url)
        monkeypatch.setenv("AGENTSFLARE_API_KEY", "k")
        code = models.run(["--live"])

    assert code == 0
    assert "does not list its models" in capsys.readouterr().err


def test_a_gateway_that_cannot_be_asked_is_a_failure(gateway, monkeypatch, capsys):
    monkeypatch.setenv("AGENTSFLARE_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "k")
    unreachable = main(["models", "--live"])
    with Emulator(api_key="right") as emulator:
        gateway(emulator, key="wrong")
        refused = main(["models", "--live"])

    told = capsys.readouterr().err
    assert (unreachable, refused) == (1, 1)
    assert "connection_failed" in told
    assert "key_not_found" in told
    assert "does not list its models" not in told


def test_doctor_tells_the_age_too(monkeypatch, capsys):
    assert doctor.run(["--offline"]) in {0, 1}
    assert "last checked on" not in capsys.readouterr().out

    monkeypatch.setattr(
        doctor_checks, "warn_of_age", lambda: "This list was last checked on 2020-01-01"
    )

    assert doctor.run(["--offline"]) in {0, 1}
    assert "last checked on 2020-01-01" in capsys.readouterr().out
