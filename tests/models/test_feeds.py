"""The catalog against other people's lists, in the shapes that those have."""

import json
from datetime import date

import pytest

from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.models.feeds import FeedError, compare, oldest_check, read_feed

DEPRECATIONS = {
    "models": [
        {"provider": "moonshot", "id": "kimi-k2.5", "retirement_date": "2026-08-31"},
        {"provider": "moonshot", "id": "kimi-k2-thinking", "retirement_date": "2026-06-01"},
        {"provider": "openai", "id": "gpt-4", "retirement_date": "2026-01-01"},
    ]
}
PRICES = {
    "sample_spec": {"litellm_provider": "one of ..."},
    "moonshot/kimi-k2.5": {"litellm_provider": "moonshot", "deprecation_date": "2026-08-31"},
    "moonshot/kimi-k9": {"litellm_provider": "moonshot", "deprecation_date": "2027-01-01"},
    "groq/moonshotai/kimi-k8": {"litellm_provider": "groq"},
}
MODELS_DEV = {
    "moonshotai": {"id": "moonshotai", "models": {"kimi-k3": {"id": "kimi-k3"}, "kimi-k7": {}}},
    "groq": {"id": "groq", "models": {"moonshotai/kimi-k6": {}}},
}
OPENAPI = {
    "openapi": "3.1.0",
    "components": {"schemas": {"Model": {"enum": ["kimi-k3", "kimi-k2.6", "kimi-k10"]}}},
}


def differences(feed):
    return [(each.kind, each.model) for each in compare(read_feed(json.dumps(feed)), catalog())]


def test_modeldeprecations_dev():
    assert differences(DEPRECATIONS) == [("date", "kimi-k2-thinking")]


def test_the_price_map_of_litellm():
    assert differences(PRICES) == [("new", "kimi-k9")]


def test_models_dev():
    assert differences(MODELS_DEV) == [("new", "kimi-k7")]


def test_moonshots_own_list_also_tells_what_is_gone():
    found = differences(OPENAPI)

    assert ("new", "kimi-k10") in found
    assert ("gone", "kimi-k2.7-code") in found
    assert ("gone", "kimi-k2.6") not in found
    assert ("gone", "kimi-k2-thinking") not in found


def test_a_difference_says_what_both_say():
    (found,) = compare(read_feed(json.dumps(DEPRECATIONS)), catalog())

    assert found.detail == "ends on 2026-06-01; the catalog has 2026-05-25"


@pytest.mark.parametrize(
    "text",
    [
        "<html>",
        "[]",
        "{}",
        "3",
        "null",
        '{"openapi": "3"}',
        '["x"]',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(text):
    with pytest.raises(FeedError):
        read_feed(text)


def test_the_oldest_entry_tells_the_age():
    models = catalog().models
    old = models[0]._replace(checked_on=date(2020, 1, 1))

    assert oldest_check([*models, old]) == date(2020, 1, 1)
    assert oldest_check([]) is None
