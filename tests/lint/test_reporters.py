"""The schema beside this file is SchemaStore's copy of OASIS' (Apache-2.0).

Source: https://github.com/SchemaStore/schemastore/blob/master/src/schemas/json/sarif-2.1.0.json
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentsflare_kimi.lint.edits.diffs import show_diff
from agentsflare_kimi.lint.findings import Edit, Finding, Fix
from agentsflare_kimi.lint.masking import mask_keys
from agentsflare_kimi.lint.reporters import FORMATS, Reported, render
from agentsflare_kimi.lint.reporters.places import harmless

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
ROOT = "/root/of/it"
TEXT = 'x = "😀é"; model = "kimi-k2-thinking"\nrest\n'
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def finding(**changes):
    values = {
        "code": "AFK001",
        "message": "retired",
        "filename": f"{ROOT}/src/ask.py",
        "line": 1,
        "column": 20,
        "end_line": 1,
        "end_column": 36,
        "severity": "error",
        "url": "https://example.com/afk001",
        "fix": Fix(edits=(Edit(start=19, end=35, replacement="kimi-k2.6"),), is_safe=True),
    }
    return Finding(**values | changes)


def report(name, *findings, text=TEXT, **options):
    reported = Reported(findings=findings, root=ROOT, source_of=lambda _: text, **options)
    return "".join(render(name, reported))


FINDINGS = st.builds(
    finding,
    message=ANY_TEXT,
    filename=ANY_TEXT.filter(lambda name: name and "\0" not in name).map(lambda n: f"{ROOT}/{n}"),
    severity=st.sampled_from(["error", "warning", "info"]),
    line=st.integers(1, 4),
    fix=st.none()
    | st.builds(
        Fix,
        edits=st.builds(
            lambda start, length, new: (Edit(start=start, end=start + length, replacement=new),),
            st.integers(0, 20),
            st.integers(0, 9),
            ANY_TEXT,
        ),
        is_safe=st.booleans(),
        reason=ANY_TEXT,
    ),
)


@given(st.lists(FINDINGS, max_size=3))
def test_sarif_is_valid(findings):
    document = json.loads(report("sarif", *findings))
    VALIDATOR.validate(document)
    for result in document["runs"][0]["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[\w./~-]|%[0-9A-F]{2})*", uri, re.ASCII)
        assert not uri.startswith("/")
        assert ".." not in uri.split("/")


def test_sarif_counts_columns_in_utf_16_and_keeps_fixes():
    run = json.loads(report("sarif", finding()))["runs"][0]
    assert run["columnKind"] == "utf16CodeUnits"
    [result] = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/ask.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 1, "startColumn": 21, "endLine": 1, "endColumn": 37}
    [replacement] = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"]["startColumn"] == 21
    assert replacement["insertedContent"] == {"text": "kimi-k2.6"}
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "AFK001"


def test_a_finding_keeps_its_identity_when_its_line_moves():
    def identity(name, moved):
        one = finding(line=1 + moved, end_line=1 + moved)
        text = "\n" * moved + TEXT
        return re.findall(r'"(?:fingerprint|lineText/v1)": "(\w+)"', report(name, one, text=text))

    for name in ("sarif", "gitlab"):
        assert identity(name, 0) == identity(name, 3) != []
        twice = report(name, finding(), finding(column=1))
        assert len(set(re.findall(r'"(?:fingerprint|lineText/v1)": "(\w+)"', twice))) == 2


@given(st.lists(FINDINGS, max_size=3))
def test_github_gets_one_command_for_each_finding_and_no_other(findings):
    raw = re.split(r"[\r\n]", report("github", *findings)) if findings else []
    assert len(raw) == len(findings)
    for line in raw:
        assert re.match(r"::(?:error|warning|notice) title=agentsflare-kimi \(AFK001\),file=", line)


def test_github_properties_cannot_be_left():
    evil = finding(
        filename=f"{ROOT}/a,line=9::x%0A\n::error::owned.py", message="m\r\n::set-env::%"
    )
    line = report("github", evil)
    assert "file=a%2Cline=9%3A%3Ax%250A%0A%3A%3Aerror%3A%3Aowned.py,line=1," in line
    assert line.endswith("::AFK001 m%0D%0A::set-env::%25")
    assert "\n" not in line


def test_azure_properties_cannot_be_left():
    line = report("azure", finding(filename=f"{ROOT}/a;x=1]y\n.py", message="m\n##vso[x]%"))
    assert "sourcepath=a%3Bx=1%5Dy%0A.py;" in line
    assert "\n" not in line


@pytest.mark.parametrize("line", ["::error::x", "  ::stop-commands::x", "\t::x", "a ##[command]x"])
def test_foreign_lines_cannot_command_the_runner(line):
    shown = harmless(line)
    assert not shown.strip().startswith("::")
    assert "##[" not in shown


def test_an_excerpt_and_a_diff_cannot_command_the_runner():
    text = '::error::x "kimi-k2-thinking"\n::warning::y\n'
    shown = report("full", finding(column=13, end_column=29), text=text)
    diff = show_diff("a.py", text, text.replace("thinking", "x"))
    for line in [*shown.splitlines(), *diff]:
        assert not line.strip().startswith("::")


@pytest.mark.parametrize("name", ["full", "concise", "grouped", "pylint"])
@pytest.mark.parametrize(
    "filename",
    ["::error file=app.py::/a.py", "##vso[task.x]a.py", " ##[error]a.py", "\t::error::x"],
)
def test_a_file_name_cannot_command_the_runner(name, filename):
    shown = report(name, finding(filename=filename))
    diff = show_diff(filename, "a\n", "b\n")
    for line in [*shown.splitlines(), *diff]:
        assert not line.strip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


def test_data_keep_the_name_of_a_file():
    [item] = json.loads(report("json", finding(filename="::error::/a.py")))
    assert item["filename"] == "::error::/a.py"


@given(st.lists(FINDINGS, max_size=3))
def test_junit_is_xml(findings):
    root = ET.fromstring(report("junit", *findings))  # noqa: S314  # our own
    assert int(root.get("failures")) == len(findings) == len(root.findall(".//failure"))


@pytest.mark.parametrize("name", FORMATS)
@given(found=st.lists(FINDINGS, max_size=3), text=ANY_TEXT)
@example(found=[finding(filename=f"{ROOT}/\udd00/a.py")], text="")
def test_every_format_prints_what_any_terminal_and_encoding_can_carry(name, found, text):
    shown = report(name, *found, text=text)
    shown.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_json_has_the_names_of_the_library():
    [item] = json.loads(report("json", finding(model="a", replacement="b")))
    assert item["code"] == "AFK001"
    assert (item["line"], item["column"], item["end_line"], item["end_column"]) == (1, 20, 1, 36)
    assert item["fix"]["edits"] == [{"start": 19, "end": 35, "replacement": "kimi-k2.6"}]
    assert (item["model"], item["replacement"]) == ("a", "b")
    assert json.loads(report("json-lines", finding(model="a", replacement="b"))) == item


def test_rdjson_counts_columns_in_bytes():
    [item] = json.loads(report("rdjson", finding()))["diagnostics"]
    assert item["location"]["range"]["start"] == {"line": 1, "column": 24}
    assert item["suggestions"][0]["range"]["start"] == {"line": 1, "column": 24}


def test_gitlab_gets_paths_from_the_root():
    [item] = json.loads(report("gitlab", finding()))
    assert item["location"]["path"] == "src/ask.py"
    assert item["severity"] == "major"


def test_lines_for_people():
    one, two = finding(), finding(filename="b.py", fix=None, severity="warning")
    assert report("pylint", two) == "b.py:1: [AFK001] retired"
    assert report("concise", two) == "b.py:1:20: AFK001 retired"
    assert report("grouped", one, two) == (
        f"{ROOT}/src/ask.py:\n  1:20 AFK001 [*] retired\n\nb.py:\n  1:20 AFK001 retired"
    )


def test_the_caret_is_below_what_is_marked_whatever_is_before_it():
    lines = report("full", finding()).splitlines()
    line, carets = lines[3], lines[4]
    # The emoji is two columns wide, and one letter.
    assert carets.index("^") == line.index("kimi") + 1
    assert carets.count("^") == len("kimi-k2-thinking")
    tabbed = report("full", finding(column=3, end_column=5), text="\t\tab").splitlines()
    assert tabbed[4].index("^") == tabbed[3].index("ab")


def test_a_long_line_is_cut_around_what_is_marked():
    text = "x" * 5000 + "kimi-k2-thinking" + "y" * 5000
    shown = report("full", finding(column=5001, end_column=5017), text=text).splitlines()
    assert max(map(len, shown)) < 250
    assert shown[4].index("^") == shown[3].index("kimi")


def test_a_line_that_is_no_longer_there_is_no_error():
    assert "^" not in report("full", finding(line=99, end_line=99))
    assert "^" not in report("full", finding(), text=None)


KEYS = st.from_regex(r"sk-[A-Za-z0-9]{20,40}", fullmatch=True)
AROUND = st.sampled_from(
    [
        'client = OpenAI(api_key="{}")',
        "-H 'Authorization: Bearer {}'",
        "AGENTSFLARE_API_KEY={}",
        "export AGENTSFLARE_API_KEY='{}'",
        '"apiKey": "{}",',
        "api_key: {}",
        "ENV KEY {}",
        "key is {} here",
    ]
)


@given(KEYS, AROUND)
def test_no_part_of_a_key_is_shown(key, around):
    shown = mask_keys(around.format(key))
    assert not any(key[start : start + 8] in shown for start in range(3, len(key) - 7))


@given(
    st.from_regex(r"[A-Za-z0-9]{24,40}", fullmatch=True),
    st.sampled_from(
        ['api_key="{}"', "AGENTSFLARE_API_KEY={}", '"apiKey": "{}"', "Authorization: Bearer {}"]
    ),
)
def test_no_part_of_a_key_without_a_mark_is_shown(key, around):
    assert key not in mask_keys(around.format(key))


@pytest.mark.parametrize(
    "line",
    ['model="kimi-k2-thinking"', 'api_key=os.environ["AGENTSFLARE_API_KEY"]', "task-list-item-12"],
)
def test_what_is_no_key_is_shown(line):
    assert mask_keys(line) == line


SECRET = "q8Zr3vTn7wLm2xKd9sPb"


@pytest.mark.parametrize(
    "text",
    [
        f"api_key='sk-ab12cd34ef''{SECRET}'",
        f'api_key = ("sk-ab12cd34ef"\n    "{SECRET}")',
        f'key = "sk-" + "{SECRET}"',
        f'api_key = "ab" "{SECRET}"',
        f'api_key = """sk-ab12cd34ef\n{SECRET}"""',
        f"https://user:{SECRET}@example.com/v1",
        f"https://{SECRET}@example.com/v1",
        f"https://example.com/v1?api_key={SECRET}&x=1",
        f"https://example.com/v1?a=b&access_token={SECRET}",
        f"curl -u x:{SECRET} https://example.com",
        f"curl --user 'x:{SECRET}' https://example.com",
        f"AGENTSFLARE_TOKEN={SECRET}",
        f"export DB_PASSWORD={SECRET[:7]}",
        f"DB_PASSWORD={SECRET};x.$y",
        f"model: x\ntoken: {SECRET}",
        f"  - api_key: {SECRET[:12]}\n",
        f"-H 'x-api-key: {SECRET}'",
        f"-H 'Authorization: Basic {SECRET}=='",
        f"file/sk-{SECRET}.py",
    ],
)
def test_no_part_of_a_key_in_an_odd_place_is_shown(text):
    shown = mask_keys(text)
    assert not any(SECRET[start : start + 4] in shown for start in range(len(SECRET) - 3))
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "line",
    [
        "    max_tokens: 32768",
        "    api_key=settings.api_key,",
        "  apiKey: string;",
        "token=$AGENTSFLARE_TOKEN",
        "TOKEN=$(gcloud auth print-access-token)",
        'api_key = os.environ["AGENTSFLARE_API_KEY"]',
        "api_key = get_key()",
        "git clone ssh://git@github.com/agentsflare/agentsflare-kimi",
        'url = "https://api.agentsflare.com/v1"  # mail a@b.c',
        '{"key": "a", "model": "kimi-k2-thinking"}',
    ],
)
def test_a_place_for_a_key_without_one_is_shown(line):
    assert mask_keys(line) == line


@pytest.mark.parametrize("gap", range(0, 30, 3))
def test_a_key_is_told_by_what_was_cut_off(gap):
    text = f"{'x' * 50} Authorization: Bearer {SECRET * 2}{' ' * gap}model kimi {'y' * 200}"
    at = text.index("kimi")
    shown = report("full", finding(column=at + 1, end_column=at + 5), text=text)
    assert not any(SECRET[start : start + 4] in shown for start in range(len(SECRET) - 3))
    line, carets = shown.splitlines()[3:5]
    assert carets.index("^") == line.index("kimi")


def test_a_key_of_two_lines_is_shown_on_neither():
    text = f'api_key = """sk-ab12cd34ef\n{SECRET}"""; "kimi"'
    assert SECRET not in report(
        "full", finding(line=2, end_line=2, column=1, end_column=9), text=text
    )


def test_a_key_in_a_file_name_is_not_shown():
    for name in FORMATS:
        assert SECRET not in report(name, finding(filename=f"{ROOT}/sk-{SECRET}.py"))


@pytest.mark.parametrize("text", ["://a:" * 40_000, "api_key" * 30_000, "\n" * 200_000 + "key@"])
def test_looking_for_keys_takes_no_time(text):
    assert mask_keys(text) == text


@pytest.mark.parametrize("name", FORMATS)
def test_reports_come_in_pieces_none_of_which_holds_them_all(name):
    several = [finding(line=1), finding(line=2), finding(filename=f"{ROOT}/other.py")]
    reported = Reported(findings=several * 50, root=ROOT, source_of=lambda _: TEXT)

    pieces = list(render(name, reported))

    assert len(pieces) > 100
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 2
