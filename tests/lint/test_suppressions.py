from __future__ import annotations

from datetime import date

import pytest

from agentsflare_kimi.lint import LintConfig, fix_text, lint_text

TODAY = date(2026, 11, 23)
CONFIG = LintConfig(today=TODAY)


def codes(text, filename="a.py", **settings):
    config = LintConfig(today=TODAY, **settings)
    return [finding.code for finding in lint_text(text, filename, config)]


@pytest.mark.parametrize(
    ("filename", "line"),
    [
        ("a.py", 'MODEL = "kimi-k2-thinking"  # agentsflare: ignore[AFK001]'),
        ("a.py", 'MODEL = "kimi-k2-thinking"  # noqa: X  # agentsflare: ignore'),
        ("a.js", 'const model = "kimi-k2-thinking"; // agentsflare: ignore[AFK001]'),
        ("a.ts", 'const model = "kimi-k2-thinking"; /* agentsflare: ignore[AFK001] */'),
        ("a.go", 'model := "kimi-k2-thinking" // agentsflare:ignore[AFK0]'),
        ("a.yaml", "model: kimi-k2-thinking # agentsflare: ignore[AFK001, AFK002]"),
        ("a.toml", 'model = "kimi-k2-thinking" # agentsflare: ignore[AFK001]'),
        ("a.jsonc", '{"model": "kimi-k2-thinking"} // agentsflare: ignore[AFK001]'),
        ("a.sh", "MODEL=kimi-k2-thinking # agentsflare: ignore[AFK001]"),
        ("a.php", '<?php $model = "kimi-k2-thinking"; # agentsflare: ignore[AFK001]'),
    ],
)
def test_a_marker_in_the_comments_of_any_language_silences_its_line(filename, line):
    bare = line.partition("agentsflare:")[0].rstrip("#/*; ").removesuffix("# noqa: X")
    assert codes(bare, filename) == ["AFK001"]
    assert codes(line, filename) == []


def test_a_marker_silences_the_next_line_or_the_file():
    name = 'MODEL = "kimi-k2-thinking"\n'
    assert codes("# agentsflare: ignore-next-line[AFK001]\n" + name) == []
    assert codes("# agentsflare: ignore-next-line[AFK001]\n\n" + name) == ["AFK001", "AFK901"]
    assert codes("\n\n" + name * 3 + "# agentsflare: ignore-file[AFK001]\n") == []


def test_a_marker_on_any_line_of_a_finding_counts():
    text = 'MODEL = "kimi-k2-thinking"  # agentsflare: ignore[AFK001]\nOTHER = "kimi-k2-thinking"\n'
    assert codes(text) == ["AFK001"]


def test_another_rules_marker_silences_nothing_and_is_reported():
    assert codes('MODEL = "kimi-k2-thinking"  # agentsflare: ignore[AFK2]\n') == [
        "AFK001",
        "AFK901",
    ]


@pytest.mark.parametrize(
    ("marker", "what"),
    [
        ("ignore[retired-model]", "unknown rule 'retired-model'"),
        ("ignore[]", "names no rule"),
        ("ignore-lines[AFK001]", "unknown suppression 'ignore-lines'"),
        ("ignore[AFK001] until=soon", "'soon' is not a date"),
    ],
)
def test_a_marker_that_cannot_be_read_silences_nothing_and_is_reported(marker, what):
    text = f'MODEL = "kimi-k2-thinking"  # agentsflare: {marker}\n'
    first, second = lint_text(text, "a.py", CONFIG)
    assert (first.code, second.code) == ("AFK001", "AFK902")
    assert what in second.message
    assert text[second.column - 1 :].startswith("agentsflare:")


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-11-24", []), ("2026-11-23", []), ("2026-11-22", ["AFK001", "AFK903"])],
)
def test_a_marker_ends_after_its_day(day, expected):
    assert codes(f'M = "kimi-k2-thinking"  # agentsflare: ignore[AFK001] until={day}\n') == expected


def test_markers_are_not_judged_by_rules_that_were_not_applied():
    text = 'M = "x"  # agentsflare: ignore[AFK001]\n'
    assert codes(text) == ["AFK901"]
    assert codes(text, select=("AFK1", "AFK9")) == []
    assert codes(text, ignore=("AFK901",)) == []


def test_a_marker_in_a_string_is_none():
    assert codes('M = "agentsflare: ignore[AFK001]"\n') == []


def test_what_is_silenced_is_not_fixed():
    text = 'client.chat.completions.create(model="kimi-k2-thinking")  # agentsflare: ignore\n'
    result = fix_text(text, "a.py", CONFIG, unsafe=True)
    assert (result.text, result.fixed) == (text, ())


