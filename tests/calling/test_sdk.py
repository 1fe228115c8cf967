"""Pins the private parts of the SDK that the clients override.

A failure here after an upgrade of `openai` means that a hook has moved: look for what has taken
its place in the SDK, and follow it in agentsflare_kimi/calling/sdk.py or in the `sdk_` module
beside it.
"""

import asyncio
import copy
import importlib
import inspect
import socket

import openai
import pytest
from fault_matrix import own_certificate
from fault_server import CHUNKS, Connection, FaultServer
from openai.types.chat import ChatCompletion

from agentsflare_kimi.calling.guarding import call_of
from agentsflare_kimi.calling.sdk import AsyncGuardedStream, AsyncHooks, GuardedStream, SyncHooks
from agentsflare_kimi.calling.sdk_shared import isolate

MESSAGES = [{"role": "user", "content": "hi"}]
HOOKS = {
    "_make_sse_decoder": [],
    "_process_response_data": ["data", "cast_to", "response"],
    "_process_response": ["cast_to", "response"],
    "_prepare_url": ["url"],
    "_build_request": ["options", "retries_taken"],
    "_should_retry": ["response"],
    "_parse_retry_after_header": ["response_headers"],
    "_calculate_retry_timeout": ["remaining_retries", "options", "response_headers"],
    "_sleep_for_retry": ["response"],
    "_make_status_error": ["err_msg", "body", "response"],
    "request": ["cast_to", "options", "stream", "stream_cls"],
    "copy": [],
}


STREAM_HOOKS = ["__stream__", "_iter_events"]
STREAM_FIELDS = ["_cast_to", "response", "_decoder", "_iterator"]
# Of the SDK's request options, see agentsflare_kimi/calling/sdk_options.py.
OPTION_FIELDS = ["url", "params", "json_data", "extra_json", "post_parser", "follow_redirects"]
AMBIENT = {
    "OPENAI_ADMIN_KEY": "ambient",
    "OPENAI_CUSTOM_HEADERS": "Authorization: ambient\nX-Project: ambient",
    "OPENAI_ORG_ID": "ambient",
    "OPENAI_PROJECT_ID": "ambient",
    "OPENAI_WEBHOOK_SECRET": "ambient",
}


class Guarded(SyncHooks, openai.OpenAI):
    pass


class AsyncGuarded(AsyncHooks, openai.AsyncOpenAI):
    pass


@pytest.mark.parametrize("client", [openai.OpenAI, openai.AsyncOpenAI])
@pytest.mark.parametrize("name", HOOKS)
def test_the_sdk_has_the_hook(client, name):
    hook = getattr(client, name, None)
    assert hook is not None, f"openai {openai.__version__} has no {client.__name__}.{name}"
    missing = set(HOOKS[name]) - set(inspect.signature(hook).parameters)
    assert not missing, f"{client.__name__}.{name} has lost its parameters {missing}"


@pytest.mark.parametrize("stream", [openai.Stream, openai.AsyncStream])
@pytest.mark.parametrize("name", STREAM_HOOKS)
def test_the_sdks_streams_have_the_hook(stream, name):
    assert hasattr(stream, name), f"openai {openai.__version__} has no {stream.__name__}.{name}"


@pytest.mark.parametrize("name", OPTION_FIELDS)
def test_the_sdks_request_options_have_the_field(name):
    options = importlib.import_module("openai._models").FinalRequestOptions
    assert name in options.model_fields, f"openai {openai.__version__} has no options.{name}"


@pytest.mark.parametrize("name", sorted(HOOKS.keys() - {"_parse_retry_after_header"}))
@pytest.mark.parametrize(("ours", "mixin"), [(Guarded, SyncHooks), (AsyncGuarded, AsyncHooks)])
def test_every_hook_is_overridden(ours, mixin, name):
    home = next(kind for kind in ours.__mro__ if name in vars(kind))
    assert issubclass(mixin, home)


