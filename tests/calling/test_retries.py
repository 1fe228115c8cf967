"""What is sent again, how often in an outage, and how long a call may take in all."""

import asyncio
import socket
import ssl
import threading
import time

import anyio
import openai
import pytest
from fault_server import Connection, FaultServer, head

from agentsflare_kimi import AsyncKimi, Kimi
from agentsflare_kimi.calling.retries import (
    RetryBudget,
    is_permanent,
    is_sleeping,
    without_sleeping,
)

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.fixture
def server():
    replies = {
        "down": lambda connection: connection.answer_json({"message": "down"}, 503),
        "well": Connection.well,
        "flaky": lambda connection: (
            connection.answer_json({}, 503) if connection.number % 2 else connection.well()
        ),
        "redirect": lambda connection: connection.answer("", 307, None, Location="/well/0/v1"),
        "later": lambda connection: connection.answer_json({}, 429, Retry_After="30"),
        "loris": lambda connection: connection.send(head(length=100_000)) or connection.drip(b" "),
    }
    with FaultServer(replies) as server:
        yield server


@pytest.fixture
def pauses(monkeypatch):
    """The pauses of this thread, which are not slept."""
    asked = []
    mine, sleep = threading.get_ident(), time.sleep

    def note(seconds):
        if threading.get_ident() != mine:
            sleep(seconds)  # the server's
        else:
            asked.append(seconds)

    async def note_async(seconds):
        asked.append(seconds)

    monkeypatch.setattr(time, "sleep", note)
    monkeypatch.setattr(anyio, "sleep", note_async)
    return asked


def _ask(client, **options):
    return client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES, **options)


def _count(server):
    return sum(len(requests) for requests in server.requests.values())


def test_an_outage_is_not_tripled(server):
    with Kimi(api_key="k", base_url=server.url("down")) as client, without_sleeping():
        for number in range(100):
            # A copy is the same client in this.
            each = client.with_options(timeout=5) if number % 2 else client
            with pytest.raises(openai.InternalServerError):
                _ask(each)
    assert 100 < _count(server) <= 140


def test_an_unreachable_gateway_is_not_asked_for_ever():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/v1"
    client = Kimi(api_key="k", base_url=url, max_retries=1000)
    with client, without_sleeping(), pytest.raises(openai.APIConnectionError):
        _ask(client)


def test_success_refills_the_budget(server):
    with Kimi(api_key="k", base_url=server.url("flaky")) as client, without_sleeping():
        for _ in range(100):
            _ask(client)
    assert _count(server) == 200


def test_a_budget_is_spent_and_refilled():
    budget = RetryBudget(20)
    assert budget.spend() == 14
    assert budget.spend() == 0
    assert budget.spend(429) == 5
    assert budget.spend(429) == 0
    budget.refill(14)
    assert budget.spend() == 14
    for _ in range(100):
        budget.refill()
    assert budget.spend() == 14
    assert budget.spend() == 0


def test_the_switch_turns_sleeping_off_and_on_again(server, pauses):
    assert is_sleeping()
    with Kimi(api_key="k", base_url=server.url("flaky")) as client:
        with without_sleeping():
            assert not is_sleeping()
            _ask(client)
        assert is_sleeping()
        _ask(client)
    assert [pause > 0 for pause in pauses] == [False, True]


def _raised(cause, error):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ssl.SSLCertVerificationError("untrusted"), True),
        (_raised(ssl.SSLCertVerificationError("x"), ValueError("y")), True),
        (_raised(socket.gaierror(socket.EAI_NONAME, "no name"), OSError("y")), True),
        (ConnectionResetError(), False),
        (_raised(TimeoutError(), OSError()), False),
    ],
)
def test_what_is_permanent(error, expected):
    assert is_permanent(error) is expected


@pytest.mark.parametrize("case", ["well", "redirect", "loris", "down"])
def test_a_callers_own_http_client_is_guarded_too(server, case):
    options = {"deadline": 0.5} if case == "loris" else {}
    http_client = openai.DefaultHttpxClient()
    with (
        Kimi(api_key="k", base_url=server.url(case), http_client=http_client, **options) as client,
        without_sleeping(),
    ):
        assert client._client is http_client
        if case == "well":
            assert _ask(client).choices
            return
        with pytest.raises(openai.APIError):
            _ask(client)
    if case == "redirect":
        assert not server.requests["well", "0"]


@pytest.mark.parametrize("case", ["well", "redirect", "loris"])
def test_a_callers_own_async_http_client_is_guarded_too(server, case):
    options = {"deadline": 0.5} if case == "loris" else {}

    async def main():
        http_client = openai.DefaultAsyncHttpxClient()
        async with AsyncKimi(
            api_key="k", base_url=server.url(case), http_client=http_client, **options
        ) as client:
            return await _ask(client)

    if case == "well":
        assert asyncio.run(main()).choices
        return
    with pytest.raises(openai.APIError):
        asyncio.run(main())
    assert not server.requests["well", "0"]


def test_a_deadline_can_be_given_per_call(server):
    with Kimi(api_key="k", base_url=server.url("loris")) as client:
        assert client.deadline is None
        # Without it, what drips in breaks off after 20 s, as no timeout.
        with pytest.raises(openai.APITimeoutError):
            _ask(client.with_options(deadline=0.4))
        assert client.with_options(deadline=2).with_options(timeout=1).deadline == 2


def test_a_reused_connection_has_its_deadline_too(server):
    server.replies["first_well"] = lambda connection: (
        connection.well() if connection.number == 1 else connection.drip(b"HTTP/1.1 200 OK\r\nX: y")
    )
    with Kimi(api_key="k", base_url=server.url("first_well"), deadline=0.5) as client:
        assert _ask(client).choices
        with pytest.raises(openai.APITimeoutError):
            _ask(client)


def test_the_time_between_the_chunks_counts(server, monkeypatch):
    with Kimi(api_key="k", base_url=server.url("well"), deadline=60) as client:
        stream = _ask(client, stream=True)
        next(stream)
        later = time.monotonic() + 61
        monkeypatch.setattr(time, "monotonic", lambda: later)
        with pytest.raises(openai.APITimeoutError):
            next(stream)


@pytest.mark.parametrize("case", ["later", "down"])
def test_no_pause_before_a_retry_goes_beyond_the_deadline(server, case, pauses):
    with Kimi(api_key="k", base_url=server.url(case), deadline=20, max_retries=1) as client:
        with pytest.raises(openai.APIStatusError):
            _ask(client)
        assert _count(server) == 2
    (pause,) = pauses
    assert 0 < pause <= 20


def test_a_pause_that_takes_the_rest_of_the_deadline_ends_the_call(server):
    with (
        Kimi(api_key="k", base_url=server.url("later"), deadline=0.3) as client,
        pytest.raises(openai.APITimeoutError),
    ):
        _ask(client)
    assert _count(server) <= 1


@pytest.mark.parametrize("case", ["later", "down"])
def test_no_pause_of_the_async_client_goes_beyond_the_deadline(server, case, pauses):
    options = {"base_url": server.url(case), "deadline": 20, "max_retries": 1}

    async def main():
        async with AsyncKimi(api_key="k", **options) as client:
            with pytest.raises(openai.APIStatusError):
                await _ask(client)

    asyncio.run(main())
    (pause,) = pauses
    assert 0 < pause <= 20


def test_blocks_without_sleeping_may_overlap():
    first, second = without_sleeping(), without_sleeping()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not is_sleeping()
    second.__exit__(None, None, None)
    assert is_sleeping()
