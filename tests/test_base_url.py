import pytest

from agentsflare_kimi.base_url import check_base_url, is_loopback
from agentsflare_kimi.errors import UnsafeBaseUrlError

GATEWAY = "https://api.agentsflare.com/v1"


@pytest.mark.parametrize(
    "pasted",
    [
        GATEWAY,
        f"{GATEWAY}/",
        f" '{GATEWAY}' ",
        f"{GATEWAY}/chat/completions",
        f"{GATEWAY}//chat/completions/",
        f'"{GATEWAY}/chat/completions"\n',
    ],
)
def test_what_people_paste_is_cut_to_the_base(pasted):
    assert check_base_url(pasted) == GATEWAY


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.9.9.9",
        "http://[::1]:8000/v1",
        "http://gateway.localhost/v1",
        "https://proxy.example:8443/kimi/v1",
    ],
)
def test_loopback_may_be_plain_and_other_hosts_may_not(url):
    assert check_base_url(url) == url


# facts/reliability.md section 2a, T6 and T7.
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://api.agentsflare.com/v1", "does not begin with https://"),
        ("api.agentsflare.com/v1", "does not begin with https://"),
        ("//evil.example/v1", "does not begin with https://"),
        ("https:///v1", "names no host"),
        ("https://user:secret@api.agentsflare.com/v1", "user information"),
        ("https://api.agentsflare.com@evil.example/v1", "user information"),
        ("https://аpi.agentsflare.com/v1", "not plain ASCII"),
        ("https://api%2eagentsflare.com/v1", "not plain ASCII"),
        ("https://api.agentsflare.com/v1?key=secret", "query or fragment"),
        ("https://api.agentsflare.com/v1#secret", "query or fragment"),
        ("https://api.agentsflare .com/v1", "blanks"),
        ("https://api.agentsflare.com\\@evil.example/v1", "backslashes"),
        ("https://api.agentsflare.com/\x00v1", "control characters"),
        ("https://[::1/v1", "not a URL"),
        ("https://host:port/v1", "not a URL"),
        ("http://api.agentsflare.com/v1", "plain http"),
        ("http://localhost.evil.example/v1", "plain http"),
        ("http://0x7f.1/v1", "plain http"),
        ("sk-secret-pasted-here", "does not begin with https://"),
    ],
)
def test_an_odd_url_is_refused_with_reason_and_way_out_but_without_its_secrets(url, reason):
    with pytest.raises(UnsafeBaseUrlError, match=reason) as caught:
        check_base_url(url)

    assert "AGENTSFLARE_BASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_plain_http_can_be_allowed_for_a_gateway_in_the_house():
    assert check_base_url("http://gateway.lan/v1", allow_insecure_http=True)


@pytest.mark.parametrize(("host", "expected"), [("LOCALHOST.", True), ("10.0.0.1", False)])
def test_loopback_is_this_machine(host, expected):
    assert is_loopback(host) is expected
