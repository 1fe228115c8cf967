"""Workers that share what callers' answers held, through a real Redis or Valkey server."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import socket
import subprocess
from contextlib import closing, contextmanager

import openai
import pytest
import redis
from raw_http import send

from agentsflare_kimi.calling.reasoning import ReasoningMemory
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.proxy import create_app, memory_store, shared_memory
from agentsflare_kimi.proxy.access import Caller
from agentsflare_kimi.proxy.memory_store import MemoryStore
from agentsflare_kimi.proxy.sealing import Seal
from agentsflare_kimi.proxy.shared_memory import SharedMemory

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
QUESTION = {"role": "user", "content": "a private question"}
KEY = "a-private-key"
CALLER = Caller(b"digest", KEY, KEY)


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


@contextmanager
def running(port):
    """Run a server on *port*; yield a client of it once it answers."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("neither redis-server nor valkey-server is installed")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert any("eady to accept connections" in line for line in server.stdout)
        with redis.Redis(port=port) as client:
            yield client
    finally:
        server.kill()
        server.communicate()


@pytest.fixture(scope="module")
def server():
    with running(free_port()) as client:
        yield client


@pytest.fixture
def store(server):
    server.flushall()
    return server


@pytest.fixture
def url(store):
    return f"redis://127.0.0.1:{store.connection_pool.connection_kwargs['port']}/0"


@pytest.fixture
def looping():
    with Emulator(tool_rounds=2) as emulator:
        yield emulator


def ask(base_url, messages, *, key=KEY, stream=False):
    """Ask as a program that drops reasoning; return the message to go on with."""
    with openai.OpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
        create = client.chat.completions.create
        if not stream:
            answer = create(model="kimi-k2.6", messages=messages, tools=TOOLS)
            made = answer.choices[0].message.tool_calls or []
            calls = [call.model_dump() for call in made]
        else:
            calls = []
            for chunk in create(model="kimi-k2.6", messages=messages, tools=TOOLS, stream=True):
                for part in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
                    if part.id:
                        calls.append(part.model_dump(exclude={"index"}))
                    else:
                        calls[-1]["function"]["arguments"] += part.function.arguments
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "seen"} for call in calls]
    return [*messages, {"role": "assistant", "content": "", "tool_calls": calls}, *results]


def reasoning(request):
    return [
        each.get("reasoning_content") for each in request.body["messages"] if "tool_calls" in each
    ]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_tool_loop_goes_on_with_any_worker(start, looping, url, stream):
    first, second = (start(looping.base_url, memory=url) for _ in range(2))
    messages = ask(first, [QUESTION], stream=stream)
    messages = ask(second, messages, stream=stream)
    ask(first, messages, stream=stream)

    assert [request.status for request in looping.requests] == [200, 200, 200]
    assert [len(reasoning(request)) for request in looping.requests] == [0, 1, 2]
    assert all(all(reasoning(request)) for request in looping.requests)


def test_without_a_store_each_worker_knows_its_own(start, looping):
    first, second = (start(looping.base_url) for _ in range(2))
    ask(second, ask(first, [QUESTION]))
    assert [request.status for request in looping.requests] == [200, 400, 200]


def test_another_key_never_gets_the_reasoning(start, looping, url):
    messages = ask(start(looping.base_url, memory=url), [QUESTION])
    ask(start(looping.base_url, memory=url), messages, key="another-key")
    assert [request.status for request in looping.requests] == [200, 400, 200]


def test_the_store_can_read_nothing(start, looping, url, store):
    base_url = start(looping.base_url, memory=url)
    messages = ask(base_url, [QUESTION])
    [name] = store.keys()
    [(_, fields)] = store.xrange(name)
    ask(base_url, messages)
    [thought] = reasoning(looping.requests[1])
    for secret in ("private", "look", thought[:12], Seal(CALLER).secret.hex()):
        assert secret.encode() not in name + fields[b"e"]
    assert Seal(CALLER).open(fields[b"e"])
    assert Seal(Caller(b"", KEY, "another gateway key")).open(fields[b"e"]) is None


