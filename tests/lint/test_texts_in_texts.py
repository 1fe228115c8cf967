"""Requests in texts inside a text: shell words, heredocs."""

import pytest
from linting import find, find_one, fixed, kind

OLD = "kimi-k2-turbo-preview"
URL = "https://api.agentsflare.com/v1/chat/completions"
NEW = '{"model":"kimi-k2.6", "thinking": {"type": "disabled"},"messages":'
QUESTION = '[{"role":"user","content":"%s"}]}'


@pytest.mark.parametrize(
    "content",
    [
        "'\"$Q\"'",
        "it'\\''s",
        "it'\"'\"'s",
        "'$Q'",
        "'\"${Q:-x y}\"'",
        '\'"$(jq -r .q "$F")"\'',
    ],
)
def test_quotes_that_close_and_open_again_are_one_body(content):
    rest = QUESTION % content
    text = f"""curl {URL} -d '{{"model":"{OLD}","messages":{rest}' -s\n"""

    assert kind(find_one("AFK001", text, "a.sh")) == "safe"
    assert fixed(text, "a.sh") == f"""curl {URL} -d '{NEW}{rest}' -s\n"""


@pytest.mark.parametrize("content", ["$Q", "$(cat $F)", '$(cat "$F")', '"$Q"', "a\\nb", "\\$5"])
def test_what_the_shell_puts_in_is_left_alone(content):
    rest = (QUESTION % "@").replace('"', '\\"').replace("@", content)
    text = f'curl {URL} -d "{{\\"model\\":\\"{OLD}\\",\\"messages\\":{rest}" -s\n'
    new = NEW.replace('"', '\\"')

    assert fixed(text, "a.sh") == f'curl {URL} -d "{new}{rest}" -s\n'


def test_a_parameter_that_the_shell_puts_in_is_taken_out_with_its_quotes():
    text = f"""curl -d '{{"model":"{OLD}","temperature":'"$T"',"messages":[]}}'"""

    assert fixed(text, "a.sh", unsafe=True) == f"""curl -d '{NEW}[]}}'"""


@pytest.mark.parametrize(
    "more",
    [
        """{"model": "@", "messages": [], '"$MORE"'}""",
        """{"model": "@", "messages": [] '$MORE'}""",
        """{'"$MORE"' "model": "@", "messages": []}""",
    ],
)
def test_a_body_with_entries_from_elsewhere_is_only_renamed(more):
    text = f"curl -d '{more.replace('@', OLD)}'\n"

    assert kind(find_one("AFK001", text, "a.sh")) == "unsafe"
    assert fixed(text, "a.sh", unsafe=True) == text.replace(OLD, "kimi-k2.6")


@pytest.mark.parametrize(
    "text",
    [
        'docker run -e "KIMI_MODEL=kimi-k2-thinking" image',
        "docker run -e 'KIMI_MODEL=kimi-k2-thinking' image",
        'llm "--model=kimi-k2-thinking" hello',
        "python3 - <<'PY'\nmodel = 'kimi-k2-thinking'\nPY\n",
        "cat > .env <<EOF\nKIMI_MODEL=kimi-k2-thinking\nEOF\n",
        "cat <<EOF > config.yaml\nmodel: kimi-k2-thinking\nEOF\n",
    ],
)
def test_settings_in_quotes_and_programs_in_heredocs_are_requests(text):
    assert find_one("AFK001", text, "a.sh").severity == "error"
    assert fixed(text, "a.sh", unsafe=True) == text.replace("kimi-k2-thinking", "kimi-k2.6")


@pytest.mark.parametrize(
    "text",
    [
        'echo "now kimi-k2-thinking"',
        'echo "use MODEL=kimi-k2-thinking please"',
        "cat > notes.txt <<EOF\nmodel: kimi-k2-thinking\nEOF\n",
        "cat <<EOF\nmodel: kimi-k2-thinking\nEOF\n",
    ],
)
def test_what_a_script_only_says_is_prose(text):
    assert find("AFK001", text, "a.sh") == []


