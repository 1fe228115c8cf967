import datetime as dt
import pickle
import tomllib
from importlib.resources import files

import pytest

from agentsflare_kimi import UnknownModelError, get_model, list_models
from agentsflare_kimi.models.catalog import suggest_models
from agentsflare_kimi.models.models_table import TABLE

PAGE = [
    ("kimi-k2.7-code", "new"),
    ("kimi-k2.7-code-highspeed", "new"),
    ("kimi-k2.6", "active"),
    ("kimi-k2.5", "active"),
    ("kimi-latest", "active"),
    ("kimi-k2-turbo-preview", "retired"),
    ("kimi-k2-thinking", "retired"),
    ("kimi-k2-thinking-turbo", "retired"),
    ("kimi-k2-0905-preview", "retired"),
    ("kimi-k2-0711-preview", "retired"),
    ("moonshot-v1-128k-vision-preview", "deprecated"),
    ("moonshot-v1-32k-vision-preview", "deprecated"),
    ("moonshot-v1-8k-vision-preview", "deprecated"),
]
ALIVE = {"new", "active"}
# The marks of models that are known and not on the page.
BESIDE = {"example", "unlisted"}
MODELS = list_models()


def test_the_gateways_list_comes_first_in_its_order_with_its_marks():
    # A model that the page has added since is no reason to change a test.
    listed = [(model.id, model.status) for model in MODELS if model.status not in BESIDE]
    assert [entry for entry in listed if entry in PAGE] == PAGE
    assert [(model.id, model.status) for model in MODELS[: len(listed)]] == listed


def test_names_beside_the_list_are_known_too():
    beside = {model.id: model.status for model in MODELS if model.status in BESIDE}

    assert beside["kimi-chat"] == "example"
    assert beside["kimi-k3"] == beside["kimi-k3.1-pro-highspeed"] == "unlisted"


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("k2-turbo", "kimi-k2-turbo-preview"),
        ("kimi-k2-turbo", "kimi-k2-turbo-preview"),
        ("k2-thinking", "kimi-k2-thinking"),
        ("k2.6", "kimi-k2.6"),
    ],
)
def test_short_names_are_understood(alias, name):
    assert get_model(alias) is get_model(name)


def test_an_unknown_name_is_answered_with_up_to_three_suggestions():
    with pytest.raises(UnknownModelError) as caught:
        get_model("kimi-k2-turbo-previw")

    assert caught.value.model == "kimi-k2-turbo-previw"
    assert "kimi-k2-turbo-preview" in caught.value.suggestions
    assert len(caught.value.suggestions) <= 3
    assert "its successor is kimi-k2.6" in str(caught.value)
    assert "AGENTSFLARE_EXTRA_MODELS" in str(caught.value)


@pytest.mark.parametrize("name", ["kimi-k2", "moonshotai/kimi-k2.6:free", "kimi-k2.6-preview"])
def test_names_that_never_were_suggest_the_living_one(name):
    assert "kimi-k2.6" in suggest_models(name)


def test_of_equally_near_names_the_usual_successor_comes_first():
    assert suggest_models("kimi-k2")[0] == "kimi-k2.6"


def test_a_name_like_nothing_has_no_suggestion():
    with pytest.raises(UnknownModelError, match="unknown model 'gpt-4o'") as caught:
        get_model("gpt-4o")

    assert caught.value.suggestions == ()


def test_a_key_in_place_of_a_name_is_not_in_the_message():
    with pytest.raises(UnknownModelError, match="looks like a key") as caught:
        get_model("sk-canary-0123456789")

    assert "canary" not in str(caught.value)


def test_an_overlong_name_is_cut_in_the_message():
    with pytest.raises(UnknownModelError) as caught:
        get_model("x" * 5_000)

    assert len(str(caught.value)) < 400


def test_errors_and_models_pickle():
    with pytest.raises(UnknownModelError) as caught:
        get_model("nope")

    assert pickle.loads(pickle.dumps(caught.value)).model == "nope"
    assert pickle.loads(pickle.dumps(get_model("kimi-k2.6"))) == get_model("kimi-k2.6")
    assert hash(get_model("kimi-k2.6"))


@pytest.mark.parametrize(
    ("name", "thinking", "temperature"),
    [
        ("kimi-k2.6", True, 1.0),
        ("kimi-k2.6", False, 0.6),
        ("kimi-k2.7-code", False, 1.0),
        ("kimi-k3", True, 1.0),
    ],
)
def test_the_pinned_temperature_depends_on_thinking(name, thinking, temperature):
    fixed = get_model(name).fixed_parameters(thinking)

    assert fixed["temperature"] == temperature
    assert (fixed["top_p"], fixed["n"], fixed["presence_penalty"]) == (0.95, 1, 0)


