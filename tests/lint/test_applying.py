"""How fixes are applied: all edits of one or none, and none that breaks the text."""

from functools import partial

import pytest

from agentsflare_kimi.lint import lint_text
from agentsflare_kimi.lint.edits import applying
from agentsflare_kimi.lint.edits.applying import apply_chosen, apply_fixes
from agentsflare_kimi.lint.findings import Edit, Finding, Fix


def finding(number, replacement):
    """A finding on `x` at the start of line *number*."""
    edit = Edit(start=4 * number, end=4 * number + 1, replacement=replacement)
    return Finding(
        code="AFK001",
        message="",
        filename="a.py",
        line=number + 1,
        column=1,
        end_line=number + 1,
        end_column=2,
        severity="error",
        fix=Fix(edits=(edit,), is_safe=False),
    )


def fix(count, broken):
    """Fix *count* lines of `x=1`, some of which break the program."""
    text = "x=1\n" * count
    found = [finding(number, "(" if number in broken else "y") for number in range(count)]
    rounds = iter([found, []])
    return apply_fixes(text, lambda _: next(rounds, []), "python", unsafe=True)


@pytest.mark.parametrize("broken", [{0}, {7}, {3, 11}, {0, 1, 2}, {15}])
def test_a_fix_that_breaks_the_text_is_left_out_and_the_others_are_made(broken):
    result = fix(16, broken)

    assert result.text == "".join("x=1\n" if n in broken else "y=1\n" for n in range(16))
    assert len(result.fixed) == 16 - len(broken)


@pytest.mark.parametrize("broken", [{17}, set(range(0, 300, 2))])
def test_the_text_is_looked_at_a_bounded_number_of_times_whatever_breaks(monkeypatch, broken):
    looks = 0
    whole = applying.is_sound

    def counted(*arguments, **options):
        nonlocal looks
        looks += 1
        return whole(*arguments, **options)

    monkeypatch.setattr(applying, "is_sound", counted)
    fix(300, broken)

    assert looks <= 2 * 66 + 2


def test_fixes_that_share_an_edit_are_made_together():
    shared = Edit(start=0, end=0, replacement="import os\n")
    found = [
        one._replace(fix=Fix(edits=(shared, *one.fix.edits), is_safe=True))
        for one in (finding(number, "y") for number in range(1, 40))
    ]
    rounds = iter([found, []])
    text = "x=1\n" * 40
    result = apply_fixes(text, lambda _: next(rounds, []), "markdown", unsafe=False)

    assert result.text == "import os\nx=1\n" + "y=1\n" * 39
    assert len(result.fixed) == 39


def test_what_follows_from_an_accepted_fix_is_asked_about_too():
    text = 'def ask(m, **more):\n    return create(model="kimi-k2-thinking", messages=m, **more)\n'
    text = text.replace("create", "c.chat.completions.create") + "ask(m, temperature=0.3)\n"
    asked = []

    def choose(found, before, after):
        asked.append(found.code)
        assert before != after
        return found.code != "AFK101"

    lint = partial(lint_text, filename="a.py")
    result = apply_chosen(f"n = 2\n{text}", lint, "python", choose)

    assert "kimi-k2.6" in result.text
    assert asked[0] == "AFK001"
    assert asked.count("AFK101") <= 1
    assert "AFK101" in {found.code for found in result.remaining}


def test_a_declined_fix_is_not_asked_about_again_where_another_moved_it():
    text = "x=1\n" * 3
    asked = []

    def lint(now):
        return [
            finding(n, "y")._replace(fix=Fix(edits=(Edit(at, at + 1, "yy"),), is_safe=False))
            for n, line in enumerate(now.splitlines())
            if line.startswith("x")
            for at in [sum(len(other) + 1 for other in now.splitlines()[:n])]
        ]

    def choose(found, before, after):
        asked.append(found.line)
        return found.line == 2

    result = apply_chosen(text, lint, "python", choose)

    assert result.text == "x=1\nyy=1\nx=1\n"
    assert asked == [1, 2, 3]


def test_fixes_that_undo_each_other_end():
    def lint(now):
        letter = "y" if now.startswith("x") else "x"
        return [finding(0, letter)]

    result = apply_chosen("x=1\n", lint, "python", lambda *_: True)

    assert result.text == "y=1\n"