def test_many_quotes_that_lead_nowhere_are_read_in_time():
    text = "'{'\"$Q\"" * 50_000 + OLD

    assert isinstance(find("AFK001", text, "a.sh"), list)


BODY = '{"model": "kimi-k2-turbo-preview", "messages": [{"role": "user", "content": "@"}]}'
NEW_BODY = BODY.replace('turbo-preview",', "").replace(
    "kimi-k2-", 'kimi-k2.6", "thinking": {"type": "disabled"},'
)


@pytest.mark.parametrize(
    ("filename", "program", "content"),
    [
        ("a.go", "body := []byte(`$`)", 'say \\"hi\\"'),
        ("a.java", 'String body = """\n$\n""";', "hi"),
        ("a.cs", 'var body = """$""";', "hi"),
        ("a.rs", 'let body = r#"$"#;', "hi\\n"),
        ("a.py", "body = '''$'''", "hi"),
        ("a.py", "requests.post(url, data=r'$')", "a\\nb"),
        ("a.js", "fetch(url, { body: `$` });", "${question}"),
        ("a.rb", "body = <<~JSON\n  $\nJSON\n", "hi"),
        ("a.php", "<?php\n$body = '$';", "hi"),
        ("a.tf", "body = <<EOT\n$\nEOT\n", "hi"),
        ("a.kt", 'val body = """$"""', "${question}"),
    ],
)
def test_a_request_written_in_a_string_is_moved_on_demand(filename, program, content):
    name, _, rest = program.rpartition("$")
    text = name + BODY.replace("@", content) + rest
    finding = find_one("AFK001", text, filename)

    assert (finding.severity, kind(finding)) == ("error", "unsafe")
    assert fixed(text, filename) == text
    assert fixed(text, filename, unsafe=True) == name + NEW_BODY.replace("@", content) + rest


@pytest.mark.parametrize(
    ("filename", "opening", "closing", "quote"),
    [
        ("a.java", 'String body = "', '";', '\\"'),
        ("a.go", 'body := "', '"', '\\"'),
        ("a.cs", 'var body = @"', '";', '""'),
    ],
)
def test_what_is_put_into_a_string_is_escaped_as_the_rest_of_it(filename, opening, closing, quote):
    text = opening + BODY.replace('"', quote) + closing

    assert fixed(text, filename, unsafe=True) == opening + NEW_BODY.replace('"', quote) + closing


@pytest.mark.parametrize(
    "text",
    [
        """x = '{"model": "kimi-k2-turbo-preview", "messages": []} and more'""",
        """assert x == '{"model": "kimi-k2-turbo-preview", "messages": []}'""",
        """x = '{"model": "kimi-k2-turbo-preview", "messages": [] \\x7d}'""",
    ],
)
def test_a_string_that_is_no_request_is_prose(text):
    assert find("AFK001", text, "a.py") == []


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        ("$ llm -m kimi-k2-thinking\nkimi-k2-thinking says: hi\n", ["request"]),
        ("$ python a.py\na.py:4: Warning: kimi-k2-thinking was retired\n", []),
        ('$ curl -d \'{\n  "model": "kimi-k2-thinking"\n}\' $U\nkimi-k2-thinking\n', ["request"]),
        ("$ llm \\\n  -m kimi-k2-thinking\n", ["request"]),
        ("$ echo it's\n$ llm -m kimi-k2-thinking\n", ["request"]),
        ("llm -m kimi-k2-thinking\n", ["request"]),
    ],
)
def test_of_a_session_only_the_commands_are_read(session, expected):
    findings = find("AFK001", f"```console\n{session}```\n", "a.md")

    assert ["request" for finding in findings if finding.fix] == expected
    assert len(findings) == len(expected)


def test_many_names_in_one_string_are_read_in_time():
    text = """x = '{"model": """ + f'"{OLD}", ' * 20_000 + "'"

    assert find("AFK001", text, "a.py") == []
