import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.variables import find_misspelt

FIELDS = KimiSettings.model_fields


def meant(*names):
    return [each.meant.removeprefix("AGENTSFLARE_") for each in find_misspelt(names, FIELDS)]


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("AGENTSFLARE_APIKEY", "API_KEY"),
        ("AGENTSFLARE_API_KYE", "API_KEY"),
        ("agentsflare_apikey", "API_KEY"),
        ("AGENTSFLARE__API_KEY", "API_KEY"),
        ("AGENTSFLAREAPI_KEY", "API_KEY"),
        ("AGENTSFLARE-API-KEY", "API_KEY"),
        ("AGENTFLARE_API_KEY", "API_KEY"),
        ("AGENTSFALRE_API_KEY", "API_KEY"),
        ("AGENT_FLARE_API_KEY", "API_KEY"),
        ("AGENTSFLARE_TOKEN", "API_KEY"),
        ("AGENTSFLARE_URL", "BASE_URL"),
        ("AGENTSFLARE_BASEURL", "BASE_URL"),
        ("AGENTSFLARE_MODELL", "MODEL"),
        ("AGENTSFLARE_MODEL_FILE", "MODELS_FILE"),
        ("AGENTSFLARE_RETRIES", "MAX_RETRIES"),
        ("AGENTSFLARE_ON_DEPRICATED", "ON_DEPRECATED"),
    ],
)
def test_what_was_probably_meant(name, setting):
    assert meant(name) == [setting]


@pytest.mark.parametrize(
    "name",
    [
        "agentsflare_api_key",
        "AgentsFlare_Api_Key",
        "AGENTSFLARE_API_KEY_STAGING",
        "AGENTSFLARE_API_KEY_2",
        "AGENTSFLARE_PROXY_TOKENS",
        "AGENTSFLARE_LOG_LEVEL",
        "AGENTSFLARE_ENV",
        "CLOUDFLARE_API_KEY",
        "AGENTOPS_API_KEY",
        "OPENAI_API_KEY",
    ],
)
def test_names_that_are_read_or_have_a_purpose_of_their_own_are_no_mistakes(name):
    assert meant(name) == []


def test_another_word_counts_only_where_the_setting_itself_is_not_set():
    assert meant("AGENTSFLARE_TOKEN", "agentsflare_api_key") == []
    assert meant("AGENTSFLARE_APIKEY", "AGENTSFLARE_API_KEY") == ["API_KEY"]


@given(st.text())
def test_any_name_is_looked_at(name):
    list(find_misspelt([name, f"AGENTSFLARE_{name}", f"AG{name}FLARE"], FIELDS))


@pytest.mark.parametrize("field", FIELDS)
def test_no_setting_is_a_mistake(field):
    assert meant(f"AGENTSFLARE_{field.upper()}", *os.environ) == []
