"""A user's own models, laid over the bundled ones."""

import pytest

from agentsflare_kimi import ConfigurationError, get_model, list_models, read_name
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.models.models_table import TABLE

NEW = """\
format = 2

[[models]]
id = "kimi-k9"
status = "active"
family = "switchable"
aliases = ["k9"]
inputs = ["text"]
"""
ENDED = """\
[[models]]
id = "kimi-k2.6"
status = "retired"
retired_on = 2026-12-31
successor = "kimi-k3"
family = "switchable"
"""


@pytest.fixture
def overlay(tmp_path):
    def write(text):
        path = tmp_path / f"models-{abs(hash(text))}.toml"
        path.write_text(text)
        return path

    return write


def test_an_entry_adds_a_model(overlay):
    models = catalog(overlay(NEW))

    assert models.find("k9") is models.find("kimi-k9")
    assert models.find("kimi-k9").fixed_parameters(False)["temperature"] == 0.6
    assert models.read_name("moonshotai/Kimi-K9").model == "kimi-k9"
    assert read_name("kimi-k9") is None, "only who names the file sees what is in it"


def test_an_entry_replaces_a_model_in_its_place(overlay):
    models = catalog(overlay(ENDED)).models

    assert [model.id for model in models] == [model.id for model in list_models()]
    (replaced,) = [model for model in models if model.id == "kimi-k2.6"]
    assert (replaced.status, replaced.successor) == ("retired", "kimi-k3")
    assert get_model("kimi-k2.6").status == "active"


def test_what_led_to_a_model_that_ends_leads_on_to_its_successor(overlay):
    models = catalog(overlay(ENDED))

    assert models.find("kimi-k2-thinking").successor == "kimi-k3"
    assert "kimi-k2.6" not in models.find("moonshot-v1-8k").alternatives


def test_the_variable_names_a_file_for_everything(overlay, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_MODELS_FILE", str(overlay(NEW)))

    assert get_model("k9").id == "kimi-k9"
    assert list_models()[-1].id == "kimi-k9"


def test_families_and_sources_can_be_added(overlay):
    models = catalog(
        overlay(
            '[sources]\nours = "https://example.com"\n[families.ours]\nthinking = "never"\n'
            + NEW.replace("format = 2", "").replace('"switchable"', '"ours"')
            + 'sources = ["ours"]\n'
        )
    )

    assert models.find("kimi-k9").sources == ("https://example.com",)
    assert models.find("kimi-k9").thinking == "never"


def test_every_field_of_the_bundled_file_is_accepted(overlay):
    # The bundled entries as an overlay of themselves.
    lines = []
    for entry in TABLE["models"]:
        lines.append("[[models]]")
        for name, value in entry.items():
            shown = str(value).lower() if isinstance(value, bool) else value
            lines.append(f"{name} = {shown!r}" if isinstance(value, str) else f"{name} = {shown}")

    assert catalog(overlay("\n".join(lines))).models == list_models()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("models = 3", "models must be an array"),
        ("[[models]]\nstatus = 'new'", "model 1: id must be a name"),
        ("[[modles]]\nid = 'x'", "'modles' is not part"),
        ("format = 9", "format is 9"),
        (NEW.replace('"active"', '"alive"'), "model 'kimi-k9': status must be one of new"),
        (NEW.replace('"switchable"', '"odd"'), "model 'kimi-k9': family 'odd' is none of"),
        (NEW.replace('["text"]', '["smell"]'), "model 'kimi-k9': inputs must be a list of text"),
        (NEW + "context_window = 'big'", "model 'kimi-k9': context_window must be a number"),
        (NEW + "colour = 1", "model 'kimi-k9': there is no field 'colour'"),
        (NEW + "released_on = 'May'", "model 'kimi-k9': released_on must be a date"),
        (NEW + "sources = ['nowhere']", "model 'kimi-k9': sources names 'nowhere'"),
        (NEW + "successor = 'kimi-k8'", "model 'kimi-k9': successor names 'kimi-k8'"),
        (ENDED.replace('"kimi-k3"', '"kimi-k2-thinking"'), "successor leads back to"),
        (NEW.replace('["k9"]', '["k2.6"]'), "aliases has 'k2.6', which is a name of 'kimi-k2.6'"),
        (ENDED.replace('successor = "kimi-k3"', ""), "model 'kimi-k2.6': successor is missing"),
        ("[families.x]\nthinking = 'odd'", "family 'x': thinking must be one of"),
        ("families = 3", "families must be a table"),
        ("= nothing", "not TOML"),
    ],
)
def test_an_error_names_the_file_the_entry_and_the_field(overlay, text, told):
    path = overlay(text)

    with pytest.raises(ConfigurationError) as caught:
        catalog(path)

    assert str(path) in str(caught.value)
    assert told in str(caught.value)
    assert "AGENTSFLARE_MODELS_FILE" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        catalog(tmp_path / "none.toml")