def test_older_models_pin_nothing():
    assert not get_model("kimi-k2-turbo-preview").fixed_parameters(False)
    assert not get_model("kimi-k2-thinking").fixed_parameters(True)


def test_retirement_is_a_date():
    assert get_model("kimi-k2-thinking").retired_on == dt.date(2026, 5, 25)
    assert get_model("kimi-k2.6").retired_on is None


# The schema: what a new entry in models.toml has to hold.


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_entry_says_where_it_is_from(model):
    assert model.sources
    assert all(source.startswith("https://") for source in model.sources)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_ended_model_has_a_living_successor_for_its_inputs(model):
    assert (model.successor is not None) == (model.status in {"retired", "deprecated"})
    assert (model.retired_on is not None) == (model.status == "retired")
    if model.successor:
        successor = get_model(model.successor)
        assert successor.status in ALIVE, "a successor that is not alive leads nowhere"
        assert successor.upstream_ended_on is None
        assert successor.successor is None, "successors do not chain, so they cannot cycle"
        assert model.inputs <= successor.inputs, "the successor cannot take what the old one took"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_alternative_is_known_and_dates_are_dates(model):
    assert all(get_model(name).status in ALIVE for name in model.alternatives)
    for day in (model.retired_on, model.released_on, model.upstream_ended_on):
        assert day is None or type(day) is dt.date
    assert model.inputs <= {"text", "image", "video"}
    assert model.inputs


def test_no_name_or_alias_stands_for_two_models():
    names = [name for model in MODELS for name in (model.id, *model.aliases)]

    assert len(names) == len(set(names))


def test_the_file_uses_every_source_and_family_it_declares():
    table = tomllib.loads(
        files("agentsflare_kimi.models").joinpath("models.toml").read_text("utf-8")
    )

    assert table["format"] == 2
    assert {entry["family"] for entry in table["models"]} == set(table["families"])
    used = {source for entry in table["models"] for source in entry["sources"]}
    assert used == set(table["sources"])


def test_the_table_of_the_catalog_is_made_from_the_toml_file():
    table = tomllib.loads((files("agentsflare_kimi.models") / "models.toml").read_text("utf-8"))

    assert table == TABLE, "run `make generate`"


@pytest.mark.parametrize("name", [None, 3, ["kimi-k2.6"], {"model": "kimi-k2.6"}, object])
def test_what_is_no_name_is_no_model(name):
    with pytest.raises(UnknownModelError, match="unknown model") as caught:
        get_model(name)

    assert str(name) in str(caught.value)
    assert (caught.value.model, caught.value.suggestions) == (str(name), ())


def test_a_long_name_is_shown_in_part():
    with pytest.raises(UnknownModelError) as caught:
        get_model(["x"] * 1_000)

    assert len(str(caught.value)) < 400


NAMES_LIKE_OTHERS = [
    "kimi-k2.8",
    "kimi-k2.8-preview",
    "kimi-k3-preview",
    "kimi-k2.5-preview",
    "kimi-k2.6-turbo",
    "kimi-k2",
    "kimi-k2.9-thinking",
    "kimi-k4-turbo-preview",
    *(f"{model.id}x" for model in MODELS),
    *(f"x{model.id[1:]}" for model in MODELS),
]


@pytest.mark.parametrize("name", NAMES_LIKE_OTHERS)
def test_no_suggestion_leads_to_an_ended_model_without_a_living_one_beside_it(name):
    suggestions = [get_model(each) for each in suggest_models(name)]

    assert len(suggestions) <= 3
    alive = [m for m in suggestions if m.status in ALIVE | {"unlisted"} and not m.upstream_ended_on]
    assert alive or not suggestions


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("kimi-k2.8-preview", None),
        ("kimi-k3-preview", "kimi-k3"),
        ("kimi-k2.5-preview", None),
        ("kimi-k2.6-turbo", "kimi-k2.6"),
        ("kimi-k2.7-turbo-preview", None),
        ("kimi-k3.1-pro-highspead", "kimi-k3.1-pro-highspeed"),
    ],
)
def test_living_models_are_suggested_first(name, first):
    suggestions = suggest_models(name)

    assert get_model(suggestions[0]).status in ALIVE | {"unlisted"}
    assert not get_model(suggestions[0]).upstream_ended_on
    assert first in {None, suggestions[0]}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_entry_says_when_it_was_checked_and_when_the_model_came_and_went(model):
    assert type(model.checked_on) is dt.date
    assert not model.released_on or model.released_on <= model.checked_on
    if model.released_on and model.upstream_ended_on:
        assert model.released_on < model.upstream_ended_on


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_what_moonshot_ended_or_will_end_names_moonshots_own_successor(model):
    if model.upstream_ended_on:
        assert "kimi-k3" in model.upstream_note


def test_no_source_is_a_copy_of_a_page_that_moved():
    assert TABLE["sources"]["models"] == "https://platform.kimi.ai/docs/models.md"
