"""What was found out about a text is kept with it, and forgotten with it."""

from __future__ import annotations

import gc
import weakref

from agentsflare_kimi.lint import lint_text
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.sources import regions

PROGRAM = """\
from openai import OpenAI

URL = "https://api.agentsflare.com/v1/chat/completions"
client = OpenAI(base_url=URL, api_key=key)
other = OpenAI(base_url="https://api.agentsflare.com/v1", api_key=os.environ["OPENAI_API_KEY"])
client.chat.completions.create(model="kimi-k2-thinking", messages=[])
"""


class Text:
    """Something that can carry attributes."""


def test_is_found_out_once_for_each_text_and_argument():
    asked = []

    @kept_with_first
    def length(text, name):
        asked.append((text, name))
        return len(name)

    one, other = Text(), Text()
    assert [length(one, "a"), length(one, "a"), length(one, "bc"), length(other, "a")] == [
        1,
        1,
        2,
        1,
    ]
    assert asked == [(one, "a"), (one, "bc"), (other, "a")]


def test_no_text_outlives_its_lint(monkeypatch):
    alive = weakref.WeakSet()
    init = regions.Source.__init__

    def counted(source, *args, **kw):
        alive.add(source)
        init(source, *args, **kw)

    monkeypatch.setattr(regions.Source, "__init__", counted)
    codes = {finding.code for finding in lint_text(PROGRAM, "ask.py")}
    assert {"AFK001", "AFK201", "AFK204", "AFK205"} <= codes
    gc.collect()
    assert not alive
