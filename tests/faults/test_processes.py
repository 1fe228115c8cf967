"""Threads, forks, event loops, cancellation and early exits: nothing is lost, nothing leaks."""

import asyncio
import gc
import inspect
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import openai
import pytest
from fault_server import BEGUN, CHUNKS, DONE, EVENTS, Connection, FaultServer, chunked, head
from waiting import LONGEST, wait_until

from agentsflare_kimi import AsyncKimi, IncompleteStreamError, Kimi
from agentsflare_kimi.calling.tracing import async_trace, trace

MESSAGES = [{"role": "user", "content": "hi"}]
MODEL = "kimi-k2.6"
# What the SDK makes of the HTTP library's `RuntimeError` for a client that was closed.
CLOSED = "RuntimeError" if openai.__version__ >= "3" else "APIConnectionError"


def _endless(connection):
    connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"))
    while True:
        connection.send(chunked(EVENTS[1]))
        time.sleep(0.01)


def _busy_once(connection):
    if connection.number == 1:
        return connection.answer_json({"error": {"message": "busy"}}, 429, Retry_After="1")
    return connection.well()


def _late(connection):
    time.sleep(0.3)
    connection.well()


@pytest.fixture
def server():
    replies = {
        "well": Connection.well,
        "endless": _endless,
        "late": _late,
        "unfinished": lambda connection: connection.stream(BEGUN),
        "busy-once": _busy_once,
    }
    with FaultServer(replies) as server:
        yield server


@pytest.fixture
def client(server):
    with Kimi(api_key="k", base_url=server.url("well")) as client:
        yield client


def _ask(client):
    completion = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    return completion.choices[0].message.content


async def _ask_async(client):
    completion = await client.chat.completions.create(model=MODEL, messages=MESSAGES)
    return completion.choices[0].message.content


def test_fifty_threads_on_one_client(client):
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: _ask(client), range(400)))
    assert answers == ["Hello there"] * 400


def _child(client, queue):
    queue.put(_ask(client))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_client_used_before_a_fork_works_on_both_sides(client):
    assert _ask(client) == "Hello there"
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the server, and a fork
        children = [context.Process(target=_child, args=(client, queue)) for _ in range(4)]
        for child in children:
            child.start()
    assert [_ask(client) for _ in range(20)] == ["Hello there"] * 20
    assert [queue.get(timeout=LONGEST) for _ in children] == ["Hello there"] * 4
    for child in children:
        child.join(20)
        assert child.exitcode == 0
    assert _ask(client) == "Hello there"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_that_closes_a_client_closes_its_own_connections(client):
    assert _ask(client) == "Hello there"
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the server, and a fork
        child = context.Process(target=_close_in_child, args=(client, queue))
        child.start()
    assert queue.get(timeout=LONGEST) == ["Hello there", True, [True], CLOSED]
    child.join(20)
    assert not client.is_closed()
    (pool,) = client._client._of_process.values()
    assert not pool.is_closed
    assert _ask(client) == "Hello there"


def _close_in_child(client, queue):
    found = [_ask(client)]
    client.close()
    pools = client._client._of_process.values()
    found += [client.is_closed(), [pool.is_closed for pool in pools]]
    try:
        _ask(client)
    except (RuntimeError, openai.OpenAIError) as error:
        found.append(type(error).__name__)
    queue.put(found)


