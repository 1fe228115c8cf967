"""Finds what a program says anywhere that speaks against changing the requests in it."""

from __future__ import annotations

import re
from typing import Final

from agentsflare_kimi.lint.patterns import lazy

__all__ = ["is_for_other_servers", "reasons_in"]

# What SDKs and APIs call the error that a retired model gives, or how its code is looked for.
_EXPECTED: Final = lazy(
    r"\b(?:Model)?NotFound(?:Error|Exception)\b|\bModelNotFound|model_not_found"
    r"|\b(?:Retired|Deprecated)Model(?:Error|Warning)\b"
    r"|\bcatch_warnings\b|\bpytest\.(?:raises|warns)\b"
    r"|\bstatus(?:_?code)?\b[\"'\])]{0,3}\s*(?:[!=]==?|,|-eq|:)\s*4(?:04|10)\b"
)
_DOUBLES: Final = lazy(
    r"\b(?:Mock(?:Transport|Agent|Server|WebServer|Client|Router|OpenAI|Http\w*|ing\w*)"
    r"|mock(?:Fetch|Server|Client|OpenAI|Transport|Agent|WebServer)"
    r"|(?:Magic|Async)Mock|unittest\.mock|mocker|monkeypatch|respx|pytest_httpx|httpx_mock"
    r"|(?:vi|jest)\.(?:mock|fn|spyOn)|sinon|nock|msw|setupServer|httptest|WireMock\w*|wiremock"
    r"|WebMock|stub_request|VCR|vcr\w*|use_cassette|cassettes?|Http::fake|ClientFake"
    r"|setattr\([^)\n]*\bcreate)\b"
    r"|\b(?:side_effect|return_value)\s*=(?!=)|\b(?:coE|e)very\s*\{|\bmockk?\w*\("
    r"|\b(?:stubFor|thenReturn|Mockito\w*|toMatch(?:Inline)?Snapshot|assert_snapshot|snapshot"
    r"|fetchMock|gock|Polly|PollyJS|and_return|httpretty|HttpMock)\b|\bserver\.use\("
)
# Fields that only servers of open weights and routers take.
_FIELDS: Final = lazy(
    r"\b(?:top_?k|min_?p|repetition_?penalty|guided_\w+|chat_template_kwargs|best_of|num_ctx"
    r"|keep_alive|enable_thinking|thinking_budget|transforms)\b|[\"']reasoning[\"']\s*:"
    r"|\broute[\"']?\s*[:=]\s*[\"']fallback|\bprovider[\"']?\s*[:=]\s*\{|[\"']?\bformat[\"']?\s*[:=]\s*[\"']json\b",
    re.IGNORECASE,
)
# A part of a retired name that its successor's lacks, in quotes.
_PART: Final = r"[\"'`/^]+[\w.-]*(?:kimi-k2-|thinking|turbo|preview|0905|0711)[\w.-]*[\"'`/$%*]"
_LOOKS_FOR_PART: Final = lazy(
    rf"{_PART}\s+(?:not\s+)?in\b"
    r"|(?:includes?|contains|(?:starts|ends|begins)_?with|has_?(?:suffix|prefix)|index_?of"
    r"|match(?:es)?|fnmatch|remove_?(?:prefix|suffix)|str_\w+|search|test)"
    rf"\b\??\([^\n\"'`()=]*{_PART}"
    r"|/[\w^$.*-]*(?:kimi-k2-|thinking|turbo|preview|0905|0711)[\w^$.*-]*/\w*\s*\.(?:test|match)\b",
    re.IGNORECASE,
)
_REASONS: Final = (
    ("error-expected", _EXPECTED),
    ("doubled", _DOUBLES),
    ("part-looked-for", _LOOKS_FOR_PART),
)


def reasons_in(text: str) -> tuple[str, ...]:
    """List what a program says against changing its requests.

    Args:
        text: The program.

    Returns:
        Keys of `EVIDENCE`.
    """
    return tuple(name for name, pattern in _REASONS if pattern.search(text))


def is_for_other_servers(request: str) -> bool:
    """Tell whether a request has a field that neither the gateway nor Moonshot knows."""
    return _FIELDS.search(request) is not None
