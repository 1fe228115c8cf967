import copy

import pytest

from agentsflare_kimi import ABSENT, KimiSettings, plan_migration

QUESTION = {"role": "user", "content": "q"}
NON_THINKING = ["kimi-k2-turbo-preview", "kimi-k2-0905-preview", "kimi-k2-0711-preview"]
THINKING = ["kimi-k2-thinking", "kimi-k2-thinking-turbo"]
VISION = [f"moonshot-v1-{size}-vision-preview" for size in ("8k", "32k", "128k")]
MIGRATE = KimiSettings(on_deprecated="migrate")
ALWAYS = KimiSettings(adapt_parameters="always")


def plan(model, settings=None, **body):
    return plan_migration({"model": model, "messages": [QUESTION], **body}, settings=settings)


def changed(migration):
    return {change.parameter: change.after for change in migration.changes}


def lost(migration):
    return [change.parameter for change in migration.changes if change.is_lossy]


@pytest.mark.parametrize("name", NON_THINKING)
def test_a_model_that_did_not_think_goes_on_not_thinking(name):
    migration = plan(name, temperature=0.6)

    assert migration.request == {
        "model": "kimi-k2.6",
        "messages": [QUESTION],
        "thinking": {"type": "disabled"},
    }
    assert (migration.model_before, migration.model_after) == (name, "kimi-k2.6")
    assert not migration.is_lossy
    (notice,) = migration.notices
    assert notice.kind == "migrated"
    for part in (name, "2026-05-25", "kimi-k2.6", "thinking.type", "AGENTSFLARE_ON_RETIRED"):
        assert part in notice.message


@pytest.mark.parametrize("name", THINKING)
def test_a_model_that_thought_goes_on_thinking_and_keeps_its_reasoning(name):
    migration = plan(name, temperature=1.0)

    assert migration.request["thinking"] == {"type": "enabled", "keep": "all"}
    assert "temperature" not in migration.request
    assert not migration.is_lossy


@pytest.mark.parametrize("name", VISION)
def test_a_vision_preview_is_left_alone_unless_asked(name):
    migration = plan(name)

    assert migration.changes == ()
    assert migration.request["model"] == name
    assert [notice.kind for notice in migration.notices] == ["deprecated"]


@pytest.mark.parametrize("name", VISION)
def test_a_vision_preview_loses_its_repeatable_default_temperature(name):
    migration = plan(name, MIGRATE)

    assert migration.request["model"] == "kimi-k2.6"
    assert migration.request["thinking"] == {"type": "disabled"}
    assert lost(migration) == ["model"]
    assert "answers vary more" in migration.changes[0].reason


@pytest.mark.parametrize(
    ("name", "thinking", "told"),
    [
        ("kimi-k2-thinking", "disabled", "samples at 0.6, so answers vary less"),
        ("kimi-k2-turbo-preview", "enabled", "samples at 1, so answers vary more"),
    ],
)
def test_a_default_temperature_that_moves_is_told_with_its_direction(name, thinking, told):
    migration = plan(name, thinking={"type": thinking})

    assert lost(migration) == ["model"]
    assert told in migration.changes[0].reason
    assert told in migration.notices[0].message


def test_what_is_told_of_an_unknown_name_is_what_was_done():
    (refused,) = plan("kimi-k2.66").notices
    (sent,) = plan("kimi-k2.66", KimiSettings(on_unknown="warn")).notices

    assert "was sent" not in refused.message
    assert "to 'warn' or 'ignore'" in refused.message
    assert "Did you mean kimi-k2.6" in sent.message
    assert "It was sent as it is" in sent.message
    assert "AGENTSFLARE_EXTRA_MODELS" in sent.message
    assert "'warn'" not in sent.message


def test_what_cannot_be_kept_is_dropped_and_each_loss_is_told():
    migration = plan(
        "kimi-k2-turbo-preview",
        temperature=0,
        top_p=0.5,
        n=3,
        presence_penalty=1,
        frequency_penalty=2,
    )

    assert lost(migration) == ["temperature", "top_p", "n", "presence_penalty", "frequency_penalty"]
    assert all(change.after is ABSENT for change in migration.changes if change.is_lossy)
    assert "n=3" in migration.notices[0].message
    assert migration.notices[0].is_lossy


