"""Key and prompt are in nothing that is shown, logged or kept when a call fails."""

import asyncio
import contextlib
import copy
import io
import logging
import pickle
import traceback
import warnings

import openai
import pytest
import structlog
from fault_server import BEGUN, FaultServer

from agentsflare_kimi import AsyncKimi, Kimi, KimiSettings
from agentsflare_kimi.calling.retries import without_sleeping

KEY = "sk-canary-9e107d9d372bb6826bd81d3542a419d6"
PROMPT = "prompt-canary-e4d909c290d0fb1ca068ffaddf22cbd0"
MESSAGES = [{"role": "user", "content": PROMPT}]
REPLIES = {
    "error400": lambda connection: connection.answer_json({"error": {"message": "no"}}, 400),
    "error500": lambda connection: connection.answer_json({"statusCode": 500, "message": "x"}, 500),
    "balance": lambda connection: connection.answer_json({"error": "insufficient balance"}, 429),
    "html": lambda connection: connection.answer("<html>", 200, "text/html"),
    "empty": lambda connection: connection.answer(""),
    "reset": lambda connection: connection.reset() or "close",
    "redirect": lambda connection: connection.answer("", 307, None, Location="http://localhost/x"),
    "cut": lambda connection: connection.stream(BEGUN),
    "silence": lambda connection: "close",
}
# The sync client, and the async one over either HTTP library.
BACKENDS = [None, "default", "aiohttp"]
OUR_FOLDER = "agentsflare_kimi"


@pytest.fixture(scope="module")
def server():
    with FaultServer(REPLIES) as server, without_sleeping():
        yield server


@pytest.fixture
def log():
    """Everything that is logged, at the most talkative level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def _our_frames(error):
    """Tracebacks with locals, of our frames; others' frames show what they please."""
    links, seen = [error], []
    while links:
        link = links.pop()
        if link is None or link in seen:
            continue
        seen.append(link)
        links += [link.__cause__, link.__context__]
        for frame, _ in traceback.walk_tb(link.__traceback__):
            name = frame.f_code.co_filename
            if OUR_FOLDER in name and "/tests/" not in name:
                yield f"{frame.f_code.co_name}: {frame.f_locals!r}"


def _leaks(error):
    plain = "".join(traceback.format_exception(error))
    places = {
        "str": str(error),
        "repr": repr(error),
        "args": repr(error.args),
        "vars": repr(vars(error)),
        "notes": repr(getattr(error, "__notes__", "")),
        "traceback": plain,
        "pickle": pickle.dumps(error),
        "frames": "\n".join(_our_frames(error)),
    }
    request = getattr(error, "request", None)
    if request is not None:
        places["headers"] = repr(dict(request.headers))
        places["content"] = request.content
    for name, shown in places.items():
        text = shown.decode("latin-1") if isinstance(shown, bytes) else shown
        for canary in (KEY, PROMPT):
            if canary in text:
                yield f"{canary[:10]} in {name}: {text[max(0, text.index(canary) - 200) :][:300]}"


def _call(client, mode):
    if mode == "create":
        client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
    elif mode == "stream":
        list(client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES, stream=True))
    else:
        raw = client.chat.completions.with_raw_response
        raw.create(model="kimi-k2.6", messages=MESSAGES).parse()


async def _call_async(client, mode):
    create = client.chat.completions.create
    if mode == "create":
        await create(model="kimi-k2.6", messages=MESSAGES)
    elif mode == "stream":
        async for _ in await create(model="kimi-k2.6", messages=MESSAGES, stream=True):
            pass
    else:
        raw = client.chat.completions.with_raw_response
        (await raw.create(model="kimi-k2.6", messages=MESSAGES)).parse()


def _attempt(options, mode, *, backend):
    async def main():
        async with AsyncKimi(**options, http_backend=backend) as client:
            await _call_async(client.with_options(timeout=3), mode)

    if backend:
        asyncio.run(main())
        return
    with Kimi(**options) as client:
        _call(client.with_options(timeout=3), mode)