def test_very_long_lines_with_many_markers_are_read_in_time():
    line = '";' * 200_000 + "agentsflare: ignore " * 20_000
    assert isinstance(codes(line, "a.js"), list)


@pytest.mark.parametrize(
    ("settings", "code", "expected"),
    [
        ({}, "AFK001", True),
        ({"select": ("AFK1",)}, "AFK001", False),
        ({"select": ("AFK1",)}, "AFK101", True),
        ({"select": ("ALL",)}, "AFK101", True),
        ({"select": ("AFK1",), "extend_select": ("AFK001",)}, "AFK001", True),
        ({"ignore": ("AFK0",)}, "AFK001", False),
        ({"select": ("AFK001",), "ignore": ("AFK0",)}, "AFK001", True),
        ({"select": ("AFK0",), "ignore": ("AFK001",)}, "AFK001", False),
        ({"select": ("AFK001",), "ignore": ("AFK001",)}, "AFK001", False),
    ],
)
def test_the_more_specific_prefix_wins(settings, code, expected):
    assert LintConfig(**settings).is_selected(code) is expected


def test_comments_are_looked_at_only_when_asked_by_name():
    assert not LintConfig().is_selected("AFK001", in_prose=True)
    assert LintConfig(select=("AFK001",)).is_selected("AFK001", in_prose=True)
    assert LintConfig(extend_select=("AFK",)).is_selected("AFK001", in_prose=True)
    assert not LintConfig(extend_select=("AFK002",)).is_selected("AFK001", in_prose=True)


def test_per_file_ignores_hold_for_texts():
    config = LintConfig(per_file_ignores={"tests/": ("AFK001",), "*.yaml": ("AFK",)}, today=TODAY)
    text = 'MODEL = "kimi-k2-thinking"\n'
    assert lint_text(text, "tests/a.py", config) == []
    assert lint_text("model: kimi-k2-thinking\n", "deep/a.yaml", config) == []
    assert len(lint_text(text, "src/a.py", config)) == 1


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.js", "/**\n * agentsflare: ignore-next-line[AFK001]\n */\n@"),
        ("a.ts", "/* agentsflare: ignore-next-line[AFK001]\n   for now */\n@"),
        ("a.properties", "! agentsflare: ignore-next-line[AFK001]\nmodel=kimi-k2-thinking"),
        ("a.py", "# agentsflare: ignore-next-line[afk001]\n@"),
        ("a.md", "<!-- agentsflare: ignore-next-line[AFK001] -->\n```python\n\n@\n```\n"),
        ("a.md", "<!-- agentsflare: ignore-next-line -->\n\n~~~python\n\n@\n~~~\n"),
        ("a.md", "<!--\nagentsflare: ignore-file\n-->\n\n```python\n@\n```\n"),
        ("a.md", "```python\n# agentsflare: ignore-next-line\n@\n```\n"),
        ("a.md", "> ```python\n> model = 'kimi-k2-thinking'  # agentsflare: ignore\n> ```\n"),
        ("a.sh", "python - <<PY\n@  # agentsflare: ignore[AFK001]\nPY\n"),
        ("a.html", "<!-- agentsflare: ignore-file --><script>\n@\n</script>"),
        ("mystery", "# agentsflare: ignore-next-line\nmodel: 'kimi-k2-thinking'"),
    ],
)
def test_a_marker_in_a_comment_of_any_shape_silences(filename, text):
    text = text.replace("@", 'model = "kimi-k2-thinking"')
    without = text.replace("agentsflare:", "agentsflare")

    assert codes(without, filename) == ["AFK001"]
    assert codes(text, filename) == []


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'print("# agentsflare: ignore"); @'),
        ("a.py", '"""\n# agentsflare: ignore-file\n"""\n@'),
        ("a.js", "say(`// agentsflare: ignore`); @"),
        ("a.yaml", 'say: {x: "# agentsflare: ignore", model: kimi-k2-thinking}'),
        ("a.md", "Write `# agentsflare: ignore-file` there.\n\n```python\n@\n```\n"),
        ("a.md", "Or `<!-- agentsflare: ignore-file -->`.\n\n```python\n@\n```\n"),
        ("a.md", "# agentsflare: ignore-file\n\n```python\n@\n```\n"),
        ("a.md", "until `# agentsflare: ignore[AFK001] until=2026-12-31`.\n```python\n@\n```"),
        ("a.md", "```text\n<!-- agentsflare: ignore-file -->\n```\n```python\n@\n```\n"),
        ("a.md", "```text\n<!--\n```\nagentsflare: ignore-file\n```python\n@\n```\n"),
        ("a.md", "```python\nsay('# agentsflare: ignore-file')\n@\n```\n"),
        ("a.html", "// agentsflare: ignore-file\n<script>\n@\n</script>"),
    ],
)
def test_what_only_looks_like_a_marker_neither_silences_nor_is_complained_about(filename, text):
    assert codes(text.replace("@", 'model = "kimi-k2-thinking"'), filename) == ["AFK001"]