def test_values_that_the_new_model_pins_anyway_are_dropped_without_loss():
    migration = plan(
        "kimi-k2-0905-preview",
        temperature=0.6,
        top_p=0.95,
        n=1,
        presence_penalty=0,
        frequency_penalty=0,
    )

    assert migration.request.keys() == {"model", "messages", "thinking"}
    assert not migration.is_lossy


def test_a_forced_tool_call_survives_where_the_model_does_not_think():
    assert "tool_choice" not in changed(plan("kimi-k2-turbo-preview", tool_choice="required"))


NAMED = {"type": "function", "function": {"name": "f"}}
FORCED = pytest.mark.parametrize("choice", ["required", NAMED], ids=["required", "named"])


@FORCED
def test_a_forced_tool_call_survives_without_thinking(choice):
    migration = plan("kimi-k2-thinking", tool_choice=choice, reasoning_effort="high")

    assert migration.request["tool_choice"] == choice
    assert migration.request["thinking"] == {"type": "disabled"}
    assert "reasoning_effort" not in migration.request
    assert "thinking.type" in lost(migration)
    assert "AGENTSFLARE_ON_FORCED_TOOL" in migration.notices[0].message


@FORCED
def test_a_forced_tool_call_is_softened_where_the_settings_say_so(choice):
    migration = plan("kimi-k2-thinking", KimiSettings(on_forced_tool="auto"), tool_choice=choice)

    assert changed(migration)["tool_choice"] == "auto"
    assert migration.request["thinking"] == {"type": "enabled", "keep": "all"}
    assert lost(migration) == ["tool_choice"]
    assert "AGENTSFLARE_ON_FORCED_TOOL" in migration.notices[0].message


@pytest.mark.parametrize("model", ["kimi-k2-thinking", "kimi-k2.6", "kimi-k2.7-code"])
@pytest.mark.parametrize("adapting", ["on_rejection", "always", "never"])
@FORCED
def test_a_forced_tool_call_is_refused_where_the_settings_say_so(choice, adapting, model):
    settings = KimiSettings(on_forced_tool="error", adapt_parameters=adapting)
    migration = plan(model, settings, tool_choice=choice)

    (notice,) = migration.notices
    assert notice.is_refusal
    assert "AGENTSFLARE_ON_FORCED_TOOL" in notice.message
    assert migration.changes == ()
    assert not any(n.is_refusal for n in plan("kimi-k2-turbo-preview", settings).notices)
    unforced = plan(model, settings, tool_choice="auto")
    assert not any(notice.is_refusal for notice in unforced.notices)


@pytest.mark.parametrize(
    ("model", "choice", "expected"),
    [
        ("kimi-k2.6", "required", {"thinking.type": "disabled"}),
        ("kimi-k2.5", NAMED, {"thinking.type": "disabled"}),
        ("kimi-k2.7-code", "required", {"tool_choice": "auto"}),
        ("kimi-k2.7-code", NAMED, {"tool_choice": "auto"}),
        ("kimi-k3", NAMED, {"tool_choice": "auto"}),
        ("kimi-k3", "required", {}),
        ("kimi-k2.6", "auto", {}),
    ],
)
def test_a_forced_tool_call_of_a_named_model(model, choice, expected):
    migration = plan(model, ALWAYS, tool_choice=choice)

    assert changed(migration) == expected
    assert migration.is_lossy == ("tool_choice" in expected)


def test_without_thinking_the_values_count_that_are_pinned_then():
    kept = plan("kimi-k2.6", ALWAYS, tool_choice="required", temperature=0.6)
    dropped = plan("kimi-k2.6", ALWAYS, tool_choice="required", temperature=1.0)

    assert changed(kept) == {"thinking.type": "disabled"}
    assert changed(dropped) == {"thinking.type": "disabled", "temperature": ABSENT}


