import copy
import inspect
import json
import os
import pickle
import traceback
from pathlib import Path

import pytest

from agentsflare_kimi import (
    ConfigurationError,
    KimiSettings,
    UnsafeBaseUrlError,
    plan_migration,
)
from agentsflare_kimi.settings import resolve_settings

KEY = "sk-canary-0123456789"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("Bearer abc", "begins with 'Bearer'"),
        ("k\u00e9y", "holds a character outside ASCII"),
        ("a\nb", "holds a control character"),
    ],
)
def test_a_key_that_cannot_be_one_is_told_why_without_being_shown(key, told):
    with pytest.raises(ConfigurationError, match=told) as caught:
        KimiSettings(api_key=key)
    assert key not in str(caught.value)


def test_defaults():
    settings = KimiSettings()

    assert settings.api_key is None
    assert settings.base_url == "https://api.agentsflare.com/v1"
    assert settings.model == "kimi-k2.6"
    assert (settings.timeout, settings.deadline, settings.max_retries) == (300, None, 2)
    assert settings.max_concurrency == 100
    assert (settings.on_retired, settings.on_deprecated, settings.on_unknown) == (
        "migrate",
        "warn",
        "error",
    )
    assert settings.adapt_parameters == "on_rejection"
    assert settings.keep_reasoning is True
    assert (settings.on_forced_tool, settings.on_filtered, settings.on_substitution) == (
        "disable_thinking",
        "report",
        "warn",
    )
    assert (settings.migrate_to, settings.models_file) == (None, None)
    assert settings.http_backend == "default"
    assert settings.extra_models == ()


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        (
            "BASE_URL",
            "https://proxy.example/v1/chat/completions",
            "base_url",
            "https://proxy.example/v1",
        ),
        ("MODEL", " kimi-k2.5 ", "model", "kimi-k2.5"),
        ("TIMEOUT", "12.5", "timeout", 12.5),
        ("DEADLINE", "60", "deadline", 60),
        ("MAX_CONCURRENCY", "0", "max_concurrency", 0),
        ("MAX_RETRIES", "5", "max_retries", 5),
        ("ON_RETIRED", "error", "on_retired", "error"),
        ("ON_DEPRECATED", "migrate", "on_deprecated", "migrate"),
        ("ON_UNKNOWN", "ignore", "on_unknown", "ignore"),
        ("ADAPT_PARAMETERS", "always", "adapt_parameters", "always"),
        ("KEEP_REASONING", "false", "keep_reasoning", False),
        ("ON_FORCED_TOOL", "auto", "on_forced_tool", "auto"),
        ("ON_FILTERED", "error", "on_filtered", "error"),
        ("ON_SUBSTITUTION", "ignore", "on_substitution", "ignore"),
        ("MIGRATE_TO", " kimi-k3 ", "migrate_to", "kimi-k3"),
        ("MODELS_FILE", "models.toml", "models_file", Path("models.toml")),
        ("HTTP_BACKEND", "auto", "http_backend", "auto"),
        ("EXTRA_MODELS", "a, b,,", "extra_models", ("a", "b")),
        ("EXTRA_MODELS", '["a", "b"]', "extra_models", ("a", "b")),
        ("EXTRA_MODELS", "", "extra_models", ()),
        ("DEADLINE", "", "deadline", None),
        ("ALLOW_INSECURE_HTTP", "1", "allow_insecure_http", True),
    ],
)
def test_every_field_is_read_from_its_variable(variable, value, field, expected, monkeypatch):
    monkeypatch.setenv(f"AGENTSFLARE_{variable}", value)

    assert getattr(KimiSettings(), field) == expected


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("TIMEOUT", "-1", "greater than 0, got '-1'"),
        ("TIMEOUT", "nan", "greater than 0"),
        ("MAX_RETRIES", "many", "valid integer"),
        ("MAX_CONCURRENCY", "-5", "greater than or equal to 0"),
        ("ON_RETIRED", "maybe", "'migrate', 'warn' or 'error', got 'maybe'"),
        ("KEEP_REASONING", "perhaps", "boolean"),
        ("ON_FORCED_TOOL", "never", "'disable_thinking', 'auto' or 'error', got 'never'"),
        ("ON_FILTERED", "raise", "'report' or 'error', got 'raise'"),
        ("ON_SUBSTITUTION", "no", "'warn', 'error' or 'ignore', got 'no'"),
        ("MIGRATE_TO", " ", "at least 1 character"),
        ("HTTP_BACKEND", "curl", "'default', 'aiohttp' or 'auto', got 'curl'"),
        *(
            ("EXTRA_MODELS", text, r"neither a JSON list nor names .*`kimi-one,kimi-two`")
            for text in ("[a", '["a" "b"]', "[1]", '{"a": 1}', "a b", "a;b", '"a","b"', "a|b")
        ),
    ],
)
def test_a_wrong_value_names_variable_argument_and_way_out(variable, value, reason, monkeypatch):
    monkeypatch.setenv(f"AGENTSFLARE_{variable}", value)
    monkeypatch.setenv("AGENTSFLARE_API_KEY", KEY)

    with pytest.raises(ConfigurationError, match=reason) as caught:
        KimiSettings()

    assert f"AGENTSFLARE_{variable} (argument `{variable.lower()}`)" in str(caught.value)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None
    assert KEY not in str(caught.value.__context__), "pydantic's own error stays in reach"