class _Recording:
    """Notes which hooks the SDK calls."""

    def __init__(self, **options):
        self.called = set()
        super().__init__(**options)

    def __getattribute__(self, name):
        if name in HOOKS:
            object.__getattribute__(self, "__dict__").setdefault("called", set()).add(name)
        return super().__getattribute__(name)


class _Recorder(_Recording, Guarded):
    pass


class _AsyncRecorder(_Recording, AsyncGuarded):
    pass


def _fails_twice(connection):
    if connection.number == 1:
        connection.reset()
        return "close"
    if connection.number == 2:
        return connection.answer_json({"error": {"message": "busy"}}, 503, Retry_After="0.01")
    return connection.well()


@pytest.fixture
def server():
    replies = {
        "well": Connection.well,
        "fails": _fails_twice,
        "refuses": lambda connection: connection.answer_json({"error": "no"}, 400),
    }
    with FaultServer(replies) as server:
        yield server


def _expect_all(called):
    missing = HOOKS.keys() - {"request", "copy"} - called
    assert not missing, f"openai {openai.__version__} no longer calls {sorted(missing)}"


def test_the_sdk_calls_every_hook(server):
    with _Recorder(api_key="k", base_url=server.url("fails")) as client:
        client.chat.completions.create(model="m", messages=MESSAGES)
        list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
        client.base_url = server.url("refuses")
        with pytest.raises(openai.BadRequestError):
            client.models.list()
        _expect_all(client.called)


def test_the_sdk_calls_every_hook_of_the_async_client(server):
    async def main():
        async with _AsyncRecorder(api_key="k", base_url=server.url("fails")) as client:
            create = client.chat.completions.create
            await create(model="m", messages=MESSAGES)
            async for _ in await create(model="m", messages=MESSAGES, stream=True):
                pass
            client.base_url = server.url("refuses")
            with pytest.raises(openai.BadRequestError):
                await client.models.list()
            _expect_all(client.called)

    asyncio.run(main())


@pytest.mark.parametrize("mode", ["create", "raw", "helper"])
def test_every_stream_is_guarded(server, mode):
    with Guarded(api_key="k", base_url=server.url("well")) as client:
        completions = client.chat.completions
        if mode == "create":
            stream = completions.create(model="m", messages=MESSAGES, stream=True)
        elif mode == "raw":
            raw = completions.with_raw_response.create(model="m", messages=MESSAGES, stream=True)
            stream = raw.parse()
        else:
            with completions.stream(model="m", messages=MESSAGES) as helper:
                assert isinstance(helper._raw_stream, GuardedStream)
                assert helper.get_final_completion().choices[0].message.content == "Hello there"
            return
        assert isinstance(stream, GuardedStream), "the SDK makes its streams in another way"
        missing = [name for name in STREAM_FIELDS if not hasattr(stream, name)]
        assert not missing, f"openai {openai.__version__}: a stream has no {missing}"
        assert not stream._decoder.is_done
        assert len(list(stream)) == len(CHUNKS)
        assert stream._decoder.is_done, "the SDK's streams keep their decoder elsewhere"


def test_every_async_stream_is_guarded(server):
    async def main():
        async with AsyncGuarded(api_key="k", base_url=server.url("well")) as client:
            stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            assert isinstance(stream, AsyncGuardedStream)
            assert len([chunk async for chunk in stream]) == len(CHUNKS)
            assert stream._decoder.is_done

    asyncio.run(main())


def test_a_raw_answer_checks_itself_when_it_is_parsed(server):
    with Guarded(api_key="k", base_url=server.url("well")) as client:
        raw = client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)
        assert isinstance(raw.parse(), ChatCompletion)


def test_the_sdks_request_options_carry_our_call_to_the_request(server):
    with Guarded(api_key="k", base_url=server.url("well")) as client:
        raw = client.chat.completions.with_raw_response.create(model="m", messages=MESSAGES)
        assert call_of(raw.http_response.request) is not None, (
            f"openai {openai.__version__} no longer copies its request options with all they hold"
        )


