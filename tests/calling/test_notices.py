import io
import json
import logging
import subprocess
import sys
import warnings

import pytest
import structlog
from structlog.testing import capture_logs

from agentsflare_kimi import (
    DeprecatedModelError,
    DeprecatedModelWarning,
    KimiSettings,
    LossyMigrationWarning,
    RetiredModelError,
    RetiredModelWarning,
    UnknownModelError,
    UnknownModelWarning,
    UnlistedModelWarning,
    plan_migration,
)
from agentsflare_kimi.calling.notices import ToldPlaces, announce


@pytest.fixture
def unconfigured():
    yield
    structlog.reset_defaults()


def notice(model, settings=None, **body):
    (found,) = plan_migration({"model": model, **body}, settings=settings).notices
    return found


@pytest.mark.parametrize(
    ("model", "settings", "category"),
    [
        ("kimi-k2-thinking", None, RetiredModelWarning),
        ("kimi-k2-thinking", KimiSettings(on_retired="warn"), RetiredModelWarning),
        ("moonshot-v1-8k-vision-preview", None, DeprecatedModelWarning),
        ("gpt-4", KimiSettings(on_unknown="warn"), UnknownModelWarning),
        ("kimi-chat", None, UnlistedModelWarning),
        ("kimi-k3", None, UnlistedModelWarning),
    ],
)
def test_each_kind_has_its_warning(model, settings, category):
    with pytest.warns(category) as caught:
        announce(notice(model, settings))

    assert [warning.category for warning in caught] == [category]
    assert caught[0].filename == __file__


def test_a_loss_has_a_warning_of_its_own():
    with pytest.warns(LossyMigrationWarning, match="n=3"):
        announce(notice("kimi-k2-thinking", n=3))


@pytest.mark.parametrize(
    ("model", "settings", "error"),
    [
        ("kimi-k2-thinking", KimiSettings(on_retired="error"), RetiredModelError),
        (
            "moonshot-v1-8k-vision-preview",
            KimiSettings(on_deprecated="error"),
            DeprecatedModelError,
        ),
        ("kimi-k2.66", None, UnknownModelError),
    ],
)
def test_a_refusal_is_raised_with_the_name_and_what_to_use(model, settings, error):
    with pytest.raises(error) as caught:
        announce(notice(model, settings))

    assert caught.value.model == model
    assert "kimi-k2.6" in caught.value.suggestions
    assert isinstance(caught.value, ValueError)


def test_structlog_gets_one_event_through_the_programs_own_processors(unconfigured):
    with capture_logs() as events, pytest.warns(RetiredModelWarning):
        announce(notice("kimi-k2-thinking"))

    (event,) = events
    assert event["event"] == "model_migrated"
    assert event["model"] == "kimi-k2-thinking"
    assert event["successor"] == "kimi-k2.6"
    assert event["log_level"] == "warning"


def test_logging_alone_gets_a_plain_line(caplog):
    with caplog.at_level(logging.WARNING), pytest.warns(RetiredModelWarning):
        announce(notice("kimi-k2-thinking"))

    (record,) = caplog.records
    assert record.name == "agentsflare_kimi"
    assert record.getMessage().startswith("event='model_migrated'")


def test_a_short_name_is_logged_but_not_warned_of(caplog):
    with caplog.at_level(logging.INFO, logger="agentsflare_kimi"), warnings.catch_warnings():
        warnings.simplefilter("error")
        announce(notice("k2.6"))

    assert "model_alias_resolved" in caplog.text


def test_a_program_that_configured_nothing_sees_the_warning_alone():
    code = (
        "from agentsflare_kimi import plan_migration\n"
        "from agentsflare_kimi.calling.notices import announce\n"
        "announce(plan_migration({'model': 'kimi-k2-thinking'}).notices[0])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == ""
    assert run.stderr.startswith("<string>:3: RetiredModelWarning: kimi-k2-thinking was retired")
    assert run.stderr.count("RetiredModelWarning") == 1
    assert "model_migrated" not in run.stderr


def test_every_line_that_asks_is_told_once_by_default():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            announce(notice("kimi-k2-thinking"))
        announce(notice("kimi-k2-thinking"))

    assert len(caught) == 2


def test_structlog_without_the_standard_library_gets_the_event_where_it_prints(unconfigured):
    printed = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(printed),
    )

    with pytest.warns(RetiredModelWarning):
        announce(notice("kimi-k2-thinking"))

    assert json.loads(printed.getvalue())["event"] == "model_migrated"


@pytest.mark.parametrize("action", ["always", "default"])
def test_a_loop_is_told_once_and_each_line_of_its_own(action, caplog):
    told = ToldPlaces()
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.INFO):
        warnings.simplefilter(action)
        for n in range(3, 6):
            announce(notice("kimi-k2-thinking", n=n), told)
        announce(notice("kimi-k2-thinking", n=2), told)
        announce(notice("kimi-k2-thinking-turbo", n=2), told)
        announce(notice("kimi-k2-thinking", n=2), ToldPlaces())

    assert len(caught) == 4, "one for the loop, one for each line after it"
    assert [record.levelname for record in caplog.records[:3]] == ["WARNING", "INFO", "INFO"]
    assert [record.levelname for record in caplog.records[3:]] == ["WARNING"] * 3


def test_a_client_for_each_request_does_not_flood_the_log(caplog):
    with caplog.at_level(logging.INFO), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for gateway in ("https://a.example/v1", "https://a.example/v1", "https://b.example/v1"):
            announce(notice("kimi-k2-thinking"), ToldPlaces(), gateway=gateway)

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING"]
    assert len(caught) == 3, "Python's own filters decide about warnings"


def test_a_warning_that_a_filter_raises_is_raised_each_time():
    told = ToldPlaces()
    for _ in range(2):
        with warnings.catch_warnings(), pytest.raises(RetiredModelWarning):  # noqa: PT012  # the filter belongs to it
            warnings.simplefilter("error")
            announce(notice("kimi-k2-thinking"), told)


def test_what_was_told_is_bounded():
    told = ToldPlaces()
    assert all(told.add((number,)) for number in range(3_000))
    assert told.add((0,))
    assert not told.add((2_999,))


@pytest.mark.usefixtures("unconfigured")
def test_a_key_in_the_place_of_a_model_is_not_shown():
    with capture_logs() as logs, pytest.raises(UnknownModelError) as raised:
        announce(notice("sk-canary-0123456789"))
    assert "canary" not in f"{logs} {raised.value}"