def test_thinking_that_the_caller_asked_for_is_a_loss():
    thinking = {"type": "enabled", "keep": "all"}
    migration = plan("kimi-k2.6", ALWAYS, tool_choice="required", thinking=thinking)

    assert migration.request["thinking"] == {"type": "disabled"}
    assert lost(migration) == ["thinking"]


@pytest.mark.parametrize(
    ("model", "settings"), [("kimi-k2.6", ALWAYS), ("kimi-k2-turbo-preview", None)]
)
def test_a_developer_message_becomes_a_system_message_without_loss(model, settings):
    messages = [{"role": "developer", "content": "Be brief."}, QUESTION]
    body = {"model": model, "messages": messages, "temperature": 0.6}

    migration = plan_migration(body, settings=settings)

    assert migration.request["messages"] == [{"role": "system", "content": "Be brief."}, QUESTION]
    assert messages[0]["role"] == "developer"
    assert "messages[0].role" not in lost(migration)
    assert any("messages[*].role set to 'system'" in n.message for n in migration.notices)


def test_what_is_said_of_many_messages_is_said_once():
    call = {"role": "assistant", "tool_calls": [{"id": "a"}]}
    result = {"role": "tool", "tool_call_id": "a", "content": ""}
    short = plan_migration({"model": "kimi-k2-thinking", "messages": [QUESTION, call, result]})
    long = plan_migration(
        {"model": "kimi-k2-thinking", "messages": [QUESTION, *[call, result] * 5]}
    )

    assert short.notices[0].message == long.notices[0].message


def test_history_with_tool_calls_gets_the_field_that_thinking_demands():
    call = {"role": "assistant", "tool_calls": [{"id": "a"}]}
    kept = call | {"reasoning_content": "because"}
    request = {"model": "kimi-k2-thinking", "messages": [QUESTION, call, kept]}

    migration = plan_migration(request)

    assert migration.request["messages"] == [QUESTION, call | {"reasoning_content": ""}, kept]
    (change,) = [c for c in migration.changes if c.parameter.startswith("messages")]
    assert (change.parameter, change.before) == ("messages[1].reasoning_content", ABSENT)
    assert "reasoning_content" not in call


def test_a_small_budget_is_pointed_out_while_thinking_is_on():
    assert "max_tokens=100" in plan("kimi-k2-thinking", max_tokens=100).notices[0].message
    assert "max_tokens" not in plan("kimi-k2-thinking", max_tokens=16_000).notices[0].message
    assert "max_tokens" not in plan("kimi-k2-turbo-preview", max_tokens=100).notices[0].message


@pytest.mark.parametrize("where", ["body", "extra_body"])
def test_thinking_that_the_caller_set_wins(where):
    thinking = {"thinking": {"type": "enabled"}}
    body = thinking if where == "body" else {"extra_body": thinking}

    migration = plan("kimi-k2-turbo-preview", temperature=0.6, **body)

    assert migration.request["thinking"] == {"type": "enabled"}
    assert "extra_body" not in migration.request
    assert lost(migration) == ["temperature"]


@pytest.mark.parametrize(
    "odd", [{}, {"keep": "all"}, {"type": None}, {"type": []}, {"type": "off"}, False, "disabled"]
)
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("kimi-k2-turbo-preview", {"type": "disabled"}),
        ("kimi-k2-thinking", {"type": "enabled", "keep": "all"}),
    ],
)
def test_thinking_that_says_neither_on_nor_off_is_no_choice(name, wanted, odd):
    migration = plan(name, thinking=odd)

    (change,) = [c for c in migration.changes if c.parameter != "model"]
    assert (change.parameter, change.before, change.after) == ("thinking", odd, wanted)
    assert migration.request["thinking"] == wanted
    assert not migration.is_lossy
    assert plan_migration(migration.request).changes == ()


def test_a_model_named_in_extra_body_is_the_one_that_counts():
    migration = plan("kimi-k2.6", extra_body={"model": "kimi-k2-turbo-preview"})

    assert migration.model_before == "kimi-k2-turbo-preview"
    assert migration.request["model"] == "kimi-k2.6"


