"""The page in the docs is what the rules say, and links lead to it."""

import importlib.util
from pathlib import Path

from agentsflare_kimi.lint.rules import RULES

SCRIPT = Path(__file__).parents[2] / "docs" / "make_rules_page.py"


def load_script():
    spec = importlib.util.spec_from_file_location("make_rules_page", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date():
    script = load_script()

    assert script.PAGE.read_text(encoding="utf-8") == script.make_page(), "run `make generate`"


def test_every_rules_link_has_an_anchor():
    page = load_script().make_page()

    for rule in RULES:
        assert f'<a id="{rule.url.rpartition("#")[2]}"></a>' in page
