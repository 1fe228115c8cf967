"""Finds what a program says anywhere that speaks against changing the requests in it."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.patterns import Rare, lazy
from agentsflare_kimi.lint.sources.documents import line_around, word_before

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.documents import Document
    from agentsflare_kimi.lint.sources.regions import Region, Source

__all__ = [
    "is_for_other_servers",
    "reasons_in",
    "reasons_in_comments",
    "sends_temperature",
    "split_comments",
]

# What SDKs and APIs call the error that a retired model gives, or how its code is looked for.
_EXPECTED: Final = (
    Rare("NotFound", r"\b(?:Model)?NotFound(?:Error|Exception)\b|\bModelNotFound"),
    Rare("RetiredModel DeprecatedModel", r"\b(?:Retired|Deprecated)Model(?:Error|Warning)\b"),
    Rare("catch_warnings", r"\bcatch_warnings\b"),
    Rare("pytest.", r"pytest(?<!\wpytest)\.(?:raises|warns)\b"),
    Rare(
        "migrate_to on_retired on_deprecated",
        r"\b(?:migrate_to|on_retired|on_deprecated)\s*=(?!=)",
    ),
    Rare(
        "curl",
        r"if(?<!\wif)\s+curl\b(?:(?!\bfi\b|\belse\b)[\s\S])*?\bthen\b"
        r"(?:(?!\bfi\b|\belse\b)[\s\S])*?\bexit\s+[1-9]|(?m:^\s*(?:if\s+)?!\s+curl\b)",
    ),
    Rare("should", r"should(?<!\wshould) (?:have been|not (?:answer|succeed|work))\b"),
    Rare("refused rejected", r"\b(?:refused|rejected)\b"),
    Rare("jq", r"jq(?<!\wjq)\s[^\n]*\.error\b"),
    Rare(
        "model_not_found model_retired model_deprecated",
        r"model_(?:not_found|(?<!\wmodel_)(?:retired|deprecated)\b)",
    ),
    Rare("still", r"\bstill (?:answers|works|responds|accepted|there)\b"),
    Rare("&&", r"&&\s*(?:exit\s+[1-9]|false\b|fail)"),
)
_STATUS: Final = Rare(
    "404 410",
    r"status(?<!\wstatus)(?:_?code)?\b[\"'\])]{0,3}\s*(?:[!=]==?|,|-eq|:)\s*4(?:04|10)\b",
)
_DOUBLES: Final = (
    Rare(
        "Mock mock monkeypatch respx pytest_httpx vi. jest. sinon nock msw setupServer httptest "
        "stub_request VCR vcr cassette Http::fake ClientFake setattr(",
        r"\b(?:Mock(?:Transport|Agent|Server|WebServer|Client|Router|OpenAI|Http\w*|ing\w*)"
        r"|mock(?:Fetch|Server|Client|OpenAI|Transport|Agent|WebServer)"
        r"|(?:Magic|Async)Mock|unittest\.mock|mocker|monkeypatch|respx|pytest_httpx|httpx_mock"
        r"|(?:vi|jest)\.(?:mock|fn|spyOn)|sinon|nock|msw|setupServer|httptest|WireMock\w*|wiremock"
        r"|WebMock|stub_request|VCR|vcr\w*|use_cassette|cassettes?|Http::fake|ClientFake"
        r"|setattr\([^)\n]*\bcreate)\b",
    ),
    Rare("replay", r"replay(?<!\wreplay)(?:ed|s|er|ing)?(?![a-z])"),
    Rare("golden", r"golden(?<!\wgolden)(?![a-z])"),
    Rare("recording recorded", r"record(?<!\wrecord)(?:ings?|ed)(?![a-z])"),
    Rare("RECORDED REPLAY GOLDEN", r"\b(?:RECORDED|REPLAY(?:ED)?|GOLDEN)(?:_[A-Z_]+)?\b"),
    Rare(".fetch", r"\b(?:globalThis|global|window|self)\.fetch\s*=(?!=)"),
    Rare("fixture", r"\bfixtures?/"),
    Rare(":test", r"\badapter[ (]+:test\b"),
    Rare("side_effect return_value", r"\b(?:side_effect|return_value)\s*=(?!=)"),
    Rare("every", r"every(?<!\wevery)\s*\{"),
    Rare("coEvery", r"coEvery(?<!\wcoEvery)\s*\{"),
    Rare("mock", r"mock(?<!\wmock)\w*\("),
    Rare(
        "stubFor thenReturn Mockito Snapshot snapshot fetchMock gock Polly and_return httpretty "
        "HttpMock",
        r"\b(?:stubFor|thenReturn|Mockito\w*|toMatch(?:Inline)?Snapshot|assert_snapshot|snapshot"
        r"|fetchMock|gock|Polly|PollyJS|and_return|httpretty|HttpMock)\b",
    ),
    Rare("server.use(", r"server(?<!\wserver)\.use\("),
)
# Fields that only servers of open weights and routers take. All patterns from here on are for
# texts in small letters.
_FIELDS: Final = Rare(
    "topk top_k minp min_p repetition guided_ chat_template_kwargs best_of num_ctx keep_alive "
    "enable_thinking thinking_budget transforms reasoning fallback provider format",
    r"\b(?:top_?k|min_?p|repetition_?penalty|guided_\w+|chat_template_kwargs|best_of|num_ctx"
    r"|keep_alive|enable_thinking|thinking_budget|transforms)\b|[\"']reasoning[\"']\s*:"
    r"|\broute[\"']?\s*[:=]\s*[\"']fallback|\bprovider[\"']?\s*[:=]\s*\{"
    r"|[\"']?\bformat[\"']?\s*[:=]\s*[\"']json\b",
)
_BASELINE: Final = Rare(
    "baseline BASELINE old OLD",
    r"\b(?:baseline|BASELINE)\w*\s*(?:=(?!=)|:(?!:))|\b(?:old|OLD)(?:_\w+)?\s*(?:=(?!=)|:=)",
)
# LangChain's, instructor's and pydantic-ai's structured output, which is a call of a tool unless
# told otherwise.
_FORCES_TOOL: Final = Rare(
    "tructured response_model output_type result_type create_",
    r"\bwith_structured_output\(|\bwithStructuredOutput\(|\bresponse_model\s*=(?!=)"
    r"|\bcreate_(?:extraction|tagging|structured|openai_fn)\w*\("
    r"|\bAgent\([^()]*\b(?:output|result)_type\s*=(?!=)(?!\s*str\b)",
)
# A part of a retired name that its successor's lacks.
_PART: Final = r"(?:kimi-k2-|thinking|turbo|preview|0905|0711)"
# The same in quotes.
_QUOTED: Final = rf"[\"'`/^]+[\w.-]*{_PART}[\w.-]*[\"'`/$%*]"
_BEFORE_IN: Final = (" in", "\tin", "\nin")
_IN: Final = lazy(r"[\"'`/$%*]\s+(?:not\s+)?in\b")
_IS_IN: Final = lazy(rf"{_QUOTED}\s+(?:not\s+)?in\b")
# In the arguments of a call; and what such a call is named, if it looks for them.
_IN_CALL: Final = lazy(rf"\([^\n\"'`()=]*{_QUOTED}")
_SEEKING: Final = (
    *sorted(WORDS["seeking"].words),
    "search",
    "test",
    "split",
    "partition",
    "replace",
)
_STR: Final = lazy(r"str_\w+\Z")
_PATTERN: Final = Rare(".test .match", rf"/[\w^$.*-]*{_PART}[\w^$.*-]*/\w*\s*\.(?:test|match)\b")
# Libraries and programs that send a temperature unasked. Sources:
# langchaingo, llms/openai/internal/openaiclient/chat.go; llama-index-llms-openai 0.8 base.py (0.1);
# griptape 1.13 base_prompt_driver.py (0.1); langroid 0.69 openai_gpt.py (0.2); mem0ai 2.2
# configs/llms/base.py (0.1); dspy 2.6 clients/lm.py (0.0); aider models.py (0, for models that it
# does not know); avante.nvim config.lua (0.75); gptel.el (1.0); LangChain for Elixir,
# chat_open_ai.ex (1.0).
_SENDS_TEMPERATURE: Final = Rare(
    "langchaingo llms.With openai.WithModel llama griptape langroid mem0 dspy aider"
    " openai-api-base avante gptel LangChain.ChatModels",
    r"\btmc/langchaingo\b|\bllms\.With\w+\(|\bopenai\.WithModel\(|\bllama_?index\b|\bgriptape\b"
    r"|\blangroid\b|\bmem0\b|\bdspy\b|\baider\b|\bopenai-api-base\b|\bavante\b|\bgptel\b"
    r"|\bLangChain\.ChatModels\b",
)
# Words in a comment that say that a name must stay as it is.
_STAYS: Final = lazy(
    r"(?i)\b(?:kept|keep (?:this|as|it|kimi|moonshot|the (?:old|name|model))"
    r"|deliberate(?:ly)?|on purpose"
    r"|intentional(?:ly)?|replay\w*|reproduc\w+|rewrit\w+|rewrote|baseline|archived?|historical"
    r"|legacy|pinned|frozen|comparison|compare[sd]? (?:with|to|against)|a/b|canary|control group"
    r"|(?:do not|don't|never|must not) (?:change|rename|touch|migrate|edit|update|upgrade|bump)"
    r"|(?:must|should|has to) (?:stay|remain|fail)|expected to fail|snapshots?|fixture"
    r"|migrated? (?:from|by|at run)|as it was|way back|before (?:20\d\d|the move)|used to be"
    r"|until (?:20\d\d|the (?:move|end|retirement))|(?:the|this|an) old"
    r"|depends? on (?:it|this)|old (?:names?|values?|models?)"
    r"|former(?:ly)?|previous (?:names?|models?)|deprecated|retired|no longer)\b"
)
_COMMENT: Final = Rare(
    "# // ; -- REM <!--",
    r"(?m)(?:^|(?<=\s))#[^\n]*|(?m:^[ \t]*(?://|;|--|REM\b)[^\n]*)|<!--(?s:.*?)-->",
)


def reasons_in(text: str) -> tuple[str, ...]:
    """List what a program says against changing its requests.

    Args:
        text: The program.

    Returns:
        Keys of `EVIDENCE`.
    """
    found = {
        "error-expected": any(rare.is_in(text) for rare in _EXPECTED) or _STATUS.is_in(text),
        "doubled": any(rare.is_in(text) for rare in _DOUBLES),
        "hidden-default": sends_temperature(text),
        "baseline": _BASELINE.is_in(text),
        "forced-tool": _FORCES_TOOL.is_in(text),
        "part-looked-for": _looks_for_part(text.lower()),
    }
    return tuple(name for name, is_found in found.items() if is_found)


def sends_temperature(text: str) -> bool:
    """Tell whether a text uses a library or program that sends a temperature unasked."""
    return _SENDS_TEMPERATURE.is_in(text)


def is_for_other_servers(request: str) -> bool:
    """Tell whether a request has a field that neither the gateway nor Moonshot knows."""
    return _FIELDS.is_in(request.lower())


def _looks_for_part(lowered: str) -> bool:
    is_asked = any(map(lowered.__contains__, _BEFORE_IN)) and _IN.search(lowered)
    if (is_asked and _IS_IN.search(lowered)) or _PATTERN.is_in(lowered):
        return True
    callees = (
        word_before(lowered, match.start() - (lowered[match.start() - 1 : match.start()] == "?"))
        for match in _IN_CALL.finditer(lowered)
    )
    return any(callee.endswith(_SEEKING) or _STR.search(callee) for callee in callees)


def reasons_in_comments(comments: str) -> tuple[str, ...]:
    """List what the comments of a text say against changing its requests."""
    return ("said-to-stay",) if comments and _STAYS.search(comments) else ()


def split_comments(document: Document) -> tuple[str, str]:
    """Return a text without its comments and docstrings, and these by themselves."""
    from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # below this

    if '"cells"' in document.text and (cells := _cells_of(document)):
        return "\n".join(cells), ""
    text = document.text
    if isinstance(document, CodeDocument):
        source = document.source
        spans = [(r.start, r.end) for r in source.regions if _is_comment(source, r)]
    else:
        spans = [match.span() for match in _COMMENT.matches(text)]
    pieces: list[str] = []
    last = 0
    for start, end in spans:
        pieces.append(text[last:start])
        last = end
    return "".join([*pieces, text[last:]]), "\n".join(text[start:end] for start, end in spans)


def _cells_of(document: Document) -> Sequence[str]:
    """List the programs of a notebook, which are one."""
    from agentsflare_kimi.lint.sources import read  # noqa: PLC0415  # below this
    from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # same
    from agentsflare_kimi.lint.sources.notebook import NotebookDocument  # noqa: PLC0415  # same

    if not isinstance(document, NotebookDocument):
        return ()
    cells = [(cell.text, read(cell.text, cell.language)) for cell in document.embedded()]
    return [text for text, program in cells if isinstance(program, CodeDocument)]


def _is_comment(source: Source, region: Region) -> bool:
    """Tell whether a region is a comment, or a string that stands by itself as a docstring."""
    if region.kind != "string":
        return region.kind in {"comment", "prose"}
    is_long = source.text[region.start : region.inner_start][-3:] in {'"""', "'''"}
    if not is_long or source.enclosing(region.start) is not None:
        return False
    line, _ = line_around(source.text, region.start)
    _, end = line_around(source.text, region.end)
    return not (source.text[line : region.start] + source.text[region.end : end]).strip()
