"""Ruby."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    LookUp,
    RequestForm,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import (
    HASH,
    HEREDOC,
    REGEX_LITERAL,
    RUBY_PERCENT,
    SINGLE_LINES,
    SKIP,
)
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="ruby",
    suffixes="rb rake gemspec ru",
    filenames="rakefile gemfile",
    forms=(
        Form("comment", r"^=begin\b", r"[^\n]*+(?>(?:\n(?!=end)[^\n]*+)*)", "\n=end"),
        Form("prose", r"^__END__$", r".*+"),
        HASH,
        Form("string", r"\$[\"'`]|\?[\"'#`/](?!\w)", handler=SKIP),
        Form("heredoc", r"(?<![\w)\]])<<[~-]?[\"'`]?[A-Z_]\w*[\"'`]?", handler=HEREDOC),
        Form("heredoc", r"<<[~-][\"'`]?[A-Z_]\w*[\"'`]?", handler=HEREDOC),
        Form("string", r"%[wWiIqQrsx]?[(\[{<]", handler=RUBY_PERCENT),
        Form("string", '"', r"[^\"\\#]*+(?>(?:(?:\\.|#(?!\{))[^\"\\#]*+)*)", '"', "#{"),
        Form("string", "`", r"[^`\\#]*+(?>(?:(?:\\.|#(?!\{))[^`\\#]*+)*)", "`", "#{"),
        Form("string", "'", SINGLE_LINES, "'"),
        Form("regex", "/", handler=REGEX_LITERAL),
    ),
    signs="#\"'`/=_?<%$",
    touching=True,
    without_brackets=True,
    interpreters="ruby",
    is_indented=True,
    tests=(
        r"^[ \t]*(?:RSpec\.)?(?:describe|shared_examples|context|it|specify|feature)\b"
        r"|^[ \t]*class[ \t]+\w+[ \t]*<[ \t]*(?:Minitest::|ActiveSupport::|Test::|\w*TestCase)"
    ),
    has_arrow_functions=False,
    blocks_are_arguments=True,
    requests=(
        RequestForm("options", "(", r"\bchat\s*\.\s*completions\s*\.\s*create"),
        RequestForm("object", "{", ""),
    ),
    omits_values=True,
    extra_field="{name}: {{…}}",
    looks_up=LookUp('ENV.fetch("{}")'),
    writes=Writing(has_bare_keys=True, has_rockets=True),
    assembled=(
        # The official SDK has options for further fields.
        AssembledForm(
            "object",
            bound=r"(?P<name>\b[a-z_]\w*)\s*=\s*\Z",
            sent=r"\A(?![^\n]*\bcompletions\b)[^\n]*[(,:=]\s*\Z|\A\Z",
        ),
    ),
)
