"""The loop and the asker, against the emulator on a socket."""

import asyncio
import warnings
from urllib.parse import urlsplit

import pytest

from agentsflare_kimi import AsyncKimi, RetiredModelWarning
from agentsflare_kimi.batch import (
    Asker,
    BatchError,
    BatchSummary,
    Journal,
    Limiter,
    Row,
    run_batch,
)
from agentsflare_kimi.emulator import Emulator


def rows(count, **body):
    return [
        {
            "custom_id": f"r{number}",
            "body": {
                "model": "kimi-k2.6",
                "messages": [{"role": "user", "content": f"question {number}"}],
                **body,
            },
        }
        for number in range(count)
    ]


@pytest.fixture(params=["default", "aiohttp"], autouse=True)
def backend(request, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_HTTP_BACKEND", request.param)


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


def run(emulator, given, path, **options):
    async def main():
        async with AsyncKimi(api_key="key", base_url=emulator.base_url) as client:
            with Journal(path) as journal:
                return await run_batch(given, client, journal, **options)

    return asyncio.run(main())


def ask(emulator, *given, **options):
    async def main():
        async with AsyncKimi(api_key="key", base_url=emulator.base_url) as client:
            asker = Asker(client, **options)
            return [await asker(row) for row in given]

    return asyncio.run(main())


def test_each_row_is_asked_once_over_two_runs(emulator, tmp_path):
    first = run(emulator, rows(10), tmp_path / "j")
    second = run(emulator, rows(15), tmp_path / "j")

    assert (first.answered, first.requests, first.is_complete) == (10, 10, True)
    assert (second.kept, second.answered, second.rows) == (10, 5, 15)
    assert len(emulator.requests) == 15
    assert first.prompt_tokens > 0
    assert first.completion_tokens > 0


def test_rows_may_come_from_a_generator(emulator, tmp_path):
    summary = run(emulator, (row for row in rows(5)), tmp_path / "j")

    assert summary.answered == 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (rows(2) + rows(1), "two rows have the custom_id 'r0'"),
        ([{"custom_id": 1, "body": {}}], "got int and dict"),
        ([{"prompt": "x"}], "got NoneType and NoneType"),
    ],
)
def test_mistakes_are_told_before_the_first_request(given, words, emulator, tmp_path):
    with pytest.raises(BatchError, match=words):
        run(emulator, given, tmp_path / "j")
    assert emulator.requests == ()


@pytest.mark.parametrize(
    ("scenario", "attempts"),
    [("server-error", 3), ("reset", 3), ("edge-524", 1), ("html-200", 1), ("context-exceeded", 1)],
)
def test_a_row_that_fails_for_good_becomes_a_record(scenario, attempts, emulator, monkeypatch):
    monkeypatch.setattr("agentsflare_kimi.batch.retrying._FIRST_PAUSE", 0.001)
    emulator.scenario = scenario
    (record,) = ask(emulator, *rows(1), max_attempts=3)

    assert record["error"]["code"] not in {"unknown", ""}
    assert record["attempts"] == len(emulator.requests)
    assert record["attempts"] <= 3
    if scenario != "html-200":
        assert record["attempts"] == attempts


def test_what_met_a_limit_does_not_count_against_the_row(emulator, monkeypatch):
    monkeypatch.setattr("agentsflare_kimi.batch.retrying._LONGEST_PAUSE", 0.001)
    emulator.scenario = ["rate-limited-gateway"] * 12
    (record,) = ask(emulator, *rows(1), max_attempts=2)

    assert record["error"] is None
    assert record["attempts"] == 13


def test_an_asker_sends_nothing_more_after_a_failure_that_all_would_meet(emulator):
    emulator.scenario = "bad-key"
    records = ask(emulator, *rows(5))

    assert {record["error"]["code"] for record in records} == {"key_not_found"}
    assert len(emulator.requests) == 1


@pytest.mark.parametrize(
    "row",
    [
        Row(custom_id="a", body={"model": "kimi-x9", "messages": []}),
        Row(custom_id="a", body={"model": "kimi-k2.6", "messages": {1, 2}}),
        {"custom_id": "a"},
    ],
)
def test_an_asker_never_raises(row, emulator):
    (record,) = ask(emulator, row)

    assert record["error"]["code"]
    assert record["attempts"] == 0
    assert emulator.requests == ()


def test_a_failed_connection_is_a_record_and_an_outage_ends_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr("agentsflare_kimi.batch.retrying._FIRST_PAUSE", 0.001)

    async def main(count):
        async with AsyncKimi(api_key="key", base_url="http://127.0.0.1:9/v1") as client:
            with Journal(tmp_path / str(count)) as journal:
                return await run_batch(rows(count), client, journal, limiter=Limiter(4))

    few, many = asyncio.run(main(2)), asyncio.run(main(100))
    assert few.causes == {"connection_failed": 2}
    assert few.is_complete
    assert many.stop.cause == "connection_failed"
    assert many.failed < 20


def test_the_body_of_the_caller_is_not_changed_and_the_warning_comes_once(emulator, tmp_path):
    given = rows(5, model="kimi-k2-thinking", temperature=0.3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(emulator, given, tmp_path / "j")

    assert given == rows(5, model="kimi-k2-thinking", temperature=0.3)
    assert [issubclass(each.category, (RetiredModelWarning, Warning)) for each in caught] == [True]
    assert {request.model for request in emulator.requests} == {"kimi-k2.6"}


def test_an_error_of_a_callback_is_raised_after_the_answers_in_flight_are_kept(emulator, tmp_path):
    def fail(_record):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run(emulator, rows(50), tmp_path / "j", on_record=fail, limiter=Limiter(4))

    answered = sum(request.status == 200 for request in emulator.requests)
    assert answered < 50
    assert run(emulator, rows(50), tmp_path / "j").kept == answered


def test_an_interrupt_ends_the_run_after_what_is_in_flight(emulator, tmp_path):
    async def main():
        interrupted = asyncio.Event()
        async with AsyncKimi(api_key="key", base_url=emulator.base_url) as client:
            with Journal(tmp_path / "j") as journal:
                return await run_batch(
                    rows(50),
                    client,
                    journal,
                    limiter=Limiter(4),
                    on_record=lambda _: interrupted.set(),
                    interrupted=interrupted,
                )

    summary = asyncio.run(main())
    assert summary.stop.cause == "interrupted"
    assert 1 <= summary.answered == len(emulator.requests) <= 8


async def until(condition):
    while not condition():  # noqa: ASYNC110  # a plain count, which wakes nobody
        await asyncio.sleep(0.001)


def test_an_outage_after_an_answer_costs_no_row_and_does_not_end_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr("agentsflare_kimi.batch.retrying._LONGEST_PAUSE", 0.001)
    summary, gateways = BatchSummary(), [Emulator()]
    gateways[0].start()
    base_url = gateways[0].base_url
    given, most_attempts = rows(40), 5

    async def break_off():
        await until(lambda: summary.answered)
        await asyncio.to_thread(gateways[0].close)
        await until(lambda: summary.unreachable > most_attempts * len(given))
        gateways.append(Emulator(port=urlsplit(base_url).port))
        await asyncio.to_thread(gateways[1].start)

    async def main():
        async with AsyncKimi(api_key="key", base_url=base_url) as client:
            with Journal(tmp_path / "j") as journal:
                outage = asyncio.create_task(break_off())
                await run_batch(given, client, journal, limiter=Limiter(4), summary=summary)
                await outage

    asyncio.run(main())
    gateways[1].close()
    assert (summary.answered, summary.failed, summary.stop) == (40, 0, None)