@pytest.mark.parametrize("thinking", [None, {"type": "disabled"}, {"type": "enabled"}, {}])
def test_reasoning_effort_does_not_stay_beside_thinking(thinking):
    migration = plan("kimi-k2-turbo-preview", reasoning_effort="low", thinking=thinking, n=1)

    assert "reasoning_effort" not in migration.request
    assert changed(migration)["reasoning_effort"] is ABSENT
    assert "reasoning_effort" not in lost(migration)


def test_a_short_name_becomes_the_name_that_the_gateway_knows():
    assert plan("k2.6").request["model"] == "kimi-k2.6"
    assert plan("k2-turbo").model_after == "kimi-k2.6"


@pytest.mark.parametrize(
    ("model", "settings", "kind", "is_refusal"),
    [
        ("kimi-k2-thinking", KimiSettings(on_retired="warn"), "retired", False),
        ("kimi-k2-thinking", KimiSettings(on_retired="error"), "retired", True),
        ("moonshot-v1-8k-vision-preview", KimiSettings(on_deprecated="error"), "deprecated", True),
        ("gpt-4", None, "unknown", True),
        ("gpt-4", KimiSettings(on_unknown="warn"), "unknown", False),
        ("kimi-chat", None, "example", False),
        ("kimi-k3", None, "unlisted", False),
    ],
)
def test_policies_leave_the_request_and_say_so(model, settings, kind, is_refusal):
    migration = plan(model, settings, temperature=0.3)

    assert migration.changes == ()
    assert migration.request["model"] == model
    assert [(notice.kind, notice.is_refusal) for notice in migration.notices] == [
        (kind, is_refusal)
    ]


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("gpt-4", KimiSettings(on_unknown="ignore")),
        ("gpt-4", KimiSettings(extra_models="gpt-4")),
        ("kimi-k2-thinking", KimiSettings(extra_models="kimi-k2-thinking")),
        ("moonshot-v1-8k-vision-preview", KimiSettings(on_deprecated="ignore")),
        ("kimi-k2.6", None),
        ("kimi-latest", None),
        (None, None),
        (["odd"], None),
    ],
)
def test_nothing_to_say_nothing_changed(model, settings):
    migration = plan(model, settings, temperature=0.3)

    assert migration.changes == ()
    assert migration.notices == ()
    assert migration.request == {"model": model, "messages": [QUESTION], "temperature": 0.3}


def test_always_adapts_what_a_named_model_rejects():
    migration = plan("kimi-k2.6", ALWAYS, temperature=0.3, tool_choice="required")

    assert changed(migration) == {"temperature": ABSENT, "thinking.type": "disabled"}
    (notice,) = migration.notices
    assert notice.kind == "adapted"
    assert "AGENTSFLARE_ADAPT_PARAMETERS" in notice.message


def test_never_chooses_k25_and_never_changes_its_input():
    body = {
        "model": "kimi-k2-thinking",
        "messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}],
        "temperature": 0.1,
        "extra_body": {"thinking": {"type": "enabled"}},
    }
    before = copy.deepcopy(body)

    migration = plan_migration(body)

    assert body == before
    assert migration.model_after == "kimi-k2.6"
    assert plan_migration(migration.request).changes == ()


def test_no_prompt_and_no_odd_value_is_shown():
    migration = plan(
        "kimi-k2-turbo-preview", temperature="secret prompt", top_p={"secret": "prompt"}
    )

    assert "secret" not in migration.notices[0].message


def test_the_budget_that_counts_is_the_one_that_is_named():
    migration = plan("kimi-k2-thinking", max_completion_tokens=100, max_tokens=50_000)

    assert "max_completion_tokens=100" in migration.notices[0].message


def test_a_null_extra_body_is_not_sent():
    assert "extra_body" not in plan("kimi-k2.6", extra_body=None).request


@pytest.mark.parametrize("request_", ["text", [], None, 3])
def test_what_is_no_request_is_named(request_):
    with pytest.raises(TypeError, match=f"got {type(request_).__name__}"):
        plan_migration(request_)