@pytest.mark.parametrize("name", ["_custom_headers", "base_url", "_client"])
def test_the_sdk_keeps_what_isolation_resets(name, monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Ambient: 1")
    client = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1")
    assert hasattr(client, name), f"openai {openai.__version__} keeps {name} elsewhere"
    isolate(client, {})
    assert "X-Ambient" not in client.default_headers
    client.close()


@pytest.mark.parametrize("kind", [Guarded, AsyncGuarded])
def test_nothing_of_openais_own_variables_stays_in_a_client(kind, monkeypatch):
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    client = kind(api_key="k", base_url="http://127.0.0.1:1/v1")
    kept = [name for name, value in vars(client).items() if "ambient" in repr(value)]
    assert not kept, f"openai {openai.__version__} keeps OPENAI_ variables in {kept}: see isolate()"


def test_what_was_given_is_kept(monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Ambient: 1")
    monkeypatch.setenv("OPENAI_ORG_ID", "ambient")
    client = Guarded(
        api_key="k",
        base_url="http://127.0.0.1:1/v1",
        organization="given",
        default_headers={"X-Given": "1"},
    )
    for each in (client, client.with_options(timeout=1)):
        assert each.organization == "given"
        assert each.default_headers["X-Given"] == "1"
        assert "X-Ambient" not in each.default_headers
    client.close()


def test_the_logger_of_requests_has_its_name():
    module = importlib.import_module("openai._base_client")
    assert module.log.name == "openai._base_client", "see agentsflare_kimi/calling/redaction.py"


def _traced(url):
    """Send a request, and return what the HTTP library's `trace` extension tells of it."""
    told = {}

    def note(event, info):
        told.setdefault(event.partition(".")[2], info)

    hooks = {"request": [lambda request: request.extensions.update(trace=note)]}
    with openai.DefaultHttpxClient(verify=False, event_hooks=hooks) as client:
        client.post(f"{url}/chat/completions", json={})
    return told


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_http_library_tells_of_the_connections_it_makes(scheme, tmp_path):
    context = own_certificate(tmp_path) if scheme == "https" else None
    made = "connect_tcp.complete" if context is None else "start_tls.complete"
    with FaultServer({"well": Connection.well}, context=context) as server:
        told = _traced(server.url("well", scheme=scheme))

    missing = {made, "send_request_headers.started"} - told.keys()
    assert not missing, f"see agentsflare_kimi/calling/tracing.py: it tells {sorted(told)}"
    stream = told[made]["return_value"]
    assert isinstance(stream.get_extra_info("socket"), socket.socket)
    for name in ("read", "write"):
        assert "timeout" in inspect.signature(getattr(stream, name)).parameters
    request = told["send_request_headers.started"]["request"]
    assert request.method == b"POST"
    assert "trace" in request.extensions


class Holder:
    """The shape of an agent or a model of a framework."""

    def __init__(self, held):
        self.held = held


class HolderThatCopiesItself(Holder):
    """The shape of dspy's and pydantic's: the copy is made first, then its fields."""

    def __deepcopy__(self, memo=None):
        twin = type(self).__new__(type(self))
        vars(twin).update(copy.deepcopy(vars(self), memo))
        return twin


@pytest.mark.parametrize("make", [Guarded, AsyncGuarded])
@pytest.mark.parametrize("holder", [Holder, HolderThatCopiesItself])
def test_a_copy_of_what_holds_a_client_shares_it(make, holder):
    client = make(api_key="k", base_url="http://localhost:9/v1")

    twin = copy.deepcopy(holder({"client": client, "chat": client.chat.completions}))

    assert twin.held["client"] is client
    assert twin.held["chat"]._client is client
    assert copy.deepcopy(client.chat.completions)._client is client
    assert copy.deepcopy([client])[0] is client


@pytest.mark.parametrize(
    ("ours", "stock"), [(Guarded, openai.OpenAI), (AsyncGuarded, openai.AsyncOpenAI)]
)
def test_a_copy_of_the_client_alone_fails_as_the_sdks_does(ours, stock):
    for make in (ours, stock):
        client = make(api_key="k", base_url="http://localhost:9/v1")
        with pytest.raises(TypeError, match="cannot pickle"):
            copy.deepcopy(client)
