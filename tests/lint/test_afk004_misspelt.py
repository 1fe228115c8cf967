"""AFK004: names that are nearly those of models."""

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi import read_name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("kimi-k26", "kimi-k2.6"),
        ("kimi-k2-6", "kimi-k2.6"),
        ("kimi-k2", "kimi-k2.6"),
        ("kimi-k2-thinkng", "kimi-k2.6"),
        ("kimi-k2-turbo", "kimi-k2.6"),
        ("kimi-k2-0905", "kimi-k2.6"),
        ("kimi-k2.7-cod", "kimi-k2.7-code"),
        ("moonshot-v1-8k-vision-previw", "kimi-k2.6"),
    ],
)
def test_a_slip_is_a_warning_that_names_what_was_meant(name, meant):
    finding = find_one("AFK004", f'model = "{name}"', "a.py")

    assert finding.severity == "warning"
    assert finding.replacement == meant
    assert kind(finding) == "unsafe"


def test_where_two_are_equally_near_both_are_named_and_nothing_is_changed():
    finding = find_one("AFK004", 'model = "kimi-k2.x"', "a.py")

    assert "kimi-k2.6" in finding.message
    assert "kimi-k2.5" in finding.message
    assert kind(finding) == "none"


@pytest.mark.parametrize(
    "text",
    [
        'model = "kimi-k2-thinking-251104"',
        'model = "kimi-k2.6-instruct"',
        'model = "kimi-k2.6-2"',
        'model = "kimi-researcher"',
        'model = "moonshot-embedding"',
        'model = "moonshotai/kimi-k26"',
        'names = ["kimi-k26"]',
        'if model == "kimi-k26": pass',
        'package = "kimi-cli"',
        'model = "kimi-k2.6"',
        'model = "kimi-k3"',
        'model = "kimi-k4"',
        'model = "kimi-k1.5"',
    ],
)
def test_other_names_and_other_places_are_left_alone(text):
    assert find("AFK004", text, "a.py") == []


def test_where_the_nearest_is_gone_it_says_so_and_names_what_follows_with_its_risks():
    finding = find_one("AFK004", 'model = "kimi-k2-turbo"', "a.py")

    assert "did you mean `kimi-k2.6`" in finding.message
    assert "`kimi-k2-turbo-preview` (retired)" in finding.message
    assert "did not think" in finding.fix.reason


HERE = 'client = Kimi(base_url="https://api.agentsflare.com/v1")\n'
CALL = 'client.chat.completions.create(model="{}", messages=messages)\n'


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Kimi-K2.6", "kimi-k2.6"),
        ("KIMI-K2.6", "kimi-k2.6"),
        ("kimi-k2_6", "kimi-k2.6"),
        ("kimi_k2_6", "kimi-k2.6"),
        ("kimi k2.6", "kimi-k2.6"),
        ("k2p6", "kimi-k2.6"),
        ("k2.6", "kimi-k2.6"),
        ("K2-6", "kimi-k2.6"),
        ("kimi-k2p7-code", "kimi-k2.7-code"),
        ("k2.7-code", "kimi-k2.7-code"),
        ("Kimi-K2-Thinking", "kimi-k2.6"),
        ("k2-thinking", "kimi-k2.6"),
        ("Kimi_K2_Turbo", "kimi-k2.6"),
        ("k3", "kimi-k3"),
    ],
)
def test_at_the_gateway_every_spelling_that_the_client_reads_is_found(written, meant):
    finding = find_one("AFK004", HERE + CALL.format(written), "a.py")

    assert finding.replacement == meant
    assert fixed(HERE + CALL.format(written), "a.py", unsafe=True).count(f'"{meant}"') == 1
    assert read_name(written) is not None


@pytest.mark.parametrize("written", ["Kimi-K2.6", "Kimi-K2-Thinking", "k2p6", "k3"])
def test_where_the_gateway_is_not_named_capitals_and_short_names_are_other_hosts(written):
    assert find("AFK004", CALL.format(written), "a.py") == []


@pytest.mark.parametrize(
    "text",
    [
        'client = OpenAI(base_url="https://api.groq.com/openai/v1")\n' + CALL.format("kimi-k26"),
        'client = OpenAI(base_url="https://llm.example.com/v1")\n' + CALL.format("kimi-k26"),
        'if model == "kimi-k26":\n    pass\n',
        'KNOWN = ["kimi-k26", "gpt-4o"]\n',
        'Model.objects.filter(model="kimi-k26")\n',
        'PRICES = {"kimi-k26": 1}\n',
        HERE + 'k2 = k3 = 0\nx = "k8s-1"\nname = "k3s"\n',
    ],
)
def test_what_is_not_asked_of_the_gateway_is_none_of_it(text):
    assert find("AFK004", text, "a.py") == []


@pytest.mark.parametrize("written", ["kimi-k2.6:free", "kimi-k2.6-turbo", "moonshotai/kimi-k2_6"])
def test_what_other_hosts_offer_is_left_alone_even_here(written):
    assert find("AFK004", HERE + CALL.format(written), "a.py") == []
