"""aiohttp under an async client: the same promises as over the SDK's own HTTP library."""

import asyncio
import gc
import multiprocessing
import os
import time
import traceback
import warnings

import openai
import pytest
from fault_cases import CASES
from fault_matrix import Lab, broken_promises, run
from fault_server import EVENTS, Connection, FaultServer, chunked, head
from waiting import LONGEST, wait_until

from agentsflare_kimi import AsyncKimi, ConfigurationError, Kimi, KimiSettings
from agentsflare_kimi.calling import backends
from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.calling.retries import without_sleeping

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")
MODEL, PROMPT = "kimi-k2.6", "prompt-canary"
MESSAGES = [{"role": "user", "content": PROMPT}]
KEY = "sk-canary-0123456789abcdef"
# One of each way to fail: of connecting, of waiting, of what comes back.
QUICK = {
    "refused", "reset", "not_http", "untrusted_certificate", "unknown_name", "reset_once",
    "half_json", "html_200", "307", "crlf_bytewise", "cut_in_chunks", "short_content_length",
}  # fmt: skip
MATRIX = [
    pytest.param(
        case,
        mode,
        marks=() if case.name in QUICK else pytest.mark.slow,
        id=f"{case.group}-{case.name}-{mode}",
    )
    for case in CASES
    for mode in case.modes
]


def _busy_once(connection):
    if connection.number == 1:
        return connection.answer_json({"error": {"message": "busy"}}, 429)
    return connection.well()


def _endless(connection):
    connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"))
    while True:
        connection.send(chunked(EVENTS[1]))
        time.sleep(0.01)


def _silent(connection):
    time.sleep(2)
    return "close"


@pytest.fixture(scope="module")
def lab():
    laboratory = Lab()
    with without_sleeping():
        yield laboratory
    laboratory.close()


@pytest.fixture
def server():
    replies = {
        "well": Connection.well,
        "busy-once": _busy_once,
        "endless": _endless,
        "silent": _silent,
        "refused": lambda connection: connection.answer_json({"error": {"message": "no"}}, 400),
        "reset": lambda connection: connection.reset() or "close",
    }
    with FaultServer(replies) as server:
        yield server


def _client(server, name="well", **options):
    options = {"api_key": KEY, "http_backend": "aiohttp"} | options
    return AsyncKimi(base_url=server.url(name), **options)


async def _ask(client):
    completion = await client.chat.completions.create(model=MODEL, messages=MESSAGES)
    return completion.choices[0].message.content


def _wait_for_no_connection(server):
    wait_until(lambda: server.open == 0)


def _transport(client):
    (entry,) = client._client._of_loop._entries.values()
    return entry.value._inner


@pytest.mark.filterwarnings("default::agentsflare_kimi.KimiWarning")
@pytest.mark.parametrize(("case", "mode"), MATRIX)
def test_faults_break_no_promise_over_aiohttp(lab, case, mode):
    outcome = run(lab, case, "aiohttp", mode, is_async=True)
    assert broken_promises(case, outcome, mode) == [], outcome.error


@pytest.mark.parametrize(
    ("backend", "is_aiohttp"), [("default", False), ("aiohttp", True), ("auto", True)]
)
def test_the_setting_chooses_the_transport(server, backend, is_aiohttp):
    async def main():
        async with _client(server, http_backend=backend) as client:
            assert await _ask(client) == "Hello there"
            return isinstance(_transport(client), backends._AiohttpTransport)

    assert asyncio.run(main()) is is_aiohttp


