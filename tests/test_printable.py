from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi import list_models
from agentsflare_kimi.printable import looks_like_key, printable

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


@given(
    st.sampled_from(["sk-", "ak-", "SK_", "Bearer ", '"sk-', "key=sk-"]),
    st.text(st.characters(codec="ascii", categories=["L", "N"])),
)
def test_the_prefix_of_a_key_is_seen_wherever_it_stands(prefix, rest):
    assert looks_like_key(prefix + rest)


@given(st.integers(), st.sampled_from(["", "s", " seconds", "minutes", ".5", "e3", "%"]))
def test_a_number_with_a_unit_is_not_a_key(number, unit):
    assert not looks_like_key(f"{number}{unit}")


def test_words_names_and_paths_are_not_keys():
    words = ["sometimes", "disable_thinking", "on_rejection", "neverOnRejection", "aiohttp2", "no"]
    names = [name for model in list_models() for name in (model.id, *model.aliases)]
    paths = ["/home/ann/models.toml", "C:\\Users\\ann\\models-2026-11.toml", "task-sk"]
    assert [text for text in (*words, *names, *paths) if looks_like_key(text)] == []