def test_a_block_that_another_text_parts_from_a_marker_is_not_silenced():
    text = "<!-- agentsflare: ignore-next-line -->\nText\n```python\nm = 'kimi-k2-thinking'\n```\n"

    assert codes(text, "a.md") == ["AFK001", "AFK901"]


def test_a_marker_for_the_file_silences_what_is_said_of_others_but_not_of_itself():
    other = "# agentsflare: ignore[AFK101]\n"

    assert codes("# agentsflare: ignore-file[AFK9]\n" + other) == ["AFK901"]
    assert codes("# agentsflare: ignore-file\n" + other + 'm = "kimi-k2-thinking"\n') == []


@pytest.mark.parametrize("filename", ["a.py", "a.yaml", "a.md", "a.html", "a.txt", "mystery"])
@pytest.mark.parametrize("piece", ["'agentsflare: ignore ", "<!-- agentsflare: ignore ", "`a ``b "])
def test_many_things_like_markers_are_read_in_time(filename, piece):
    assert isinstance(codes(piece * 5_000 + "agentsflare:", filename), list)


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("ignore until 2026-12-31", "until is read right after the rules only"),
        ("ignore[AFK001], until=2026-12-31", "until is read right after the rules only"),
        ("ignore[AFK001] because until=2026-01-31", "until is read right after the rules only"),
        ("ignore[AFK001]  until: 2026-12-31", "until is read right after the rules only"),
        ("ignore[AFK001", "the bracket of this suppression is not closed"),
    ],
)
def test_what_looks_like_a_part_of_a_marker_silences_nothing_in_silence(marker, told):
    text = f'model = "kimi-k2-thinking"  # agentsflare: {marker}\n'
    found = {finding.code: finding.message for finding in lint_text(text, "a.py")}

    assert found.keys() == {"AFK001", "AFK902"}
    assert told in found["AFK902"]


def test_a_remark_may_follow_a_marker():
    text = 'model = "kimi-k2-thinking"  # agentsflare: ignore[AFK001] until we move, see [1]\n'

    assert lint_text(text, "a.py") == []


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("ignore[AFK999]", "unknown rule 'AFK999'"),
        ("ignore[AFK001, AFK4]", "unknown rule 'AFK4'"),
        ("ignore[retired-model]", "unknown rule 'retired-model'"),
        ("ignroe[AFK001]", "unknown suppression 'ignroe'"),
        ("ingore[AFK001]", "unknown suppression 'ingore'"),
        ("disable=AFK001", "unknown suppression 'disable'"),
        ("disable-next-line AFK001", "unknown suppression 'disable-next-line'"),
        ("noqa", "unknown suppression 'noqa'"),
        ("skip", "unknown suppression 'skip'"),
        ("ignore AFK001", "in brackets: ignore[AFK001]"),
        ("ignore: afk001", "in brackets: ignore[AFK001]"),
        ("ignore(AFK001)", "in brackets: ignore[AFK001]"),
        ("ignore[AFK001] untill=2026-12-31", "unknown word 'untill'"),
        ("ignore[AFK001] expires=2027-01-01", "unknown word 'expires'"),
        ("ignore-next-line[AFK001], reason=old", "unknown word 'reason'"),
    ],
)
def test_what_a_marker_does_not_know_is_said_and_silences_nothing(marker, said):
    text = f'model = "kimi-k2-thinking"  # agentsflare: {marker}\n'
    found = {finding.code: finding.message for finding in lint_text(text, "a.py")}

    assert found.keys() == {"AFK001", "AFK902"}
    assert said in found["AFK902"]
    assert len(found["AFK902"]) <= 120


@pytest.mark.parametrize(
    "words",
    [
        "our gateway, see the wiki",
        "skipped in CI, since it costs money",
        "allow for a slow first answer",
        "ignorance is no excuse",
        "region and so on",
        "disable thinking where it is not needed",
    ],
)
def test_prose_that_begins_like_a_marker_is_none(words):
    text = f'model = "kimi-k2-thinking"  # agentsflare: {words}\n'

    assert [finding.code for finding in lint_text(text, "a.py")] == ["AFK001"]


@pytest.mark.parametrize(
    "reason", ["for the old client", ": it is old", "because: see #12", "(#12)"]
)
def test_a_reason_may_follow_a_marker(reason):
    text = f'model = "kimi-k2-thinking"  # agentsflare: ignore[AFK001] {reason}\n'

    assert lint_text(text, "a.py") == []
