"""Where a statement begins and ends, in any language; `@` marks the place that is asked for."""

import pytest

from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.statements import set_by, statement_around


def statement(text, language):
    place = text.index("@")
    source = CodeDocument(text.replace("@", ""), language).source
    start, end = statement_around(source, place)
    return source.text[start:end].strip(), set_by(source, (start, end))


@pytest.mark.parametrize(
    ("language", "text", "expected", "name"),
    [
        ("python", "a = 1\nb = f(@x)\nc = 2", "b = f(x)", "b"),
        ("python", "b = f(\n    x,\n    g(@y),\n)\nc", "b = f(\n    x,\n    g(y),\n)", "b"),
        ("python", "self.key = @x\ny", "self.key = x", "self.key"),
        ("python", "config.api_key = @x\ny", "config.api_key = x", "config"),
        ("python", "x: Final[str] = @y  # z\n", "x: Final[str] = y  # z", "x"),
        ("python", "return f(@x)\n", "return f(x)", ""),
        (
            "javascript",
            "a()\nconst b = c({ d: { e: @f } })\ng()",
            "const b = c({ d: { e: f } })",
            "b",
        ),
        ("javascript", "test('x', () => {\n  const b = @c\n  d()\n})", "const b = c", "b"),
        ("javascript", "if (a) {\n  b(@c);\n}", "b(c)", ""),
        ("java", "C c = b()\n  .d(@e)\n  .f();\nG g;", "C c = b()\n  .d(e)\n  .f()", "c"),
        ("java", "C c =\n    b(@e);", "C c =\n    b(e)", "c"),
        (
            "csharp",
            "var a = new B(@c, new D\n{\n  E = f\n});",
            "var a = new B(c, new D\n{\n  E = f\n})",
            "a",
        ),
        ("go", "a := b(@c)\nd := e", "a := b(c)", "a"),
        ("ruby", "A.b do |c|\n  c.access_token = @d\n  c.e = f\nend", "c.access_token = d", "c"),
        ("php", "<?php\n$a = b()\n  ->c(@d);\n$e", "$a = b()\n  ->c(d)", "$a"),
        ("kotlin", "val a: B = c(@d)\nval e = f", "val a: B = c(d)", "a"),
        ("rust", "let a = B::new()\n    .c(@d)?;\ne", "let a = B::new()\n    .c(d)?", "a"),
    ],
)
def test_it_ends_where_its_brackets_and_its_lines_do(language, text, expected, name):
    assert statement(text, language) == (expected, name)
