"""A client's options are known, or a doubt: some of them send its requests elsewhere."""

import pytest

from agentsflare_kimi.lint.evidence.addresses import is_ours
from agentsflare_kimi.lint.evidence.client_options import are_known, put_in

URL = '"https://api.agentsflare.com/v1"'


@pytest.mark.parametrize(
    "options",
    [
        "",
        f"base_url={URL}, api_key=key, timeout=httpx.Timeout(60, connect=5), max_retries=3",
        f"{{\n  apiKey,\n  baseURL: {URL},\n  dangerouslyAllowBrowser: true,\n}}",
        f"configuration: .init(token: token, host: {URL})",
        f"model: m, options: new OpenAIClientOptions {{ Endpoint = new Uri({URL}) }}",
        f"base_url={URL}, http_client=httpx.Client(timeout=60)",
        'new ApiKeyCredential(config["Key"]), options',
        f'default_headers={{"x-team": "search"}}, base_url={URL}',
    ],
)
def test_options_that_say_how_to_ask_are_known(options):
    assert are_known(options, is_ours)


@pytest.mark.parametrize(
    "options",
    [
        "{ fetch: (url, init) => fetch(rewrite(url), init) }",
        "{ apiKey, baseURL }",
        'configuration: .init(token: token, host: "llm.example.org")',
        "azure_endpoint=endpoint",
        "new ApiKeyCredential(key), services.GetRequiredService<OpenAIClientOptions>()",
        "http_client=build_client()",
        "option.WithHTTPClient(&http.Client{Transport: rewrite{}})",
        f"base_url={URL}, transport=transport",
    ],
)
def test_options_that_may_send_requests_elsewhere_are_a_doubt(options):
    assert not are_known(options, is_ours)


def test_variables_whose_content_is_put_in_are_named():
    assert [*put_in("**options, api_key=key")] == ["options"]
    assert [*put_in(f"base_url={URL}")] == []
