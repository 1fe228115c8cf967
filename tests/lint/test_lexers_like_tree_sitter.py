"""Each language is read as tree-sitter's grammar reads it, on what misleads lexers.

A new language is a data file and a sample, `samples/<language>.sample`.
"""

from pathlib import Path

import pytest
from oracle import disagreements

import agentsflare_kimi
from agentsflare_kimi.lint.sources import read

LANGUAGES = Path(agentsflare_kimi.__file__).parent / "lint" / "languages"
NO_LANGUAGES = {"__init__", "base", "forms", "handlers", "index", "jsx"}
NAMES = sorted(path.stem for path in LANGUAGES.glob("*.py") if path.stem not in NO_LANGUAGES)
SAMPLES = {path.stem: path.read_text() for path in Path(__file__).parent.glob("samples/*.sample")}
# Texts that hold programs, which are read in the programs' languages.
HOLD_PROGRAMS = {"asciidoc", "markdown", "mdx", "notebook", "org", "page", "restructured"}
NO_GRAMMAR = {"batch", "http", "plain", "prose"}


def test_each_language_has_a_sample():
    missing = [f"samples/{name}.sample" for name in sorted(set(NAMES) - SAMPLES.keys())]
    assert missing == [], "add them: short programs with what may mislead a lexer"
    assert sorted(SAMPLES) == NAMES, "samples of languages that are gone"


@pytest.mark.parametrize("language", sorted(set(NAMES) - NO_GRAMMAR - HOLD_PROGRAMS))
def test_words_fall_into_the_same_class(language):
    is_whole, words, different = disagreements(SAMPLES[language], language)

    assert is_whole, "the sample itself must parse, or the oracle is none"
    assert words
    assert different == []


@pytest.mark.parametrize("language", sorted(HOLD_PROGRAMS))
def test_a_program_in_a_text_is_a_text_of_its_own(language):
    (program,) = read(SAMPLES[language], language).embedded()

    assert program.language in {"python", "javascript", "typescript", "cell"}
    comment = program.text.index("remark")
    assert read(program.text, program.language).comment_end(comment)


@pytest.mark.parametrize("language", sorted(NO_GRAMMAR - {"plain", "prose", "http"}))
def test_a_remark_is_one_where_there_is_no_grammar(language):
    sample = SAMPLES[language]
    document = read(sample, language)

    assert document.comment_end(sample.index("remark"))
    assert document.comment_end(sample.index("value")) is None
