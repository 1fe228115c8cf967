"""The pytest plugin, in runs of its own."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

import pytest

from agentsflare_kimi import ABSENT, Kimi

pytest_plugins = ["pytester"]
HELLO = [{"role": "user", "content": "Hello"}]
FIVE_LINES = """
def test_greets(kimi_client, kimi_emulator):
    messages = [{"role": "user", "content": "Hello"}]
    answer = kimi_client.chat.completions.create(model="kimi-k2.6", messages=messages)
    assert answer.choices[0].message.content == "Hello! How can I help you today?"
    kimi_emulator.assert_requested(model="kimi-k2.6", messages=messages)
"""


def test_the_client_talks_to_the_emulator(kimi_client, kimi_emulator):
    answer = kimi_client.chat.completions.create(model="kimi-k2.6", messages=HELLO)
    assert answer.choices[0].message.content == "Hello! How can I help you today?"
    kimi_emulator.assert_requested(model="kimi-k2.6", times=1)


@pytest.mark.anyio
async def test_the_async_client_does_too(async_kimi_client, kimi_emulator):
    await async_kimi_client.chat.completions.create(model="kimi-k2.6", messages=HELLO)
    kimi_emulator.assert_requested(messages=[{"role": "user"}])


def test_code_that_makes_its_own_client_is_served(kimi_emulator):
    with Kimi() as client:
        client.chat.completions.create(model="kimi-k2.6", messages=HELLO)
    kimi_emulator.assert_requested(model="kimi-k2.6")


@pytest.mark.kimi_emulator("overloaded-503", api_key="another-key")
def test_the_marker_sets_the_emulator_up(kimi_client, kimi_emulator):
    assert kimi_client.api_key == "another-key"
    assert kimi_emulator.scenario == "overloaded-503"


def test_what_was_asked_is_shown_where_it_was_not_what_was_wanted(kimi_client, kimi_emulator):
    kimi_client.chat.completions.create(model="kimi-k2.6", messages=HELLO, max_tokens=20_000)
    kimi_emulator.assert_requested(max_tokens=20_000, temperature=ABSENT)
    kimi_emulator.assert_requested(model="kimi-k2.5", times=0)
    with pytest.raises(AssertionError) as caught:
        kimi_emulator.assert_requested(max_tokens=5)
    assert str(caught.value) == (
        "no request asked for max_tokens=5\n  0: POST /v1/chat/completions: max_tokens is 20000"
    )
    with pytest.raises(AssertionError, match=r"temperature is absent; messages\[0\].content is 'H"):
        kimi_emulator.assert_requested(temperature=1, messages=[{"content": "Bye"}])
    with pytest.raises(AssertionError, match="max_tokens is 20000, not absent"):
        kimi_emulator.assert_requested(max_tokens=ABSENT)
    with pytest.raises(AssertionError, match=r"1 of 1 requests asked for .*, expected 2"):
        kimi_emulator.assert_requested(model="kimi-k2.6", times=2)


def test_no_request_at_all_is_said(kimi_emulator):
    kimi_emulator.assert_requested(times=0)
    with pytest.raises(AssertionError, match=r"^no request came, expected 2$"):
        kimi_emulator.assert_requested(times=2)


def test_a_failed_assertion_points_at_the_line_of_the_test(pytester):
    pytester.makepyfile(
        "def test_asks(kimi_emulator):\n    kimi_emulator.assert_requested(model='kimi-k2.6')\n"
    )
    done = pytester.runpytest_subprocess(*_plugin_options())
    done.stdout.fnmatch_lines(["E*AssertionError: no request came", "*test_*.py:2: AssertionError"])
    done.stdout.no_fnmatch_line("*assertions.py*")


def test_an_answer_function_that_raises_fails_a_test_that_hides_it(pytester):
    pytester.makepyfile(
        "import contextlib, openai, pytest\n"
        "def answer(body): raise LookupError('mine')\n"
        "@pytest.mark.kimi_emulator(answers=answer)\n"
        "def test_hides(kimi_client):\n"
        "    with contextlib.suppress(openai.OpenAIError):\n"
        "        kimi_client.chat.completions.create(model='kimi-k2.6', messages=[])\n"
    )
    done = pytester.runpytest_subprocess(*_plugin_options())
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["E*LookupError: mine"])


def test_settings_of_the_machine_do_not_reach_the_client(monkeypatch, request):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "the-real-key")
    monkeypatch.setenv("AGENTSFLARE_ON_RETIRED", "error")
    monkeypatch.setenv("AGENTSFLARE_TIMEOUT", "nonsense")
    client = request.getfixturevalue("kimi_client")
    assert client.api_key == "emulator-key"
    assert client.settings.on_retired == "migrate"


def test_a_run_of_pytest_loads_nothing_more_than_the_plugin(pytester):
    pytester.makepyfile(
        "import sys\n"
        "def test_light():\n"
        "    assert 'agentsflare_kimi.testing' in sys.modules\n"
        "    heavy = {'openai', 'pydantic', 'structlog', 'agentsflare_kimi.emulator'}\n"
        "    assert not heavy & sys.modules.keys()\n"
    )
    done = pytester.runpytest_subprocess("-p", "no:randomly", *_plugin_options())
    done.assert_outcomes(passed=1)


def test_the_marker_is_registered(pytester):
    done = pytester.runpytest_subprocess("--markers", *_plugin_options())
    done.stdout.fnmatch_lines(["@pytest.mark.kimi_emulator(scenario='ok', [*][*]options): *"])


def test_a_second_scenario_is_not_dropped_in_silence(pytester):
    pytester.makepyfile(
        "import pytest\n"
        "@pytest.mark.kimi_emulator('rate-limited', 'edge-524')\n"
        "def test_two(kimi_emulator): ...\n"
    )
    done = pytester.runpytest_subprocess(*_plugin_options())
    done.stdout.fnmatch_lines(["*kimi_emulator([[]'rate-limited', 'edge-524'])*"])


def _plugin_options() -> list[str]:
    # In a checkout that was not installed there is no entry point to find the plugin by.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = entry_points(group="pytest11", name="agentsflare_kimi")
    return [] if found else ["-p", "agentsflare_kimi.testing"]


@pytest.mark.slow
def test_five_lines_pass_in_a_fresh_environment(tmp_path):
    root = Path(__file__).parents[1]
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, root, "pytest"], check=True)
    (tmp_path / "test_mine.py").write_text(FIVE_LINES, encoding="utf-8")
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-W", "error", "test_mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(python.parent)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
