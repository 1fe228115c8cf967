import pytest

from agentsflare_kimi.models.catalog import get_model
from agentsflare_kimi.models.rules import ABSENT, find_rejections, is_thinking

DISABLED = {"type": "disabled"}
MISSING = "reasoning_content is missing in assistant tool call message"
CALL = {"role": "assistant", "tool_calls": [{"id": "a"}]}


def messages(body):
    return [rejection.message for rejection in find_rejections(body)]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"temperature": 0.6}, "invalid temperature: only 1 is allowed for this model"),
        (
            {"temperature": 1, "thinking": DISABLED},
            "invalid temperature: only 0.6 is allowed for this model",
        ),
        ({"top_p": 1}, "invalid top_p: only 0.95 is allowed for this model"),
        ({"n": 2}, "invalid n: only 1 is allowed for this model"),
        (
            {"presence_penalty": 0.5},
            "invalid presence_penalty: only 0 is allowed for this model",
        ),
        (
            {"frequency_penalty": -1},
            "invalid frequency_penalty: only 0 is allowed for this model",
        ),
        (
            {"tool_choice": "required"},
            "tool_choice 'required' is incompatible with thinking enabled",
        ),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice 'specified' is incompatible with thinking enabled",
        ),
        (
            {"messages": [{"role": "user", "content": "q"}, CALL]},
            f"thinking is enabled but {MISSING} at index 1",
        ),
    ],
)
def test_k26_rejects_in_the_upstreams_words(body, text):
    assert messages({"model": "kimi-k2.6", **body}) == [text]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"temperature": None, "top_p": None, "n": None},
        {"temperature": 1.0, "top_p": 0.95, "n": 1, "presence_penalty": 0},
        {"temperature": 0.6, "thinking": DISABLED},
        {"tool_choice": "required", "thinking": DISABLED},
        {"tool_choice": "auto"},
        {"tool_choice": "none"},
        {"messages": [CALL], "thinking": DISABLED},
        {"messages": [CALL | {"reasoning_content": ""}]},
        {"messages": [{"role": "assistant", "content": "no call"}, "odd", None]},
        {"messages": 3},
    ],
)
def test_k26_accepts(body):
    assert messages({"model": "kimi-k2.6", **body}) == []


def test_a_null_is_no_reasoning():
    assert messages({"model": "kimi-k2.6", "messages": [CALL | {"reasoning_content": None}]})


def test_a_code_model_cannot_stop_thinking():
    (rejection,) = find_rejections({"model": "kimi-k2.7-code", "thinking": DISABLED})

    assert rejection.message == "invalid thinking: only type=enabled is allowed for this model"
    assert rejection.parameter == "thinking"
    assert rejection.repair is ABSENT


def test_k3_can_be_told_to_call_some_tool_but_not_which():
    assert messages({"model": "kimi-k3", "tool_choice": "required"}) == []
    assert messages({"model": "kimi-k3", "tool_choice": {"type": "function"}}) != []
    assert messages({"model": "kimi-k3", "logprobs": True}) == [
        "invalid logprobs: only false is allowed for this model"
    ]


@pytest.mark.parametrize("name", ["kimi-k2-turbo-preview", "moonshot-v1-8k", "kimi-chat", "gpt-4"])
def test_models_without_rules_accept_everything(name):
    assert messages({"model": name, "temperature": 0.1, "n": 3, "thinking": DISABLED}) == []


@pytest.mark.parametrize(
    ("name", "thinking", "expected"),
    [
        ("kimi-k2.6", None, True),
        ("kimi-k2.6", {"type": "enabled"}, True),
        ("kimi-k2.6", DISABLED, False),
        ("kimi-k2.6", "odd", True),
        ("kimi-k2.7-code", DISABLED, True),
        ("kimi-k2-turbo-preview", {"type": "enabled"}, False),
    ],
)
def test_whether_a_request_thinks(name, thinking, expected):
    assert is_thinking({"thinking": thinking}, get_model(name)) is expected
