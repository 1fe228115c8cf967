"""A fix is safe where a request is shown to be sent, and nowhere else.

`asked.txt` holds forms in which public code names the model that it asks: a `request` is an error,
`safe` if all that holds it is known to send it, and `unseen` if only the host is not in sight.
`held.txt` holds what only looks like that: queries, records, caches, prices, tests, other hosts. No
safe fix touches it, and a `value` is not even an error. `@@` stands for a retired name.
"""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from linting import find, fixed, kind

from agentsflare_kimi.lint.evidence.table import EVIDENCE

HERE = Path(__file__).parent
OLD = "kimi-k2-thinking"
UNSEEN = EVIDENCE["unseen-host"].reason


def read(name):
    """Group the samples of a file by what is expected and the kind of file."""
    samples = defaultdict(list)
    for sample in re.split(r"^#### ", (HERE / name).read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, _, text = sample.partition("\n")
        expected, filename = head.split(" ", 1)
        suffix = Path(filename).suffix or filename
        samples[expected, suffix].append((filename, text.rstrip("\n").replace("@@", OLD)))
    return samples


ASKED = read("asked.txt")
HELD = read("held.txt")


@pytest.mark.parametrize("group", sorted(ASKED))
def test_a_request_is_an_error_and_changed_safely_if_it_is_shown_to_be_sent(group):
    expected, _ = group
    wrong = [text for filename, text in ASKED[group] if verdict(filename, text) != expected]
    assert wrong == []


@pytest.mark.parametrize("group", sorted(HELD))
def test_what_is_not_shown_to_be_sent_is_told_of_and_not_changed(group):
    expected, _ = group
    wrong = [
        text
        for filename, text in HELD[group]
        if (found := verdict(filename, text)) in {"silent", "safe"}
        or (expected == "value" and found == "request")
    ]
    assert wrong == []


def verdict(filename, text):
    findings = find("AFK001", text, filename)
    if any(kind(finding) == "safe" for finding in findings):
        return "safe"
    if any(finding.fix and finding.fix.reason == UNSEEN for finding in findings):
        return "unseen"
    severities = {finding.severity for finding in findings}
    return "request" if "error" in severities else "value" if findings else "silent"


def test_both_files_hold_many_samples():
    assert sum(map(len, HELD.values())) > 500
    assert sum(map(len, ASKED.values())) > 250


SENT = 'client.chat.completions.create(model="{0}", messages=m)\n'
BODY = 'body = {{"model": "{0}", "messages": m}}\n'


@pytest.mark.parametrize(
    "rest",
    [
        "requests.post(BASE, json=body)",
        "data = json.dumps(body)\nrequests.post(BASE, data=data)",
        'requests.post(f"{BASE}/chat/completions", json=body)',
    ],
)
def test_a_variable_that_is_only_sent_shows_a_request(rest):
    text = 'BASE = "https://api.agentsflare.com/v1"\n' + BODY.format(OLD) + rest
    assert OLD not in fixed(text, "a.py")


@pytest.mark.parametrize(
    "rest",
    [
        "mutate(body)",
        "assert sent == body",
        'body["model"] = pick()',
        "body.update(more)",
        "log(body)",
        "for part in body: ...",
        "return body",
    ],
)
def test_a_variable_that_is_used_otherwise_too_does_not(rest):
    text = BODY.format(OLD) + rest + "\nrequests.post(url, json=body)"
    assert fixed(text, "a.py") == text


@pytest.mark.parametrize(
    "rest", ["PRICES[MODEL] = 3", "if x != MODEL: ...", "rows = Call.where(model=MODEL)"]
)
def test_a_constant_that_is_used_otherwise_too_is_left(rest):
    text = f'MODEL = "{OLD}"\n{SENT.format("x").replace(chr(34) + "x" + chr(34), "MODEL")}{rest}'
    assert fixed(text, "a.py") == text
