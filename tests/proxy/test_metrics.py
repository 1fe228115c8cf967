"""What `/metrics` tells of what passed."""

from __future__ import annotations

import re

import openai
from proxy_server import serving
from raw_http import send

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.proxy import create_app

HELLO = [{"role": "user", "content": "Hello"}]


def numbers(text):
    found = re.findall(r"^agentsflare_kimi_proxy_(\S+) (\S+)$", text.decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_what_passed_is_counted(emulator):
    with serving(create_app(KimiSettings(base_url=emulator.base_url))) as origin:
        client = openai.OpenAI(base_url=f"{origin}/v1", api_key="a-private-key", max_retries=0)
        ask = client.chat.completions.create
        ask(model="kimi-k2-turbo-preview", messages=HELLO)
        ask(model="kimi-k2.6", messages=HELLO, temperature=0.2)
        emulator.scenario = "output-blocked"
        list(ask(model="kimi-k2.6", messages=HELLO, stream=True))
        emulator.scenario = "bad-key"
        for name in ("kimi-k2.6", "a-private-name"):
            try:
                ask(model=name, messages=HELLO)
            except openai.NotFoundError:
                continue
        client.models.list(extra_headers={"x-emulator-scenario": "ok"})
        status, text = send(f"{origin}/metrics", authorization=None)
    told = numbers(text)
    assert status == 200
    assert told['requests_total{model="kimi-k2.6",status="200"}'] == 3
    assert told['requests_total{model="kimi-k2.6",status="404"}'] == 1
    assert told['requests_total{model="other",status="404"}'] == 1
    assert told['migrations_total{model="kimi-k2.6"}'] == 1
    assert told["adaptations_total"] == 1
    assert told["filter_blocks_total"] == 1
    assert told['failures_total{cause="key_not_found"}'] == 1
    assert told['first_byte_seconds_count{stream="true"}'] == 1
    assert b"private" not in text


def test_the_numbers_are_for_callers_by_our_name_only(proxy):
    url = proxy.removesuffix("/v1") + "/metrics"
    assert send(url, host="rebound.example")[0] == 403
