from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.printable import printable

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_terminal_commands_become_visible():
    assert printable("\x1b]0;title\x07") == "\\x1b]0;title\\x07"
    assert printable("a\rb\x7f\x9bc") == "a\\x0db\\x7f\\x9bc"


def test_bidirectional_controls_become_visible():
    assert printable("a\u202eb\u2066c\u200f\u061c") == "a\\u202eb\\u2066c\\u200f\\u061c"


def test_undecodable_bytes_become_visible():
    assert printable(b"caf\xe9".decode("utf-8", "surrogateescape")) == "caf\\udce9"


def test_lines_tabs_and_letters_stay():
    text = "naïve\t模型\n👩‍💻 é"
    assert printable(text) == text


@given(ANY_TEXT)
def test_what_is_printed_has_no_controls_and_can_be_encoded(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert {unicodedata.category(letter) for letter in shown if letter not in "\n\t"} & {
        "Cc",
        "Cs",
    } == set()
    assert printable(shown) == shown