@pytest.mark.parametrize("mode", ["create", "stream", "raw"])
@pytest.mark.parametrize("case", REPLIES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_errors_and_logs_show_neither_key_nor_prompt(server, log, case, mode, backend):
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with pytest.raises(openai.OpenAIError) as caught:
            _attempt({"api_key": KEY, "base_url": server.url(case)}, mode, backend=backend)
    assert list(_leaks(caught.value)) == []
    assert KEY not in log.getvalue()
    assert PROMPT not in log.getvalue()
    assert not [each for each in shown if KEY in str(each.message) or PROMPT in str(each.message)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", [case for case in REPLIES if case != "cut"])
def test_errors_survive_pickle_and_copy(server, case, backend):
    with pytest.raises(openai.OpenAIError) as caught:
        _attempt({"api_key": KEY, "base_url": server.url(case)}, "create", backend=backend)
    error = caught.value
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.message == error.message
        assert twin.body == error.body
        assert getattr(twin, "status_code", None) == getattr(error, "status_code", None)
        assert getattr(twin, "__notes__", None) == getattr(error, "__notes__", None)


def test_what_our_loggers_render_shows_neither(server, log):
    output = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(output),
    )
    try:
        with (
            Kimi(api_key=KEY, base_url=server.url("error400")) as client,
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            with pytest.raises(openai.BadRequestError):
                client.chat.completions.create(model="kimi-k2-thinking", messages=MESSAGES)
    finally:
        structlog.reset_defaults()
    assert KEY not in output.getvalue() + log.getvalue()
    assert PROMPT not in output.getvalue() + log.getvalue()


MALFORMED = {
    "newline inside": f"{KEY[:12]}\n{KEY[12:]}",
    "carriage return": f"{KEY[:12]}\r\n{KEY[12:]}",
    "nul": f"{KEY}\0{KEY}",
    "accent": f"{KEY}é",
    "smart quote": f"\u201c{KEY}\u201d",
    "zero width": f"{KEY}\u200b",
    "escape": f"{KEY}\x1b[0m",
}


@pytest.mark.parametrize("key", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("how", ["argument", "settings", "environment"])
def test_a_badly_pasted_key_is_refused_without_being_shown(how, key, log, monkeypatch):
    if how == "environment" and "\0" in key:
        pytest.skip("no environment can hold a NUL")

    def make():
        if how == "argument":
            return Kimi(api_key=key)
        if how == "settings":
            return Kimi(settings=KimiSettings(api_key=key))
        monkeypatch.setenv("AGENTSFLARE_API_KEY", key)
        return Kimi()

    with pytest.raises(openai.OpenAIError) as caught:
        make()
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY[:12] not in shown
    assert KEY[12:] not in shown
    assert KEY[12:] not in log.getvalue()


@pytest.mark.parametrize("key", [f" {KEY}\n", f'"{KEY}"', f"'{KEY}' ", f"\t{KEY}\r\n"])
def test_blanks_and_quotes_around_a_key_are_cut_off(key):
    with Kimi(api_key=key) as client:
        assert client.api_key == KEY


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"{KEY}\u201d"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_key_from_a_function_is_not_shown_either(server, key, backend, log):
    async def give():
        return key

    options = {"api_key": give if backend else lambda: key, "base_url": server.url("error400")}
    with pytest.raises(openai.OpenAIError) as caught:
        _attempt(options, "create", backend=backend)
    assert list(_leaks(caught.value)) == []
    assert KEY not in log.getvalue()


def test_clients_and_settings_show_no_key():
    with Kimi(api_key=KEY) as client:
        settings = client.settings
        for shown in (repr(client), str(settings), repr(settings), settings.model_dump_json()):
            assert KEY not in shown
        with contextlib.suppress(TypeError, pickle.PicklingError):
            assert KEY.encode() not in pickle.dumps(settings)
