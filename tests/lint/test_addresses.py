"""Where a text names our host, sets a base URL, posts to a URL, or builds a client."""

import pytest

from agentsflare_kimi.lint.evidence.addresses import base_urls, clients, is_ours, posts


@pytest.mark.parametrize(
    "text",
    [
        "https://api.agentsflare.com/v1",
        "https://api.moonshot.cn/v1",
        'os.environ["AGENTSFLARE_BASE_URL"]',
        "client = AsyncKimi()",
        "def ask(client: Kimi):",
        "createMoonshotAI({})",
        'model="moonshot/kimi-k2.6"',
        "[model_providers.moonshot]",
        'provider = "kimi"',
        "model_platform=ModelPlatformType.MOONSHOT",
    ],
)
def test_our_host_has_many_names(text):
    assert is_ours(text)
    assert is_ours(f"first line\nsecond {text}")


@pytest.mark.parametrize(
    "text",
    [
        "https://api.agentsflare.com.example.org/v1",
        "https://not-moonshot.ai",
        'model = "kimi-k2.6"',
        "OurKimi()",
        'provider = "openai"  # kimi',
    ],
)
def test_what_only_resembles_it_is_not_ours(text):
    assert not is_ours(text)


def test_a_base_url_is_found_by_its_whole_name_once():
    text = (
        'OPENAI_BASE_URL_url="a"\nclient.base_url = b\n{"apiBase": c}\n'
        "url_base_x(1)\ndatabase_url=2"
    )
    found = [(match["key"], match["sign"]) for match in base_urls(text)]

    assert found == [
        ("OPENAI_BASE_URL_url", "="),
        ("base_url", "="),
        ("apiBase", ":"),
        ("url_base_x", "("),
    ]


def test_a_name_without_a_value_is_read_once_however_often_it_says_url():
    assert not [*base_urls("url" * 20_000 + " != 1")]


@pytest.mark.parametrize("call", ["requests.post(", "fetch(", "new_request(", "curl -d", "http {"])
def test_what_posts_is_found_up_to_what_it_is_given(call):
    (match,) = posts(f"x = {call}")

    assert match.end() == len("x = ") + len(call.split(" ")[0])


@pytest.mark.parametrize(
    "call",
    ["OpenAI(", "AsyncAzureOpenAI (", "openai.OpenAI(", "new ChatClient(", "OpenAI::Client.new("],
)
def test_clients_are_known_by_what_builds_them(call):
    assert len([*clients(f"client = {call}key)")]) == 1


@pytest.mark.parametrize("call", ["FakeOpenAI(", "OpenAIError(", "import OpenAI"])
def test_what_else_has_the_name_builds_none(call):
    assert not [*clients(call)]
