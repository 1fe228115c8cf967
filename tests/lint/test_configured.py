"""Settings that name the model to ask, by all keys around and beside them."""

import pytest

from agentsflare_kimi.lint.evidence.configured import Surroundings, is_plain_name, names_the_model


@pytest.mark.parametrize(
    "place",
    [
        Surroundings("model"),
        Surroundings("KIMI_MODEL"),
        Surroundings("model-name", ["chat-model", "open-ai", "langchain4j"]),
        Surroundings("model", ["llm"], {"model", "apikey", "temperature"}),
        Surroundings("model", ["clients"], {"model", "apikey"}, is_listed=True),
        Surroundings("model", [], {"model", "messages", "stream"}),
        Surroundings(
            "model", ["body"], {"model", "messages"}, outer={"customid", "method", "url", "body"}
        ),
    ],
)
def test_settings_of_a_client_name_the_model(place):
    assert names_the_model(place)


@pytest.mark.parametrize(
    "place",
    [
        Surroundings("price_model"),
        Surroundings("model", ["prices"]),
        Surroundings("model", ["llm"], {"model", "price"}),
        Surroundings("model", ["llm"], {"model"}, is_listed=True),
        Surroundings("model", [], {"model", "messages", "expected"}),
        Surroundings("model", ["request"], {"model", "messages"}, outer={"request", "response"}),
    ],
)
def test_what_else_stands_around_a_name_is_a_doubt(place):
    assert not names_the_model(place)


def test_a_name_may_say_whose_model_it_is_and_no_more():
    assert is_plain_name("OPENAI_MODEL_NAME")
    assert not is_plain_name("OPENROUTER_MODEL")
    assert not is_plain_name("OLD_MODEL")