@pytest.mark.parametrize("runs", [30, pytest.param(1_000, marks=pytest.mark.slow)])
def test_many_event_loops_on_the_same_client(server, runs):
    resource = pytest.importorskip("resource")
    client = AsyncKimi(api_key="k", base_url=server.url("well"))
    loops = weakref.WeakSet()

    async def main():
        loops.add(asyncio.get_running_loop())
        # Contended, so that what counts the slots refers to the loop, too.
        ask = client.with_options(max_concurrency=1)
        assert await asyncio.gather(_ask_async(ask), _ask_async(ask)) == ["Hello there"] * 2

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Beyond what other tests in this process hold open.
    held = max(int(path.name) for path in Path("/dev/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (held + 256, limits[1]))
    try:
        for _ in range(runs):
            asyncio.run(main())
        gc.collect()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert not loops
    assert len(client._client._of_loop) == 0
    wait_until(lambda: server.open == 0)


def test_loops_that_shut_nothing_down_are_forgotten_too(server):
    client = AsyncKimi(api_key="k", base_url=server.url("well"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of the connections of such loops
        for _ in range(20):
            loop = asyncio.new_event_loop()
            loop.run_until_complete(_ask_async(client))
            loop.close()
        gc.collect()
    assert len(client._client._of_loop) == 1


def test_a_client_that_nobody_refers_to_leaves_no_connection(server):
    async def main():
        await _ask_async(AsyncKimi(api_key="k", base_url=server.url("well")))
        gc.collect()
        await asyncio.to_thread(wait_until, lambda: server.open == 0)

    asyncio.run(main())


def test_a_second_event_loop_on_the_same_client(server):
    client = AsyncKimi(api_key="k", base_url=server.url("well"))

    async def main():
        return await asyncio.gather(*(_ask_async(client) for _ in range(5)))

    for _ in range(3):
        assert asyncio.run(main()) == ["Hello there"] * 5

    async def end():
        await _ask_async(client)
        await client.close()

    asyncio.run(end())
    assert client.is_closed()


def test_two_event_loops_at_once(server):
    client = AsyncKimi(api_key="k", base_url=server.url("well"), max_concurrency=3)

    async def main():
        return await asyncio.gather(*(_ask_async(client) for _ in range(20)))

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: asyncio.run(main()), range(3)))
    assert found == [["Hello there"] * 20] * 3


def test_cancelling_frees_the_connection_and_does_not_retry(server):
    async def main():
        async with AsyncKimi(api_key="k", base_url=server.url("late")) as client:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(_ask_async(client), 0.1)
            assert server.open <= 3
            assert await _ask_async(client) == "Hello there"

    asyncio.run(main())
    assert len(server.requests["late", "0"]) == 4
    wait_until(lambda: server.open == 0)


def _create(client, server, name="well"):
    completions = client.with_options(base_url=server.url(name)).chat.completions
    return completions.create(model=MODEL, messages=MESSAGES, stream=True)


def _first_of(stream):
    for chunk in stream:
        return chunk
    return None


async def _first_of_async(stream):
    async for chunk in stream:
        await asyncio.sleep(0)  # what is left behind is closed meanwhile
        return chunk
    return None


def test_a_stream_that_is_left_and_entered_again_goes_on(server, client):
    stream = _create(client, server)
    chunks = [_first_of(stream), next(stream)]
    while (chunk := _first_of(stream)) is not None:
        chunks.append(chunk)
    assert len(chunks) == len(CHUNKS)
    assert stream.response.is_closed


def test_an_async_stream_that_is_left_and_entered_again_goes_on(server):
    async def main():
        async with AsyncKimi(api_key="k", base_url=server.url("well")) as client:
            stream = await _create(client, server)
            chunks = [await _first_of_async(stream), await anext(stream)]
            while (chunk := await _first_of_async(stream)) is not None:
                chunks.append(chunk)
            assert len(chunks) == len(CHUNKS)
            assert stream.response.is_closed

    asyncio.run(main())


@pytest.mark.parametrize("begin", [next, _first_of, iter, id], ids=lambda begin: begin.__name__)
def test_a_stream_that_nobody_refers_to_leaves_no_connection(server, client, begin):
    gc.disable()  # it is gone with its last reference, not some time later
    try:
        for _ in range(5):
            begin(_create(client, server, "endless"))
        wait_until(lambda: server.open == 0)
    finally:
        gc.enable()


@pytest.mark.parametrize("begin", [anext, _first_of_async, None], ids=["anext", "loop", "unread"])
def test_an_async_stream_that_nobody_refers_to_leaves_no_connection(server, begin):
    async def main():
        async with AsyncKimi(api_key="k", base_url=server.url("well")) as client:
            for _ in range(5):
                stream = await _create(client, server, "endless")
                if begin is not None:
                    await begin(stream)
                del stream
            await asyncio.to_thread(wait_until, lambda: server.open == 0)

    gc.disable()
    try:
        asyncio.run(main())
    finally:
        gc.enable()


@pytest.mark.parametrize("way", ["close", "with", "failure"])
def test_a_stream_closes_its_connection(server, client, way):
    stream = _create(client, server, "unfinished" if way == "failure" else "endless")
    if way == "close":
        next(stream)
        stream.close()
    elif way == "with":
        with stream:
            next(stream)
    else:
        with pytest.raises(IncompleteStreamError):
            list(stream)
    assert stream.response.is_closed


@pytest.mark.parametrize("name", ["Kimi", "AsyncKimi"])
def test_nothing_is_said_when_the_interpreter_goes_down_in_the_middle(server, name):
    script = f"""
import asyncio
from agentsflare_kimi import {name}
client = {name}(api_key="k", base_url={server.url("endless")!r})
ask = dict(model="kimi-k2.6", messages=[], stream=True)
def main():
    stream = client.chat.completions.create(**ask)
    next(stream)
async def amain():
    # (Shutting asyncio down amid a stream is loud with the plain client, too.)
    await client.with_options(base_url={server.url("well")!r}).chat.completions.create(**ask)
asyncio.run(amain()) if {name!r} == "AsyncKimi" else main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_connections_notice_a_peer_that_is_gone(client):
    _ask(client)
    stream = client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    connection = stream.response.extensions["network_stream"].get_extra_info("socket")
    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    list(stream)


def test_async_connections_notice_a_peer_that_is_gone(server):
    async def main():
        async with AsyncKimi(api_key="k", base_url=server.url("well")) as client:
            stream = await client.chat.completions.create(
                model=MODEL, messages=MESSAGES, stream=True
            )
            connection = stream.response.extensions["network_stream"].get_extra_info("socket")
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert len([chunk async for chunk in stream]) == len(CHUNKS)

    asyncio.run(main())


def test_connections_are_kept_for_the_next_question(server, client):
    for _ in range(5):
        _ask(client)
    assert server.open == 1


def test_a_callers_own_trace_is_left_alone(server):
    seen = []
    http_client = openai.DefaultHttpxClient(
        event_hooks={"request": [lambda request: request.extensions.update(trace=_note)]}
    )

    def _note(event, info):
        seen.append(event)

    with Kimi(api_key="k", base_url=server.url("well"), http_client=http_client) as client:
        assert _ask(client) == "Hello there"
    assert seen


def test_a_request_is_followed_no_longer_than_until_it_has_a_connection(server, client):
    for _ in range(2):  # a new connection, and a kept one
        stream = client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        assert "trace" not in stream.response.request.extensions
        list(stream)


@pytest.mark.parametrize("follow", [trace, async_trace])
def test_a_request_for_a_tunnel_is_followed_on_to_the_connection_behind_it(follow):
    tunnel = SimpleNamespace(method=b"CONNECT", extensions={"trace": follow})
    told = follow("http11.send_request_headers.started", {"request": tunnel})
    if inspect.iscoroutine(told):
        asyncio.run(told)
    assert "trace" in tunnel.extensions


def test_no_more_are_in_flight_than_allowed(server):
    together = _Together()
    server.replies["counted"] = together.reply

    async def main():
        url = server.url("counted")
        async with AsyncKimi(api_key="k", base_url=url, max_concurrency=4) as client:
            await asyncio.gather(*(_ask_async(client) for _ in range(30)))
            assert together.most <= 4
            twin = client.with_options(max_concurrency=0)
            await asyncio.gather(*(_ask_async(twin) for _ in range(30)))
            assert together.most > 4

    asyncio.run(main())


def test_a_call_that_waits_before_its_retry_holds_no_slot(server):
    async def main():
        url = server.url("busy-once")
        async with AsyncKimi(api_key="k", base_url=url, max_concurrency=1) as client:
            order = []
            first = asyncio.create_task(_ask_async(client))
            first.add_done_callback(lambda _: order.append("first"))
            await asyncio.to_thread(wait_until, lambda: server.requests["busy-once", "0"])
            await _ask_async(client)
            order.append("second")
            await first
            return order

    assert asyncio.run(main()) == ["second", "first"]


def test_a_call_that_is_cancelled_while_it_waits_gives_its_slot_back(server):
    async def main():
        url = server.url("busy-once")
        async with AsyncKimi(api_key="k", base_url=url, max_concurrency=1) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(_ask_async(client), 0.3)
            return await asyncio.wait_for(asyncio.gather(*[_ask_async(client)] * 1), 20)

    assert asyncio.run(main()) == ["Hello there"]


def test_a_task_that_a_call_starts_is_no_part_of_it(server):
    async def main():
        tasks = []
        other = AsyncKimi(api_key="k", base_url=server.url("late"), deadline=30)

        async def key():
            if not tasks:
                tasks.append(asyncio.create_task(_ask_async(other)))
            return "k"

        async with AsyncKimi(api_key=key, base_url=server.url("well"), deadline=0.2) as client:
            assert await _ask_async(client) == "Hello there"
        async with other:
            return await tasks[0]

    assert asyncio.run(main()) == "Hello there"


def test_a_call_inside_a_call_has_its_own_deadline(server):
    with Kimi(api_key="k", base_url=server.url("late")) as other:
        inner = []

        def key():
            inner.append(_ask(other))
            return "k"

        with (
            Kimi(api_key=key, base_url=server.url("well"), deadline=0.1, max_retries=0) as client,
            pytest.raises(openai.APITimeoutError),
        ):
            _ask(client)
    assert inner == ["Hello there"]


def test_open_streams_hold_no_slot(server):
    async def main():
        async with AsyncKimi(
            api_key="k", base_url=server.url("endless"), max_concurrency=2
        ) as client:
            create = client.chat.completions.create
            streams = [await create(model=MODEL, messages=MESSAGES, stream=True) for _ in range(6)]
            for stream in streams:
                await anext(stream)
                await stream.close()

    asyncio.run(asyncio.wait_for(main(), 20))


class _Together:
    def __init__(self):
        self.now = self.most = 0
        self.lock = threading.Lock()

    def reply(self, connection):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        with self.lock:
            self.now -= 1
        connection.well()


def test_the_event_decoder_is_fed_from_a_socket_as_it_comes(server, client):
    was_seen, waits = threading.Event(), []

    def pieces(connection):
        connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"))
        connection.send(chunked(EVENTS[0]))
        waits.append(was_seen.wait(10))
        for piece in (*EVENTS[1:], DONE):
            connection.send(chunked(piece))
        connection.send(b"0\r\n\r\n")

    server.replies["slow"] = pieces
    stream = client.with_options(base_url=server.url("slow")).chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True
    )
    for _ in stream:
        was_seen.set()
    assert waits == [True]


def _once_and_close(connection):
    connection.well()
    return "close"


def test_a_connection_that_the_server_has_closed_is_not_used_again(server):
    server.replies["closing"] = _once_and_close
    options = {"api_key": "k", "base_url": server.url("closing"), "max_retries": 0}

    async def main():
        async with AsyncKimi(**options) as client:
            for _ in range(4):
                assert await _ask_async(client) == "Hello there"
                await asyncio.sleep(0.05)

    asyncio.run(main())
    with Kimi(**options) as client:
        for _ in range(4):
            assert _ask(client) == "Hello there"
            time.sleep(0.05)
