"""Settings of the library are checked as those of files and of the command line are."""

import copy
import datetime as dt
import pickle
from pathlib import Path

import pytest

from agentsflare_kimi.lint import LintConfig, lint_text
from agentsflare_kimi.lint.config import LintConfigError

ASK = 'client.chat.completions.create(model="kimi-k2-thinking", messages=m)\n'


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"select": ("XYZ",)}, "select: 'XYZ' is neither a rule"),
        ({"ignore": ("afk001",)}, "ignore: 'afk001' is neither a rule"),
        ({"extend_select": "AFK001"}, "extend_select: must be a list of strings, not 'AFK001'"),
        ({"select": ("AFK999",)}, "select: there is no rule 'AFK999'"),
        ({"per_file_ignores": {"a": ("nope",)}}, "per_file_ignores: 'nope' is neither a rule"),
        ({"per_file_ignores": {"a": ("AFK8",)}}, "per_file_ignores: there is no rule 'AFK8'"),
        ({"per_file_ignores": ["a"]}, "per_file_ignores: must be a table"),
        ({"exclude": "build"}, "exclude: must be a list of strings, not 'build'"),
        ({"force_exclude": 1}, "force_exclude: must be true or false, not 1"),
        ({"max_file_size": 0}, "max_file_size: must be a number of bytes above 0, not 0"),
        ({"today": "2026-01-01"}, "today: must be a datetime.date, not '2026-01-01'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(settings, told):
    with pytest.raises(LintConfigError, match=told):
        LintConfig(**settings)


def test_lists_and_moments_are_taken_for_what_they_stand_for():
    config = LintConfig(select=["AFK001"], today=dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC))

    assert config == LintConfig(select=("AFK001",), today=dt.date(2026, 12, 1))


def test_what_was_given_may_change_afterwards():
    ignores = {"a.py": ["AFK001"]}
    config = LintConfig(per_file_ignores=ignores)
    ignores["a.py"].clear()

    assert lint_text(ASK, "a.py", config) == []


def test_a_file_may_be_named_by_a_path():
    assert lint_text(ASK, Path("a.py")) == lint_text(ASK, "a.py") != []


@pytest.mark.parametrize(
    "make",
    [
        lambda **wrong: LintConfig()._replace(**wrong),
        lambda **wrong: LintConfig(select=("AFK1",), **wrong),
    ],
)
def test_every_way_to_make_one_checks_it(make):
    assert make(max_file_size=5).max_file_size == 5
    with pytest.raises(LintConfigError, match="max_file_size"):
        make(max_file_size=0)


def test_settings_travel_between_processes():
    config = LintConfig(select=("AFK1",), per_file_ignores={"tests/*": ("AFK001",)})

    for each in (LintConfig(), config):
        assert pickle.loads(pickle.dumps(each)) == copy.deepcopy(each) == each
        assert hash(each) == hash(copy.deepcopy(each))