@pytest.mark.parametrize("variable", sorted(KimiSettings.model_fields))
@pytest.mark.parametrize("key", ["sk-2Fq", "sk-abc123def456ghi789", "q8Zr3vTn7wLm", "7f3a9c01be42"])
def test_a_key_in_the_wrong_variable_is_not_shown(variable, key, monkeypatch):
    monkeypatch.setenv(f"AGENTSFLARE_{variable.upper()}", key)
    shown = ""
    try:
        plan_migration({"model": "kimi-k2.6", "messages": []}, settings=KimiSettings())
    except ConfigurationError as error:
        shown = "".join(traceback.format_exception(error))

    assert key not in shown
    free = {"api_key", "model", "extra_models"}
    assert bool(shown) == (variable not in free), "a wrong value is refused"


def test_a_base_url_that_is_refused_keeps_its_class(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_BASE_URL", "http://api.agentsflare.com/v1")

    with pytest.raises(UnsafeBaseUrlError, match="AGENTSFLARE_ALLOW_INSECURE_HTTP"):
        KimiSettings()

    assert KimiSettings(allow_insecure_http=True).base_url == "http://api.agentsflare.com/v1"


def test_an_unknown_setting_is_named():
    with pytest.raises(ConfigurationError, match="unknown setting 'api_kye'"):
        KimiSettings(api_kye="x")


@pytest.mark.parametrize("pasted", [KEY, f" {KEY}\n", f'"{KEY}"', f"'{KEY} '\r\n"])
def test_blanks_and_quotes_around_a_key_are_cut_off(pasted, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", pasted)

    assert KimiSettings().api_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    "pasted",
    [
        f"{KEY}\x00x",
        f"{KEY}\nx",
        f"{KEY}\u200bx",
        f"“{KEY}”",
        f"Bearer {KEY}",
        f"{KEY}é",
        f"AGENTSFLARE_API_KEY={KEY}",
        f"export OPENAI_API_KEY={KEY}",
        f"<{KEY}>",
    ],
    ids=[
        "nul",
        "newline",
        "zero-width",
        "smart quotes",
        "bearer",
        "accent",
        "assignment",
        "export",
        "place",
    ],
)
@pytest.mark.parametrize("source", ["argument", "variable"])
def test_a_malformed_key_is_refused_without_being_shown(pasted, source, monkeypatch):
    given = {"api_key": pasted} if source == "argument" else {}
    if source == "variable":
        if "\x00" in pasted:
            pytest.skip("no environment can hold a NUL")
        monkeypatch.setenv("AGENTSFLARE_API_KEY", pasted)

    with pytest.raises(ConfigurationError, match="AGENTSFLARE_API_KEY") as caught:
        KimiSettings(**given)

    shown = "".join(traceback.TracebackException.from_exception(caught.value).format())
    assert "canary" not in shown + repr(vars(caught.value)) + repr(caught.value.args)


def test_the_key_shows_nowhere():
    settings = KimiSettings(api_key=KEY)

    for shown in (
        repr(settings),
        str(settings),
        repr(settings.model_dump()),
        settings.model_dump_json(),
        json.dumps(settings.model_dump(mode="json")),
    ):
        assert "canary" not in shown
    assert b"canary" not in pickle.dumps(settings)


def test_a_pickle_takes_the_key_of_where_it_is_opened(monkeypatch):
    pickled = pickle.dumps(KimiSettings(api_key=KEY, deadline=7))

    assert pickle.loads(pickled).api_key is None
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "of-the-worker")
    restored = pickle.loads(pickled)
    assert restored.api_key.get_secret_value() == "of-the-worker"
    assert restored.deadline == 7


def test_copies_in_the_same_process_keep_the_key():
    settings = KimiSettings(api_key=KEY)

    assert copy.deepcopy(settings) == copy.copy(settings) == settings


