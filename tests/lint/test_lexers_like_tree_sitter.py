"""The small lexers agree with tree-sitter's grammars, on the constructs that mislead lexers."""

import pytest
from oracle import disagreements

NASTY = {
    "python": r'''
"""Docstring with "quotes" and # no remark."""
plain = 'apostrophe\'s escaped' + "double \" escaped"  # remark with 'quote
raw = r"back\slash" + rb'\x00' + B"bytes"
nested = f"outer {inner['single']!r:>{width}} literal {{braces}}" + f'{deep(f"again {twice}")}'
lines = f"""first {
    value  # inside
} last"""
triple = """one "two" ''three'' four\""" five"""
joined = "adjacent" 'literals'
lambda_ = {"hash # inside": 1}  # outside
''',
    "javascript": r"""#!/usr/bin/env node
// remark with `tick and 'quote
const regex = /["'`\/]+[/"]/gi.test(value) ? left / right / 2 : `plain`;
const nested = `outer ${inner(`deeper ${deepest + "string"} here`)} after ${{ key: "value" }.key}`;
/* block "quoted" */ const division = total / count; // "remark"
const after = call() / 2 / "string".length;
if (ready) { done = value.replace(/'/g, "\"quoted\""); }
const escaped = 'apostrophe\'s', other = "line \
continued";
return_ = () => { return /regex "literal"/; };
label: for (const item of /again'/.exec(text)) {}
""",
    "tsx": r"""
// remark
const generic = <T,>(value: T) => value;
export function View({ items }: { items: string[] }) {
  const smaller = items.length < limit && other > 2;
  return (
    <section className="frame" data-label='single "inside"' {...rest}>
      Don't stop: it's "fine" {/* remark inside */}
      {items.map((item) => <Item key={`item-${item}`} title={"string"} />)}
      <></>
      <input value={value} onChange={(event) => { change(event.target.value); }} />
      text after // no remark
    </section>
  );
}
const after = "string"; // remark
""",
    "typescript": r"""
type Model = "first" | "second";
const cast = <Model>"first";
const template: `prefix-${string}` = `prefix-${"inner" as string}`;
function generic<T extends string = "fallback">(value: T) { return value === "literal"; }
const pattern = /[^/]+"quote/u; // remark
enum Direction { Upward = "upward" }
declare module "outside" {}
""",
    "java": r'''
/** Doc "quoted" */
class Sample { // remark 'quote
    char quote = '"', escaped = '\'', code = '\u0041';
    String text = "escaped \" quote // none"; /* block */
    String block = """
        "inner" \""" 'single' // no remark
        """;
}
''',
    "kotlin": r'''
/* outer /* nested "quote" */ still remark */
val simple = "template ${inner("deep ${deeper}")} after" // remark
val raw = """raw "quotes" \ and ${value + "x"} after"""
val dollar = "costs \$5 and $name"
val letter = 'x'
''',
    "go": r"""
package main

// remark with `tick and "quote
const raw = `raw "string" \ // none`
var letter, quote = 'x', '\''
var text = "escaped \" quote" /* block */
""",
    "csharp": r'''
// remark "quote
class Sample {
    string verbatim = @"path\to ""quoted"" // none";
    string filled = $"outer {inner["key"]} after {{braces}}";
    string both = $@"first {value} ""quoted"" last";
    char letter = '"', slash = '\\';
    string raw = """raw "quoted" text""";
}
''',
    "rust": r"""
/* outer /* nested */ still */
fn lifetimes<'a>(value: &'a str) -> char { 'x' } // remark
const RAW: &str = r#"raw "quoted" text"#;
const BYTES: &[u8] = b"bytes \" quoted";
const LINES: &str = "first
second // none";
const QUOTE: char = '\'';
""",
    "ruby": r"""
# remark with 'quote
text = "outer #{inner("deep #{deeper}")} after"
single = 'apostrophe\'s # none'
words = %w[first second]
pattern = value =~ /["']regex#/ ? left / right : 0
message = <<~TEXT
  heredoc with "quotes" and # none
TEXT
call(<<~FIRST, "string")
  body of first
FIRST
""",
    "php": r"""<html>don't "mind" this</html>
<?php
// remark 'quote
$single = 'apostrophe\'s // none';
$double = "outer {$a["key"]} after"; # remark
$doc = <<<TEXT
heredoc with "quotes" // none
TEXT;
$slash = 10 / 2; /* block "quoted" */
?>
trailing text isn't code
""",
    "shell": r"""#!/bin/sh
# remark with 'quote
name="double $(inner "deep quoted" 'single') after"
other='single "quoted" # none'
echo word#notremark "${name:-fallback}" $'escaped\'s' # remark
cat <<'TEXT' | sort "quoted"
heredoc with 'quotes' and # none $(nothing)
TEXT
cat <<-EOF
	body here
	EOF
printf '%s\n' "${#name}" "$#"
""",
    "json": r"""
{"first": "with // none", "second": ["/* none */", {"third": "escaped \" quote"}], "four": true}
""",
}


@pytest.mark.parametrize("language", NASTY)
def test_words_fall_into_the_same_class(language):
    is_whole, words, different = disagreements(NASTY[language], language)

    assert is_whole, "the sample itself must parse, or the oracle is none"
    assert words
    assert different == []
