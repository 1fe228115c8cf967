"""Names as people write them, and what each of them means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi import ModelName, get_model, list_models, plan_migration, read_name
from agentsflare_kimi.models.catalog import find_model

IDS = [model.id for model in list_models()]
SPELLINGS = {
    "k2p5": "kimi-k2.5",
    "k2p6": "kimi-k2.6",
    "kimi-k2p6": "kimi-k2.6",
    "kimi-k2p7-code": "kimi-k2.7-code",
    "kimi-k25": "kimi-k2.5",
    "kimi-k26": "kimi-k2.6",
    "kimi-k2_6": "kimi-k2.6",
    "kimi-k2-6": "kimi-k2.6",
    "kimi-k2-7-code": "kimi-k2.7-code",
    "kimi-2.7": "kimi-k2.7-code",
    "kimi-k2.7": "kimi-k2.7-code",
    "Kimi-K2.6": "kimi-k2.6",
    "KIMI_K2_6": "kimi-k2.6",
    "Kimi K2.6": "kimi-k2.6",
    "kimik2.6": "kimi-k2.6",
    "kimi-k2-instruct": "kimi-k2-0711-preview",
    "kimi-k2-instruct-0905": "kimi-k2-0905-preview",
    "kimi-k2.5-thinking": "kimi-k2.5",
    "k3.1-pro-highspeed": "kimi-k3.1-pro-highspeed",
    "kimi-k3-1-pro-highspeed": "kimi-k3.1-pro-highspeed",
    "kimi-k3-1-pro": "kimi-k3.1-pro",
    "k3-1-pro": "kimi-k3.1-pro",
    "kimi-k3-1": "kimi-k3.1-pro",
    "moonshot_v1_8k": "moonshot-v1-8k",
}
MARKED = {
    "moonshotai/kimi-k2.6": ("kimi-k2.6", "moonshotai/", ""),
    "moonshot/kimi-k2.6": ("kimi-k2.6", "moonshot/", ""),
    "kimi/kimi-k2.6": ("kimi-k2.6", "kimi/", ""),
    "@cf/moonshotai/kimi-k2.6": ("kimi-k2.6", "@cf/moonshotai/", ""),
    "hf:moonshotai/Kimi-K2.6": ("kimi-k2.6", "hf:moonshotai/", ""),
    "pro/moonshotai/Kimi-K2.6": ("kimi-k2.6", "pro/moonshotai/", ""),
    "accounts/fireworks/models/kimi-k2p6": ("kimi-k2.6", "accounts/fireworks/models/", ""),
    "fireworks_ai/accounts/fireworks/models/kimi-k2p7-code": (
        "kimi-k2.7-code",
        "fireworks_ai/accounts/fireworks/models/",
        "",
    ),
    "moonshot.kimi-k2-thinking": ("kimi-k2-thinking", "moonshot.", ""),
    "moonshotai.kimi-k2.5": ("kimi-k2.5", "moonshotai.", ""),
    "us.moonshot.kimi-k2-thinking": ("kimi-k2-thinking", "us.moonshot.", ""),
    "in.moonshotai.kimi-k2.5": ("kimi-k2.5", "in.moonshotai.", ""),
    "global.moonshotai.kimi-k2.5": ("kimi-k2.5", "global.moonshotai.", ""),
    "bedrock/us.moonshotai.kimi-k2.5": ("kimi-k2.5", "bedrock/us.moonshotai.", ""),
    "moonshot.kimi-k2-thinking-v1:0": ("kimi-k2-thinking", "moonshot.", "-v1:0"),
    "databricks-kimi-k2-7-code": ("kimi-k2.7-code", "databricks-", ""),
    "FW-Kimi-K2.6": ("kimi-k2.6", "FW-", ""),
    "Moonshot-Kimi-K2-Instruct": ("kimi-k2-0711-preview", "Moonshot-", ""),
    "kimi-k2-thinking-251104": ("kimi-k2-thinking", "", "-251104"),
    "kimi-k2.5-0127": ("kimi-k2.5", "", "-0127"),
    "kimi-k2.6-20260420": ("kimi-k2.6", "", "-20260420"),
    "kimi-k2.6-2026-04-20": ("kimi-k2.6", "", "-2026-04-20"),
    "kimi-k2.6@20260420": ("kimi-k2.6", "", "@20260420"),
    "kimi-k2.7-code-20260612": ("kimi-k2.7-code", "", "-20260612"),
    "kimi-k3-20260715": ("kimi-k3", "", "-20260715"),
    "kimi-k3.1-pro-20261023": ("kimi-k3.1-pro", "", "-20261023"),
}
OFFERS = {
    "moonshotai/kimi-k2.6:free": ("kimi-k2.6", "moonshotai/", ":free"),
    "kimi-k2.6-turbo": ("kimi-k2.6", "", "-turbo"),
    "kimi-k2.6-fast": ("kimi-k2.6", "", "-fast"),
    "kimi-k2.6-fp8": ("kimi-k2.6", "", "-fp8"),
    "kimi-k2.6-gguf:q4": ("kimi-k2.6", "", "-gguf:q4"),
    "mlx-community/Kimi-K2.6-4bit": ("kimi-k2.6", "mlx-community/", "-4bit"),
    "unsloth/Kimi-K2-Thinking-GGUF:UD-Q4_K_XL": (
        "kimi-k2-thinking",
        "unsloth/",
        "-GGUF:UD-Q4_K_XL",
    ),
    "kimi-k2-thinking-maas": ("kimi-k2-thinking", "", "-maas"),
    "kimi-k2.6-20260420-fp8": ("kimi-k2.6", "", "-20260420-fp8"),
}
NOT_A_NAME = [
    "",
    "kimi",
    "kimi-k2",
    "kimi-k4",
    "kimi-k2.8-preview",
    "kimi-k2.5-preview",
    "kimi-k2.5.1",
    "kimi-k2.60",
    "gpt-4o",
    "2.6",
    "26",
    "k26x",
    "~moonshotai/kimi-latest",
    "accounts/fireworks/routers/kimi-latest",
    "kimi-fast-latest",
    "https://example.com/kimi-k2.6",
    "kimi-k2.6 is a model",
    "\u212aimi-k2.6",
    "kimi-k2.6" * 1_000,
]


@pytest.mark.parametrize(("text", "model"), SPELLINGS.items())
def test_a_spelling_means_a_model(text, model):
    assert read_name(text) == ModelName(model=model, host="", suffix="")
    assert find_model(text) is get_model(model)


@pytest.mark.parametrize(("text", "parts"), MARKED.items())
def test_a_hosts_prefix_and_a_date_are_taken_off(text, parts):
    assert read_name(text) == ModelName(*parts)
    assert find_model(text) is get_model(parts[0])


@pytest.mark.parametrize(("text", "parts"), OFFERS.items())
def test_one_hosts_offer_is_read_but_not_resolved(text, parts):
    assert read_name(text) == ModelName(*parts)
    assert find_model(text) is None, "a price or a speed was asked for, too"


@pytest.mark.parametrize("text", NOT_A_NAME)
def test_what_may_be_another_model_means_none(text):
    assert read_name(text) is None


@pytest.mark.parametrize("value", [None, 3, ["kimi-k2.6"], b"kimi-k2.6"])
def test_what_is_no_text_means_none(value):
    assert read_name(value) is None


@given(st.text() | st.text("kimo2.6-_/:@p57 ", max_size=30))
def test_reading_is_total_and_stands_still_at_the_models_own_name(text):
    read = read_name(text)

    if read is not None:
        assert read_name(read.model) == ModelName(model=read.model, host="", suffix="")
        assert text.strip().startswith(read.host)
        assert text.strip().endswith(read.suffix)


case = st.sampled_from([str, str.upper, str.title])
separator = st.sampled_from(["-", "_", " "])
dot = st.sampled_from([".", "-", "p", "", "_"])
prefix = st.sampled_from(["", "moonshotai/", "openrouter/moonshotai/", "us.moonshot.", "hf:a/"])
suffix = st.sampled_from(["", "-20260420", "-0127", "-251104", ":free", "-fp8", "-turbo", "@x"])


@given(st.sampled_from(IDS), case, separator, dot, prefix, suffix)
def test_no_spelling_of_one_model_means_another(name, case, separator, dot, prefix, suffix):
    spelt = case(name.replace("-", separator).replace(".", dot))

    read = read_name(f"{prefix}{spelt}{suffix}")

    # `kimi-k2-thinking` and `-turbo` are names of two models when they stand together.
    together = f"{name}{suffix}"
    meant = together if together in IDS else name
    assert read is not None
    assert read.model == meant


def test_a_living_alias_of_a_host_is_no_model_of_this_catalog():
    assert read_name("moonshot/kimi-latest") == ModelName("kimi-latest", "moonshot/", "")
    assert read_name("~moonshotai/kimi-latest") is None


@pytest.mark.parametrize("text", ["Kimi-K2.6", "k2p6", "k2.6"])
def test_what_is_only_spelt_differently_is_resolved_and_said_once(text):
    plan = plan_migration({"model": text})

    assert plan.request["model"] == plan.model_after == "kimi-k2.6"
    assert [notice.kind for notice in plan.notices] == ["alias"]
    assert plan_migration(plan.request).notices == ()


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("kimi-k2.7", "kimi-k2.7-code"),
        ("moonshotai/kimi-k2.6", "kimi-k2.6"),
        ("kimi-k2.6-20260420", "kimi-k2.6"),
        ("kimi-k3.1", "kimi-k3.1-pro"),
    ],
)
def test_what_names_more_or_less_than_the_model_is_said_aloud(text, model):
    plan = plan_migration({"model": text})
    notice = plan.notices[0]

    assert plan.model_after == model
    assert notice.kind == "respelled"
    assert text in notice.message
    assert model in notice.message
    assert "AGENTSFLARE_EXTRA_MODELS" in notice.message


def test_an_offer_of_another_host_is_refused_with_the_model_suggested_first():
    (notice,) = plan_migration({"model": "moonshotai/kimi-k2.6:free"}).notices

    assert notice.is_refusal
    assert notice.suggestions[0] == "kimi-k2.6"