def test_settings_do_not_change():
    with pytest.raises(Exception, match="frozen"):
        KimiSettings().model = "other"


def test_an_env_file_counts_only_when_named_and_below_the_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("AGENTSFLARE_MODEL=from-cwd\n")
    named = tmp_path / "named.env"
    named.write_text("AGENTSFLARE_MODEL=from-file\nAGENTSFLARE_DEADLINE=5\nOTHER_SECRET=x\n")
    monkeypatch.setenv("AGENTSFLARE_DEADLINE", "9")

    assert KimiSettings().model == "kimi-k2.6"
    settings = KimiSettings(_env_file=named)
    assert (settings.model, settings.deadline) == ("from-file", 9)
    assert KimiSettings(_env_file=[named, str(named)], model="argument").model == "argument"


def test_names_in_an_env_file_count_in_any_case_as_in_the_environment(tmp_path, monkeypatch):
    named = tmp_path / "named.env"
    named.write_text("agentsflare_model=from-file\nAgentsflare_Deadline=5\n")
    monkeypatch.setenv("agentsflare_deadline", "9")

    settings = KimiSettings(_env_file=named)

    assert (settings.model, settings.deadline) == ("from-file", 9)


def test_an_env_file_with_a_wrong_value_is_an_error(tmp_path):
    named = tmp_path / "named.env"
    named.write_text("AGENTSFLARE_ON_RETIRED=no\nFOREIGN=sk-foreign-secret\n")

    with pytest.raises(ConfigurationError, match="AGENTSFLARE_ON_RETIRED") as caught:
        KimiSettings(_env_file=named)
    assert "foreign" not in str(caught.value)


def test_overrides_win_and_settings_are_kept(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_DEADLINE", "9")
    settings = KimiSettings(api_key=KEY, deadline=5)

    combined = resolve_settings(settings, {"on_retired": "warn", "max_retries": None})

    assert (combined.on_retired, combined.deadline, combined.max_retries) == ("warn", 5, 2)
    assert resolve_settings(settings, {"deadline": None}).deadline is None
    assert resolve_settings(None, {"deadline": None}).deadline is None
    moving = KimiSettings(migrate_to="kimi-k3")
    assert resolve_settings(moving, {"migrate_to": None}).migrate_to is None
    assert resolve_settings(moving, {"on_retired": None}).migrate_to == "kimi-k3"
    assert combined.api_key == settings.api_key
    assert resolve_settings(settings, {}) is settings
    assert resolve_settings(None, {}).deadline == 9


def test_a_subclass_may_add_fields_of_its_own():
    class Mine(KimiSettings):
        team: str = "blue"

    assert type(resolve_settings(Mine(team="red"), {"deadline": 3})) is Mine
    assert resolve_settings(Mine(team="red"), {"deadline": 3}).team == "red"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_named_fifo_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(ConfigurationError, match="not a regular file"):
        KimiSettings(_env_file=tmp_path / "fifo")


def test_a_named_file_in_another_encoding_does_not_show_its_key(tmp_path):
    named = tmp_path / "utf16.env"
    named.write_bytes(f"AGENTSFLARE_API_KEY={KEY}".encode("utf-16"))

    with pytest.raises(ConfigurationError, match="save it as UTF-8") as caught:
        KimiSettings(_env_file=named)
    assert caught.value.__cause__ is None
    shown = "".join(traceback.format_exception(caught.value))
    assert "canary" not in shown


def test_a_named_file_is_not_interpolated(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "other-secret")
    named = tmp_path / "named.env"
    named.write_text("AGENTSFLARE_BASE_URL=https://evil.example/${SECRET}/v1\n")

    assert "other-secret" not in KimiSettings(_env_file=named).base_url


def test_an_override_is_checked_against_no_variable(monkeypatch):
    settings = KimiSettings(api_key=KEY, allow_insecure_http=True)
    monkeypatch.setenv("AGENTSFLARE_ON_RETIRED", "nonsense")

    changed = resolve_settings(settings, {"base_url": "http://gateway.lan/v1"})

    assert changed.base_url == "http://gateway.lan/v1"
    assert changed.api_key == settings.api_key
    with pytest.raises(TypeError, match="must be a KimiSettings, got dict"):
        resolve_settings({"api_key": "x"}, {})


def test_every_setting_is_described():
    described = inspect.getdoc(KimiSettings).partition("Attributes:\n")[2]

    missing = [name for name in KimiSettings.model_fields if f"    {name}: " not in described]
    assert missing == [], "describe them in the docstring of KimiSettings, for the docs"
