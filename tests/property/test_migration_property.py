import copy

from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi import KimiSettings, get_model, list_models, plan_migration
from agentsflare_kimi.emulator.refusals import find_refusal
from agentsflare_kimi.models.rules import find_rejections

NAMES = [name for model in list_models() for name in (model.id, *model.aliases)]
SETTINGS = [
    KimiSettings(on_deprecated=on_deprecated, adapt_parameters=adapt)
    for on_deprecated in ("warn", "migrate", "ignore")
    for adapt in ("on_rejection", "always", "never")
]
numbers = st.one_of(st.none(), st.integers(-3, 6), st.floats(-2, 2, allow_nan=False))
calls = st.just(
    [{"id": "functions.f:0", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
)
# The upstream refuses messages without text and calls without results, whatever the model.
texts = st.text(min_size=1, max_size=9).filter(str.strip)
result = {"role": "tool", "tool_call_id": "functions.f:0", "content": "done"}
turns = st.one_of(
    st.fixed_dictionaries({"role": st.just("user"), "content": texts}).map(lambda said: [said]),
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "tool_calls": calls},
        optional={"reasoning_content": st.text(max_size=5)},
    ).map(lambda asked: [asked, result]),
)
messages = st.lists(turns, min_size=1, max_size=4).map(
    lambda parts: [message for turn in parts for message in turn]
)
thinking = st.sampled_from(
    [
        None,
        {"type": "enabled"},
        {"type": "disabled"},
        {"type": "enabled", "keep": "all"},
        {},
        {"type": None},
        False,
        "disabled",
    ]
)
parameters = {
    "temperature": numbers,
    "top_p": numbers,
    # Beyond that, no model takes it.
    "n": st.one_of(st.none(), st.integers(1, 5)),
    "presence_penalty": numbers,
    "frequency_penalty": numbers,
    "logprobs": st.booleans(),
    "max_tokens": st.integers(1, 4_000),
    "tool_choice": st.sampled_from(
        ["auto", "none", "required", {"type": "function", "function": {"name": "f"}}]
    ),
    "thinking": thinking,
    "reasoning_effort": st.sampled_from(["low", "high"]),
    "stream": st.booleans(),
}
requests = st.fixed_dictionaries(
    {"model": st.sampled_from(NAMES), "messages": messages},
    optional={
        **parameters,
        "extra_body": st.fixed_dictionaries({}, optional={"thinking": thinking, "top_p": numbers}),
    },
)


@given(requests, st.sampled_from(SETTINGS))
def test_a_plan_is_final_and_leaves_its_input_alone(request, settings):
    before = copy.deepcopy(request)

    migration = plan_migration(request, settings=settings)
    again = plan_migration(migration.request, settings=settings)

    assert request == before
    assert again.changes == ()
    assert again.request == migration.request
    assert migration.is_lossy == any(change.is_lossy for change in migration.changes)


@given(requests)
def test_the_emulator_accepts_what_a_plan_sends(request):
    settings = KimiSettings(on_deprecated="migrate", adapt_parameters="always")

    planned = plan_migration(request, settings=settings).request

    assert find_rejections(planned) == ()
    assert find_refusal(planned, get_model(planned["model"]), strict=True) is None


@given(requests)
def test_where_the_client_chose_the_model_the_default_settings_are_enough(request):
    migration = plan_migration(request)

    if migration.model_after != migration.model_before and migration.notices[0].kind == "migrated":
        assert find_rejections(migration.request) == ()