def test_the_variable_chooses_it_too(server, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_HTTP_BACKEND", "aiohttp")

    async def main():
        async with AsyncKimi(api_key=KEY, base_url=server.url("well")) as client:
            await _ask(client)
            return isinstance(_transport(client), backends._AiohttpTransport)

    assert asyncio.run(main())
    with Kimi(api_key=KEY, base_url=server.url("well")) as client:  # has no such choice
        client.chat.completions.create(model=MODEL, messages=MESSAGES)


def test_a_missing_aiohttp_is_named_with_what_installs_it(server, monkeypatch):
    monkeypatch.setattr(backends, "_aiohttp_transport", lambda: None)
    with pytest.raises(ConfigurationError, match=r'pip install "agentsflare-kimi\[aiohttp\]"'):
        _client(server)
    assert backends.transport_maker("auto") is http.AsyncHTTPTransport


@pytest.mark.parametrize("client", [None, type("Missing", (http.AsyncClient,), {})])
def test_an_sdk_without_the_transport_counts_as_missing(client, monkeypatch):
    monkeypatch.setattr(openai, "DefaultAioHttpClient", client)
    assert backends._aiohttp_transport.__wrapped__() is None


def test_the_sdk_still_has_the_transport_where_it_is_looked_for():
    kind = backends._aiohttp_transport.__wrapped__()
    assert kind is not None, "openai moved the transport of its DefaultAioHttpClient"
    assert issubclass(kind, http.AsyncBaseTransport)


def test_an_http_client_of_the_callers_own_wins(server):
    own = openai.DefaultAsyncHttpxClient()
    assert _client(server, http_client=own)._client is own


def test_a_copy_cannot_change_what_it_shares(server):
    client = _client(server)
    assert client.with_options(http_backend="aiohttp")._client is client._client
    with pytest.raises(ConfigurationError, match="make a new client for 'default'"):
        client.with_options(http_backend="default")
    with pytest.raises(ConfigurationError, match="make a new client"):
        client.with_options(settings=KimiSettings(api_key=KEY))


def test_a_socks_proxy_is_left_to_the_other_library():
    make = backends.transport_maker("aiohttp")
    context = http.create_ssl_context()
    proxy = http.Proxy("socks5://127.0.0.1:9")
    limits = http.Limits()
    try:
        transport = make(verify=context, limits=limits, proxy=proxy)
    except ImportError:  # no package for SOCKS; what reads the variables says so before
        return
    assert isinstance(transport, http.AsyncHTTPTransport)


@pytest.mark.parametrize("case", ["refused", "reset"])
def test_errors_over_aiohttp_show_neither_key_nor_prompt(server, case):
    async def main():
        async with _client(server, case, max_retries=0) as client:
            await _ask(client)

    with pytest.raises(openai.APIError) as caught:
        asyncio.run(main())
    assert not isinstance(caught.value, openai.APITimeoutError)
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY not in shown
    assert PROMPT not in shown


def test_the_body_of_a_429_is_read_before_the_retry(server):
    async def main():
        async with _client(server, "busy-once") as client:
            return await _ask(client)

    with without_sleeping():
        assert asyncio.run(main()) == "Hello there"


def test_the_deadline_ends_a_call_and_a_stream(server):
    async def main():
        async with _client(server, "silent", deadline=0.2) as client:
            with pytest.raises(openai.APITimeoutError):
                await _ask(client)
        async with _client(server, "endless", deadline=0.5) as client:
            create = client.chat.completions.create
            stream = await create(model=MODEL, messages=MESSAGES, stream=True)
            with pytest.raises(openai.APITimeoutError):
                async for _ in stream:
                    pass

    asyncio.run(main())
    _wait_for_no_connection(server)


def test_no_request_leaves_for_another_origin(server):
    async def swap():
        async with _client(server) as client:
            send = client._client.send

            async def elsewhere(request, **options):
                url = request.url.copy_with(host="localhost")
                turned = type(request)(
                    request.method, url, headers=request.headers, content=request.content
                )
                turned.extensions = request.extensions
                return await send(turned, **options)

            client._client.send = elsewhere
            await _ask(client)

    with pytest.raises(openai.OpenAIError):
        asyncio.run(swap())
    assert not server.requests


def test_thirty_event_loops_leave_no_session(server):
    client = _client(server)

    async def main():
        assert await asyncio.gather(_ask(client), _ask(client)) == ["Hello there"] * 2

    for _ in range(30):
        asyncio.run(main())
    gc.collect()
    assert len(client._client._of_loop) == 0
    _wait_for_no_connection(server)


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_stream_that_nobody_refers_to_is_closed(server, is_begun):
    async def main():
        async with _client(server, "endless") as client:
            create = client.chat.completions.create
            stream = await create(model=MODEL, messages=MESSAGES, stream=True)
            if is_begun:
                await anext(stream)
            del stream
            await asyncio.to_thread(_wait_for_no_connection, server)

    asyncio.run(main())


def _ask_in_child(client, queue):
    queue.put(asyncio.run(_ask(client)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("backend", ["default", "aiohttp"])
def test_an_async_client_works_on_both_sides_of_a_fork(server, backend):
    client = _client(server, http_backend=backend)
    assert asyncio.run(_ask(client)) == "Hello there"
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the server, and a fork
        child = context.Process(target=_ask_in_child, args=(client, queue))
        child.start()
    assert asyncio.run(_ask(client)) == "Hello there"
    assert queue.get(timeout=LONGEST) == "Hello there"
    child.join(30)
    assert child.exitcode == 0
