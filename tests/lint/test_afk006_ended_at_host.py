"""AFK006: ids that other hosts have ended."""

from datetime import date

import pytest
from linting import find, find_one, kind

from agentsflare_kimi.lint import LintConfig, lint_text
from agentsflare_kimi.lint.rules.explaining import explain, find_rules
from agentsflare_kimi.models.hosts import host_retirements

EVERY = host_retirements()


@pytest.mark.parametrize("end", EVERY, ids=lambda end: f"{end.host} {end.id}")
def test_every_end_is_reported_where_its_host_is_named(end):
    name = f"{end.marks[0]}/{end.id}" if end.marks else end.id
    finding = find_one("AFK006", f'model = "{name}"', "a.py")

    assert (finding.severity, kind(finding)) == ("warning", "none")
    assert finding.message.startswith(f"{end.host} end")
    assert end.is_month or f"on {end.ended_on}" in finding.message
    assert end.source in explain(find_rules("AFK006")[0])
    assert ("third party" in finding.message) == (end.grade == "third-party")


@pytest.mark.parametrize("end", EVERY, ids=lambda end: f"{end.host} {end.id}")
def test_the_data_is_whole(end):
    assert end.effect in {"error", "redirect", "switch"}
    assert end.effect == "error" or end.successor
    assert type(end.ended_on) is date
    assert all(mark == mark.lower() for mark in end.marks)


def test_the_host_may_be_named_elsewhere_in_the_file():
    text = (
        'base_url = "https://api.groq.com/openai/v1"\nmodel = "moonshotai/kimi-k2-instruct-0905"\n'
    )

    assert "openai/gpt-oss-120b" in find_one("AFK006", text, "a.py").message
    assert find("AFK006", text.splitlines()[1], "a.py") == []


def test_a_silent_switch_is_said_to_be_one():
    finding = find_one("AFK006", "model: deepinfra/moonshotai/Kimi-K2.5", "a.yaml")

    assert "silently answers instead" in finding.message


@pytest.mark.parametrize(
    "name",
    [
        "~moonshotai/kimi-latest",
        "accounts/fireworks/routers/kimi-latest",
        "kimi-fast-latest",
        "accounts/fireworks/models/kimi-k3",
        "accounts/fireworks/models/kimi-k2p6-turbo",
        "openrouter/moonshotai/kimi-k2.6",
        "kimi-k2.6",
        "x-databricks-kimi-k2-7",
    ],
)
def test_living_ids_and_those_of_no_named_host_are_not_reported(name):
    assert find("AFK006", f'model = "{name}"', "a.py") == []


def test_an_end_to_come_is_said_to_come():
    text = 'model = "us.moonshot.kimi-k2-thinking-v1:0"'
    (after,) = [
        finding
        for finding in lint_text(text, "a.py", LintConfig(today=date(2027, 4, 1)))
        if finding.code == "AFK006"
    ]

    assert "Amazon Bedrock ends" in find_one("AFK006", text, "a.py").message
    assert "Amazon Bedrock ended" in after.message


def test_of_a_month_no_day_is_told():
    finding = find_one("AFK006", "model: nvidia/moonshotai/kimi-k2.5", "a.yaml")

    assert "about 2026-04 " in finding.message
    assert "2026-04-" not in finding.message


@pytest.mark.parametrize(
    ("name", "source"),
    [("Kimi-K2.5", "pull/2358"), ("Kimi-K2.6", "pull/3452"), ("Kimi-K2.7-Code", "pull/3452")],
)
def test_each_end_has_the_source_that_says_it(name, source):
    rows = explain(find_rules("AFK006")[0]).splitlines()
    (row,) = [row for row in rows if row.startswith("| Together AI") and f"/{name}`" in row]

    assert f"github.com/theopenco/llmgateway/{source}" in row


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('model = "dashscope/kimi-k2-thinking"', "AFK006"),
        ('model = "us.moonshot.kimi-k2-thinking"', "AFK006"),
        (
            'url = "https://dashscope.aliyuncs.com/v1"\nmodel = "kimi-k2-thinking"',
            "AFK006",
        ),
        ('# cheaper than alibaba\nmodel = "kimi-k2-thinking"', "AFK001"),
    ],
)
def test_a_place_is_told_of_once_by_the_rule_of_whoever_serves_it(text, code):
    found = [finding.code for finding in lint_text(text, "a.py")]

    assert [each for each in found if each < "AFK1"] == [code]
