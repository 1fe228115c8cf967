"""`agentsflare-kimi models` as it looks: in terminals of several widths, and in a pipe."""

import json
import re
import subprocess
import sys

import pytest

from agentsflare_kimi import list_models, plan_migration

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from terminal import terminal

WIDTHS = pytest.mark.parametrize("width", [60, 80, 120])
URL = re.compile(r"https://\S+")


def shown(*arguments, width):
    with terminal("models", *arguments, env={}, width=width) as opened:
        assert opened.close() == 0
    return opened.text.splitlines()


def piped(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "models", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_list_fits_the_terminal(width):
    lines = shown(width=width)

    assert max(map(len, lines)) <= width
    starts = {line.split()[0] for line in lines if line.strip()}
    assert {model.id for model in list_models()} <= starts


@pytest.mark.parametrize(("width", "are_left_out"), [(60, True), (120, False)])
def test_what_has_no_room_is_named(width, are_left_out):
    text = "\n".join(shown(width=width))

    assert ("no room for: " in text and "THINKING" in text) is are_left_out
    assert "USE" in text


@WIDTHS
@pytest.mark.parametrize("name", ["kimi-k2.6", "kimi-k2-thinking", "moonshot-v1-8k-vision-preview"])
def test_one_model_fits_the_terminal_and_its_urls_are_whole(name, width):
    lines = shown(name, width=width)
    (model,) = [model for model in list_models() if model.id == name]

    assert set(model.sources) <= set(URL.findall("\n".join(lines)))
    assert all(len(line) <= width or URL.search(line) for line in lines)


def test_in_a_pipe_each_entry_is_one_line():
    models = piped().stdout.splitlines()
    one = piped("kimi-k2-thinking").stdout

    assert [line.split()[0] for line in models[2:]] == [model.id for model in list_models()]
    (note,) = [line for line in one.splitlines() if line.startswith("upstream_note")]
    assert note.endswith("which is what requests move to.")


@pytest.mark.parametrize(
    "model", [model for model in list_models() if model.successor], ids=lambda model: model.id
)
def test_the_migration_is_told_parameter_by_parameter(model, capsys):
    from agentsflare_kimi.cli import models  # noqa: PLC0415  # its name is the parameter's

    assert models.run([model.id, "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert models.run([model.id]) == 0
    told = capsys.readouterr().out

    changed = {change["parameter"]: change for change in entry["migration"]}
    assert changed["model"]["after"] == model.successor
    for change in changed.values():
        assert f"\n{change['parameter']}: " in told
        assert change["reason"] in told
    request = {"model": model.id, "messages": [], "temperature": 0.3}
    if model.status == "retired":
        planned = {change.parameter for change in plan_migration(request).changes}
        assert planned <= changed.keys()


def test_a_living_model_has_no_migration():
    assert "goes to" not in piped("kimi-k2.6").stdout
    assert "migration" not in piped("kimi-k2.6", "--json").stdout


def test_a_wrong_name_gets_a_suggestion_and_no_more(tmp_path):
    result = piped("kimi-k2.66")

    assert (result.returncode, result.stdout) == (2, "")
    assert "Did you mean kimi-k2.6" in result.stderr
    assert "AGENTSFLARE" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
