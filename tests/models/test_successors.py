"""The move that `migrate_to` prepares: what a user needs on the day kimi-k2.6 ends."""

import pytest

from agentsflare_kimi import ABSENT, ConfigurationError, KimiSettings, list_models, plan_migration

LIVING = ["kimi-k2.6", "kimi-k2.7-code", "kimi-k2.5"]


def plan(target="kimi-k3", settings=None, **body):
    return plan_migration(
        {"messages": [], **body}, settings=KimiSettings(migrate_to=target, **settings or {})
    )


def change(plan, parameter):
    (found,) = [each for each in plan.changes if each.parameter == parameter]
    return found


def test_nothing_moves_to_kimi_k3_unless_it_is_asked_for():
    for model in list_models():
        assert "kimi-k3" not in (plan_migration({"model": model.id}).model_after or "")[:7] or (
            model.id.startswith("kimi-k3")
        )


@pytest.mark.parametrize("target", ["kimi-k3", "k3", "kimi-k3.1-pro", "kimi-k3.1-pro-highspeed"])
@pytest.mark.parametrize("model", LIVING)
def test_every_k2_model_moves_and_what_is_lost_is_named(model, target):
    moved = plan(target, model=model)
    (notice,) = moved.notices

    assert moved.model_after == plan(target, model=target).model_after
    assert moved.is_lossy
    assert "always thinks" in notice.message
    assert "tokens cost 3 to 4 times" in notice.message
    assert "AGENTSFLARE_MIGRATE_TO" in notice.message


def test_thinking_that_was_off_becomes_the_least_effort():
    moved = plan(model="kimi-k2.6", thinking={"type": "disabled"}, max_tokens=100)

    assert "thinking" not in moved.request
    assert moved.request["reasoning_effort"] == "low"
    assert change(moved, "thinking").is_lossy
    assert change(moved, "reasoning_effort").before is ABSENT
    assert "default temperature was 0.6, kimi-k3 samples at 1" in change(moved, "model").reason
    assert "the answer may come back empty" in moved.notices[0].message


def test_a_model_that_did_not_think_moves_to_the_least_effort_too():
    moved = plan(model="kimi-k2-turbo-preview", temperature=0.3)

    assert moved.model_after == "kimi-k3"
    assert moved.request["reasoning_effort"] == "low"
    assert change(moved, "temperature").is_lossy


@pytest.mark.parametrize(
    "thinking", [None, {"type": "enabled"}, {"type": "enabled", "keep": "all"}]
)
def test_thinking_that_was_on_stays_on_without_the_switch(thinking):
    moved = plan(model="kimi-k2.6", **({"thinking": thinking} if thinking else {}))

    assert "thinking" not in moved.request
    assert "reasoning_effort" not in moved.request


@pytest.mark.parametrize(
    ("effort", "sent"),
    [("none", "low"), ("minimal", "low"), ("low", "low"), ("medium", "high"), ("max", "max")],
)
def test_an_effort_that_kimi_k3_lacks_becomes_the_nearest_one(effort, sent):
    moved = plan(model="kimi-k2.6", reasoning_effort=effort)

    assert moved.request["reasoning_effort"] == sent


def test_what_kimi_k3_pins_or_rejects_is_adapted():
    moved = plan(
        model="kimi-k2.6",
        temperature=0.6,
        n=3,
        thinking={"type": "disabled"},
        tool_choice={"type": "function", "function": {"name": "f"}},
    )

    assert moved.request.keys() == {"messages", "model", "reasoning_effort", "tool_choice"}
    assert moved.request["tool_choice"] == "auto"
    assert change(moved, "n").is_lossy


@pytest.mark.parametrize("model", ["kimi-k3", "kimi-k3.1-pro", "kimi-chat"])
def test_the_model_itself_newer_ones_and_the_example_stay(model):
    assert plan(model=model).model_after == model


def test_a_retired_model_that_is_to_be_sent_as_it_is_stays():
    assert plan(model="kimi-k2-thinking").model_after == "kimi-k3"
    kept = plan(model="kimi-k2-thinking", settings={"on_retired": "warn"})
    assert kept.model_after == "kimi-k2-thinking"


def test_planning_again_changes_nothing():
    moved = plan(model="kimi-k2.6", thinking={"type": "disabled"}, temperature=1)

    assert plan(**moved.request).changes == ()


@pytest.mark.parametrize(
    ("target", "told"),
    [("kimi-k9", "unknown model 'kimi-k9'"), ("kimi-k2-thinking", "is retired itself")],
)
def test_a_target_that_cannot_be_asked_is_refused(target, told):
    with pytest.raises(ConfigurationError, match=told) as caught:
        plan(target, model="kimi-k2.6")

    assert "AGENTSFLARE_MIGRATE_TO" in str(caught.value)


def test_a_file_of_models_holds_for_the_plan_that_names_it(tmp_path):
    path = tmp_path / "models.toml"
    path.write_text(
        '[[models]]\nid = "kimi-k9"\nstatus = "active"\nfamily = "switchable"\ninputs = ["text"]\n'
    )
    body = {"model": "kimi-k9", "messages": []}

    assert plan_migration(body).notices[0].is_refusal
    assert plan_migration(body, settings=KimiSettings(models_file=path)).notices == ()