def test_entries_of_others_and_old_ones_are_left_alone(url, store, monkeypatch):
    other = Seal(Caller(b"", "other", "other"))
    mine = Seal(CALLER)
    body = {"messages": [{"role": "tool", "tool_call_id": "c", "content": "seen"}]}
    heard = ReasoningMemory().heard([QUESTION], {**calling("c"), "reasoning_content": "a thought"})
    entry = ["worker", 0.0, heard]  # of 1970
    for sealed in (b"", b"no entry", other.close(b"{}"), mine.close(json.dumps(entry).encode())):
        store.xadd(mine.name, {"e": sealed})
    store.xadd(mine.name, {"another program's": "field"})

    async def read():
        memory = SharedMemory(opened := MemoryStore(url), CALLER)
        await memory.read(body)
        await opened.close()
        return len(memory)

    assert asyncio.run(read()) == 0
    monkeypatch.setattr(shared_memory, "OLDEST_SECONDS", float("inf"))
    assert asyncio.run(read()) == 1, "nothing would have been taken in anyway"


def calling(call_id):
    call = {"id": call_id, "type": "function", "function": {"name": "look", "arguments": "{}"}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def test_what_is_told_is_what_was_heard():
    messages = [
        {"role": "system", "content": "Be brief. \ud800"},
        QUESTION,
        {**calling("a"), "reasoning_content": "first"},
        {"role": "tool", "tool_call_id": "a", "content": "Zürich " * 40},
    ]
    heard = ReasoningMemory().heard(messages, {**calling("b"), "reasoning_content": "second"})
    assert heard is not None
    assert heard.earlier_reasoning == "first"
    assert shared_memory._heard(json.loads(json.dumps(heard))) == heard


def test_a_callers_stream_is_bounded_in_number_bytes_and_age(url, store, monkeypatch):
    async def add(*sizes):
        opened = MemoryStore(url)
        for size in sizes:
            await opened.add("stream", [b"x" * size])
        await opened.close()

    monkeypatch.setattr(memory_store, "_MOST_ENTRIES", 3)
    asyncio.run(add(1, 2, 3, 4))
    assert [len(fields[b"e"]) for _, fields in store.xrange("stream")] == [2, 3, 4]
    assert 0 < store.ttl("stream") <= 3600
    monkeypatch.setattr(memory_store, "_MOST_BYTES", 10_000)
    asyncio.run(add(9_000, 9_000))
    assert store.memory_usage("stream", samples=0) < 20_000
    store.delete("stream")
    store.xadd("stream", {"e": "old"}, id="1000000000000-1")  # of 2001
    asyncio.run(add(1))
    assert [fields[b"e"] for _, fields in store.xrange("stream")] == [b"x"]


def test_a_store_that_is_down_is_told_and_done_without(start, looping, caplog, monkeypatch):
    monkeypatch.setattr(memory_store, "_PAUSE", 0.0)
    caplog.set_level(logging.INFO, logger="agentsflare_kimi")
    port = free_port()
    base_url = start(looping.base_url, memory=f"redis://:a-private-password@127.0.0.1:{port}/0")
    ask(base_url, ask(base_url, [QUESTION]))

    assert [request.status for request in looping.requests] == [200, 200], "it remembers by itself"
    health = base_url.removesuffix("/v1") + "/healthz"
    assert json.loads(send(health)[1]) == {"status": "ok", "memory": "unavailable"}
    told = [record.getMessage() for record in caplog.records]
    [down] = [line for line in told if "memory_unavailable" in line]
    assert "private" not in down


def test_a_store_that_comes_back_is_used_again(start, looping, caplog, monkeypatch):
    monkeypatch.setattr(memory_store, "_PAUSE", 0.0)
    caplog.set_level(logging.INFO, logger="agentsflare_kimi")
    port = free_port()
    base_url = start(looping.base_url, memory=f"valkey://127.0.0.1:{port}")
    messages = ask(base_url, [QUESTION])
    with running(port) as server:
        ask(base_url, messages)
        assert server.keys()
        health = base_url.removesuffix("/v1") + "/healthz"
        assert json.loads(send(health)[1]) == {"status": "ok", "memory": "ok"}
    assert any("memory_available" in record.getMessage() for record in caplog.records)


def test_a_store_that_hangs_holds_nobody_up_for_long(start, looping, monkeypatch):
    monkeypatch.setattr(memory_store, "_TIMEOUT", 0.05)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        base_url = start(looping.base_url, memory=f"redis://127.0.0.1:{silent.getsockname()[1]}")
        ask(base_url, ask(base_url, [QUESTION]))
    assert [request.status for request in looping.requests] == [200, 200]


def test_a_wrong_url_is_refused_without_showing_it():
    with pytest.raises(ConfigurationError, match="AGENTSFLARE_PROXY_MEMORY") as caught:
        create_app(memory="http://:a-private-password@host")
    assert "private" not in str(caught.value)
    assert caught.value.__cause__ is None
