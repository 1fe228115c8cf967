"""`agentsflare-kimi batch` as a process, against the emulator on a socket."""

import collections
import json
import os
import random
import signal
import subprocess
import sys
import threading
import warnings

import pytest

from agentsflare_kimi.cli import main
from agentsflare_kimi.emulator import Emulator

KEY = "sk-canary-0123456789"
COMMAND = [sys.executable, "-m", "agentsflare_kimi", "batch"]
LIMIT = 40
# `make kill-test` takes 20,000, for one process and for two shards.
ROWS_OF_THE_KILLED = int(os.environ.get("ROWS_OF_THE_KILLED", "600"))
# What is met on the way, as one row in so many; all but the last go away.
FAULTS = {
    "rate-limited-gateway": 0.05,
    "reset": 0.02,
    "server-error": 0.01,
    "context-exceeded": 0.005,
}


def environment(emulator, **more):
    return {
        "PATH": os.environ["PATH"],
        "AGENTSFLARE_API_KEY": KEY,
        "AGENTSFLARE_BASE_URL": emulator.base_url,
        **more,
    }


def run(emulator, *arguments, cwd, **more):
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(emulator, **more),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=3_600,
    )


def start(emulator, *arguments, cwd, is_quiet=False):
    stream = subprocess.DEVNULL if is_quiet else subprocess.PIPE
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment(emulator),
        cwd=cwd,
        stdout=stream,
        stderr=stream,
        text=True,
    )


def write_prompts(path, count):
    rows = [{"custom_id": f"r{number}", "prompt": f"question {number}"} for number in range(count)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def records_of(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def prompt_of(request):
    return request.messages[-1]["content"]


class Counter:
    """Counts good answers by prompt, and tells when so many have been given."""

    def __init__(self):
        self.answered = collections.Counter()
        self.asked = collections.Counter()
        self._awaited = []

    def __call__(self, request):
        if not request.messages:
            return
        self.asked[prompt_of(request)] += 1
        # An answer that was cut on its way has the same status.
        if request.status == 200 and request.scenario == "ok":
            self.answered[prompt_of(request)] += 1
        for count, event in self._awaited:
            if sum(self.asked.values()) >= count:
                event.set()

    def reached(self, count):
        event = threading.Event()
        self._awaited.append((count, event))
        return event

    @property
    def answered_twice(self):
        return sum(count - 1 for count in self.answered.values())


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture
def emulator(counter):
    with Emulator(api_key=KEY, on_reply=counter) as emulator:
        yield emulator


def faults(count):
    chance = random.Random(16)  # noqa: S311
    names, shares = [*FAULTS, "ok"], [*FAULTS.values(), 1 - sum(FAULTS.values())]
    return chance.choices(names, shares, k=count)


def tear(path):
    """Cut the last line of a journal in two, as a crash of the machine does."""
    content = path.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(content[: last + (len(content) - last) // 2])


def test_a_killed_run_goes_on_where_it_was(emulator, counter, tmp_path):
    rows = ROWS_OF_THE_KILLED
    write_prompts(tmp_path / "in.jsonl", rows)
    emulator.scenario = faults(2 * rows)
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", str(LIMIT)]
    half = counter.reached(rows // 2)
    killed = start(emulator, *command, cwd=tmp_path, is_quiet=True)
    assert half.wait(timeout=3_600)
    killed.kill()
    killed.wait()
    assert not (tmp_path / "out.jsonl").exists()
    tear(tmp_path / "out.jsonl.journal" / "1-of-1.jsonl")

    refused = run(emulator, *command, cwd=tmp_path)
    resumed = run(emulator, *command, "--resume", cwd=tmp_path)

    assert refused.returncode == 2
    assert "--resume continues it" in refused.stderr
    records = records_of(tmp_path / "out.jsonl")
    assert [record["custom_id"] for record in records] == [f"r{n}" for n in range(rows)]
    failed = [record["error"]["code"] for record in records if record["error"]]
    assert set(failed) <= {"context_exceeded"}
    assert resumed.returncode == int(bool(failed)), resumed.stderr
    # One record was torn, and is asked again like those in flight.
    assert counter.answered_twice <= LIMIT + 1


def test_two_shards_share_the_work_and_one_may_be_killed(emulator, counter, tmp_path):
    rows = ROWS_OF_THE_KILLED
    write_prompts(tmp_path / "in.jsonl", rows)
    emulator.scenario = faults(2 * rows)
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", str(LIMIT)]
    some = counter.reached(rows // 3)
    first = start(emulator, *command, "--shard", "1/2", cwd=tmp_path, is_quiet=True)
    second = start(emulator, *command, "--shard", "2/2", cwd=tmp_path, is_quiet=True)
    assert some.wait(timeout=3_600)
    second.kill()
    second.wait()
    first.wait(timeout=3_600)
    assert not (tmp_path / "out.jsonl").exists()

    resumed = run(emulator, *command, "--shard", "2/2", "--resume", cwd=tmp_path)

    assert resumed.returncode in {0, 1}, resumed.stderr
    records = records_of(tmp_path / "out.jsonl")
    assert [record["custom_id"] for record in records] == [f"r{n}" for n in range(rows)]
    assert counter.answered_twice <= LIMIT


def test_a_second_runner_is_refused(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 200)
    emulator.scenario = ["ok", *["no-answer"] * 199]
    first = start(emulator, "in.jsonl", "-o", "out.jsonl", cwd=tmp_path)
    assert counter.reached(1).wait(timeout=60)
    try:
        second = run(emulator, "in.jsonl", "-o", "out.jsonl", "--resume", cwd=tmp_path)
        divided = run(emulator, "in.jsonl", "-o", "out.jsonl", "--shard", "1/2", cwd=tmp_path)
    finally:
        first.kill()
        first.communicate()

    assert second.returncode == divided.returncode == 2
    assert "another run is writing to this journal" in second.stderr
    assert "divides the rows in another way" in divided.stderr
    assert "Traceback" not in second.stderr + divided.stderr


def test_what_failed_is_kept_until_it_is_asked_for(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 3)
    emulator.scenario = ["context-exceeded", "ok", "ok"]
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", "1"]

    first = run(emulator, *command, cwd=tmp_path)
    resumed = run(emulator, *command, "--resume", "--json", cwd=tmp_path)
    retried = run(emulator, *command, "--retry-failed", "--json", cwd=tmp_path)

    assert (first.returncode, resumed.returncode, retried.returncode) == (1, 1, 0)
    assert "context_exceeded 1" in first.stderr
    assert json.loads(resumed.stdout)["kept_failed"] == 1
    summary = json.loads(retried.stdout)
    assert (summary["requests"], summary["kept"], summary["answered"]) == (1, 2, 1)
    assert counter.asked == {"question 0": 2, "question 1": 1, "question 2": 1}
    assert [record["error"] for record in records_of(tmp_path / "out.jsonl")] == [None] * 3


def test_a_changed_prompt_is_asked_again_and_said(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 3)
    command = ["in.jsonl", "-o", "out.jsonl"]
    run(emulator, *command, cwd=tmp_path)
    text = (tmp_path / "in.jsonl").read_text()
    (tmp_path / "in.jsonl").write_text(text.replace("question 1", "another question"))

    done = run(emulator, *command, "--resume", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "changed   1 since the last run" in done.stderr
    assert counter.asked["another question"] == counter.asked["question 2"] == 1
    answer = records_of(tmp_path / "out.jsonl")[1]["response"]["body"]["choices"][0]
    assert "another question" in answer["message"]["content"]


@pytest.mark.parametrize(
    ("scenario", "cause"),
    [
        ("bad-key", "key_not_found"),
        ("balance-exhausted", "balance_exhausted"),
        ("model-not-available", "model_not_allowed"),
        ("model-not-found", "model_not_found"),
        ("upstream-key", "key_rejected"),
        ("permission-denied", "permission_denied"),
        ("wrong-url", "wrong_url"),
        ("rate-limited-hour", "rate_limited"),
    ],
)
def test_what_every_row_would_meet_stops_the_run(scenario, cause, emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 100)
    emulator.scenario = scenario
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", "8", "--json"]

    stopped = run(emulator, *command, cwd=tmp_path)

    assert stopped.returncode == 1
    assert json.loads(stopped.stdout)["stop"]["cause"] == cause
    assert "--resume" in stopped.stderr
    assert 1 <= sum(counter.asked.values()) <= 8
    assert not (tmp_path / "out.jsonl").exists()


def test_after_a_stop_no_row_counts_as_failed(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 20)
    emulator.scenario = [*["ok"] * 5, *["balance-exhausted"] * 4]
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", "4", "--json"]

    stopped = run(emulator, *command, cwd=tmp_path)
    emulator.scenario = "ok"
    resumed = run(emulator, *command, "--resume", cwd=tmp_path)

    assert stopped.returncode == 1
    assert resumed.returncode == 0, resumed.stderr
    summary = json.loads(resumed.stdout)
    assert (summary["kept"], summary["failed"], summary["answered"]) == (5, 0, 15)
    assert counter.answered_twice == 0


def test_the_first_interrupt_waits_for_what_is_in_flight(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 500)
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", "4"]
    some = counter.reached(20)
    process = start(emulator, *command, cwd=tmp_path)
    assert some.wait(timeout=60)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    journal = tmp_path / "out.jsonl.journal" / "1-of-1.jsonl"
    answered = len(records_of(journal))

    assert process.returncode == 130
    assert "requests in flight" in told
    assert "resume with the same command and --resume" in told
    assert "Traceback" not in told
    assert answered == sum(counter.answered.values()) < 500

    resumed = run(emulator, *command, "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert counter.answered_twice == 0


def test_the_second_interrupt_waits_for_nothing(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 50)
    emulator.scenario = ["ok", *["no-answer"] * 49]
    process = start(emulator, "in.jsonl", "-o", "out.jsonl", "--follow", cwd=tmp_path)
    assert json.loads(process.stdout.readline())["error"] is None
    process.send_signal(signal.SIGINT)
    for line in process.stderr:
        if "Ctrl-C again" in line:
            break
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in told
    assert len(records_of(tmp_path / "out.jsonl.journal" / "1-of-1.jsonl")) == 1


def test_a_request_to_end_waits_for_what_is_in_flight_too(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 500)
    some = counter.reached(20)
    process = start(emulator, "in.jsonl", "-o", "o", "--max-concurrency", "4", cwd=tmp_path)
    assert some.wait(timeout=60)
    process.terminate()
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "requests in flight" in told
    answered = records_of(tmp_path / "o.journal" / "1-of-1.jsonl")
    assert len(answered) == sum(counter.answered.values()) < 500


def run_on_a_small_disk(emulator, *arguments, size, cwd):
    # A limit on the size of files is met in the middle of a line, as a full disk is.
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, -1))\n"
        "from agentsflare_kimi.cli import main\n"
        "sys.exit(main())\n"
    )
    return subprocess.run(
        # -B: a cache of bytecode that meets the limit would stay behind, cut short.
        [sys.executable, "-B", "-c", code, "batch", *arguments],
        env=environment(emulator),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs RLIMIT_FSIZE")
def test_an_output_that_does_not_fit_on_the_disk_is_paid_for_once(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 20)
    command = ["in.jsonl", "-o", "o", "--shard"]
    run(emulator, *command, "1/2", cwd=tmp_path)
    size = (tmp_path / "o.journal" / "1-of-2.jsonl").stat().st_size * 3 // 2

    full = run_on_a_small_disk(emulator, *command, "2/2", size=size, cwd=tmp_path)
    assert full.returncode == 2
    assert "The answers so far are in o.journal; resume with the same command" in full.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "o.journal"]

    resumed = run(emulator, *command, "2/2", "--resume", cwd=tmp_path)
    assert resumed.returncode == 0
    assert [each["custom_id"] for each in records_of(tmp_path / "o")] == [
        f"r{n}" for n in range(20)
    ]
    assert counter.answered_twice == 0


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs RLIMIT_FSIZE")
def test_a_full_disk_loses_no_answer(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 100)
    command = ["in.jsonl", "-o", "out.jsonl", "--max-concurrency", "4"]
    full = run_on_a_small_disk(emulator, *command, size=20_000, cwd=tmp_path)
    resumed = run(emulator, *command, "--resume", cwd=tmp_path)

    assert full.returncode == 2
    assert "File too large" in full.stderr
    assert "--resume" in full.stderr
    assert "Traceback" not in full.stderr
    assert resumed.returncode == 0, resumed.stderr
    records = records_of(tmp_path / "out.jsonl")
    assert [record["custom_id"] for record in records] == [f"r{n}" for n in range(100)]
    assert counter.answered_twice <= 4


INPUTS = {
    "openai.jsonl": json.dumps(
        {
            "custom_id": "a",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "one"}]},
        }
    ),
    "plain.jsonl": '{"id": "a", "prompt": "one"}',
    "messages.jsonl": '{"id": "a", "messages": [{"role": "user", "content": "one"}]}',
    "bom.csv": "\ufeffid,prompt\na,one\n",
    "table.tsv": "id\tprompt\na\tone\n",
    "prompts.txt": "one\n\n",
}


@pytest.mark.parametrize("name", INPUTS)
def test_each_format_is_read(name, emulator, tmp_path):
    (tmp_path / name).write_text(INPUTS[name], encoding="utf-8")

    done = run(emulator, name, "-o", "out.jsonl", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    (record,) = records_of(tmp_path / "out.jsonl")
    assert record["custom_id"] == ("line-1" if name == "prompts.txt" else "a")
    emulator.assert_requested(
        model="kimi-k2.6", messages=[{"role": "user", "content": "one"}], times=1
    )


def test_a_byte_order_mark_of_a_template_is_not_asked(emulator, tmp_path):
    (tmp_path / "in.txt").write_text("x\n")
    (tmp_path / "template").write_text("about {prompt}", encoding="utf-8-sig")

    done = run(emulator, "in.txt", "-o", "o", "-t", "@template", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert prompt_of(emulator.requests[0]) == "about x"


def test_parquet_and_a_template(emulator, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    query = "COPY (SELECT 'x' AS id, 'sea' AS topic, 2 AS lines) TO '{}'"
    duckdb.connect().execute(query.format(tmp_path / "in.parquet"))
    template = "Write {lines} lines about the {topic}, as {{json}}"

    done = run(emulator, "in.parquet", "-o", "o", "-t", template, "-s", "Be brief.", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert [message["content"] for message in emulator.requests[0].messages] == [
        "Be brief.",
        "Write 2 lines about the sea, as {json}",
    ]


def test_mistakes_are_told_before_anything_is_asked(emulator, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1, "prompt": "x"}\n{"id": 1, "prompt": "y"}\n{"')

    done = run(emulator, "in.jsonl", "-o", "out.jsonl", cwd=tmp_path)

    assert done.returncode == 2
    assert "line 2: custom_id '1' is also that of line 1; line 3: not JSON" in done.stderr
    assert emulator.requests == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


def test_bad_lines_become_error_records_if_wanted(emulator, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": "a", "prompt": "x"}\nnonsense\n')

    done = run(emulator, "in.jsonl", "-o", "out.jsonl", "--skip-bad-lines", cwd=tmp_path)

    assert done.returncode == 1
    good, bad = records_of(tmp_path / "out.jsonl")
    assert (good["custom_id"], good["error"]) == ("a", None)
    assert (bad["custom_id"], bad["line"], bad["error"]["code"]) == ("line-2", 2, "bad_line")


def test_retired_models_are_migrated_once_for_the_run(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 30)

    done = run(emulator, "in.jsonl", "-o", "o", "-m", "kimi-k2-turbo-preview", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("kimi-k2-turbo-preview was retired") == 1
    assert "migrated  kimi-k2-turbo-preview 30" in done.stderr
    record = records_of(tmp_path / "o")[0]
    assert record["migrated_from"] == "kimi-k2-turbo-preview"
    assert record["model_sent"] == "kimi-k2.6"
    assert {request.model for request in emulator.requests} == {"kimi-k2.6"}


def test_blocked_answers_are_counted_and_recorded(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 2)
    emulator.scenario = ["output-blocked", "prompt-blocked"]

    done = run(emulator, "in.jsonl", "-o", "o", "--max-concurrency", "1", cwd=tmp_path)

    assert "blocked   2 by a content filter" in done.stderr
    answer, error = records_of(tmp_path / "o")
    assert answer["filter"]["is_filtered"]
    assert error["error"]["code"] == "content_filtered"
    assert error["response"]["status_code"] == 400


def test_records_can_be_followed(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 5)

    done = run(emulator, "in.jsonl", "-o", "out.jsonl", "--follow", cwd=tmp_path)

    followed = {json.loads(line)["custom_id"] for line in done.stdout.splitlines()}
    assert followed == {f"r{number}" for number in range(5)}
    assert "5 of 5 rows done" in done.stderr


def test_when_nobody_follows_any_more_the_way_on_is_told(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 200)
    command = ["in.jsonl", "-o", "o", "--follow", "--max-concurrency", "2"]
    process = start(emulator, *command, cwd=tmp_path)
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    process.wait(timeout=60)

    assert "nobody reads the records any more" in told
    assert "--resume" in told
    assert run(emulator, *command, "--resume", cwd=tmp_path).returncode == 0
    assert len(records_of(tmp_path / "o")) == 200


def test_an_estimate_asks_nothing_and_needs_no_key(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 100)
    prices = ["--price-prompt", "1000000", "--price-completion", "0.5", "--rpm", "50"]
    done = run(
        emulator,
        *("in.jsonl", "--estimate", "--json", "--max-completion-tokens", "1000", *prices),
        cwd=tmp_path,
        AGENTSFLARE_API_KEY="",
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["requests"], found["completion_tokens"], found["unlimited"]) == (100, 100_000, 0)
    assert found["cost"] == pytest.approx(found["prompt_tokens"] + 0.05)
    assert found["minutes"] == 2
    assert emulator.requests == ()


def test_without_a_limit_the_budget_is_warned_of(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 2)

    warned = run(emulator, "in.jsonl", "--estimate", cwd=tmp_path)
    told = run(emulator, "in.jsonl", "--estimate", "--max-completion-tokens", "99", cwd=tmp_path)

    assert "2 rows set no max_completion_tokens" in warned.stderr
    assert "requests per minute" in warned.stderr
    assert "max_completion_tokens" not in told.stderr


def test_offline_needs_no_key_and_is_never_taken_for_answers(tmp_path):
    write_prompts(tmp_path / "in.jsonl", 3)
    done = subprocess.run(
        [*COMMAND, "in.jsonl", "-o", "out.jsonl", "--offline", "--limit", "2"],
        env={"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert len(records_of(tmp_path / "out.jsonl")) == 2
    assert not (tmp_path / "out.jsonl.journal").exists()


def test_a_schema_that_the_gateway_refuses_ends_the_run(emulator, counter, tmp_path):
    pytest.importorskip("jsonschema")
    schema = {"oneOf": [{"type": "object"}]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    write_prompts(tmp_path / "in.jsonl", 50)
    command = ["in.jsonl", "-o", "o", "--max-concurrency", "4", "--schema", "schema.json"]

    done = run(emulator, *command, "--json", cwd=tmp_path)

    assert done.returncode == 1
    assert json.loads(done.stdout)["stop"]["cause"] == "response_schema_rejected"
    assert sum(counter.asked.values()) <= 4


def test_an_input_that_changes_during_the_run_loses_no_answer(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 3)

    def answer(_request):
        with (tmp_path / "in.jsonl").open("a") as file:
            file.write('{"custom_id": "late", "prompt": "one more"}\n')
        emulator.answers = None
        return "yes"

    emulator.answers = answer
    command = ["in.jsonl", "-o", "o", "--max-concurrency", "1"]
    changed = run(emulator, *command, cwd=tmp_path)
    resumed = run(emulator, *command, "--resume", cwd=tmp_path)

    assert changed.returncode == 2
    assert "in.jsonl: the file has changed since the batch began" in changed.stderr
    assert "The answers so far are in o.journal; resume with the same command" in changed.stderr
    assert resumed.returncode == 0, resumed.stderr
    assert len(records_of(tmp_path / "o")) == 4
    assert counter.answered_twice == 0


def test_the_journal_of_another_input_is_not_continued(emulator, counter, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 2)
    (tmp_path / "other.jsonl").write_text('{"id": "a", "prompt": "x"}\n')
    run(emulator, "in.jsonl", "-o", "o", cwd=tmp_path)
    before = (tmp_path / "o").read_bytes()

    done = run(emulator, "other.jsonl", "-o", "o", "--resume", cwd=tmp_path)

    assert done.returncode == 2
    assert "holds records of other rows, and none of these" in done.stderr
    assert (tmp_path / "o").read_bytes() == before
    assert sum(counter.asked.values()) == 2


def test_answers_have_to_fit_a_schema(emulator, tmp_path):
    pytest.importorskip("jsonschema")
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    write_prompts(tmp_path / "in.jsonl", 3)
    emulator.answers = ['{"n": 1}', "one", '{"n": "two"}', '{"n": 2}']
    command = ["in.jsonl", "-o", "o", "--max-concurrency", "1", "--schema", "schema.json"]

    strict = run(emulator, *command, cwd=tmp_path)
    fits, no_json, wrong = records_of(tmp_path / "o")
    assert strict.returncode == 1
    assert fits["parsed"] == {"n": 1}
    assert [each["error"]["code"] for each in (no_json, wrong)] == ["schema_mismatch"] * 2
    assert "$.n: 'two' is not of type 'integer'" in wrong["error"]["message"]
    assert wrong["response"]["body"]["choices"][0]["message"]["content"] == '{"n": "two"}'
    assert emulator.requests[0].body["response_format"]["json_schema"]["schema"] == schema

    emulator.answers = ["still none", '{"n": 3}', '{"n": 4}']
    repaired = run(emulator, *command, "--retry-failed", "--repair", "--json", cwd=tmp_path)
    _, no_json, wrong = records_of(tmp_path / "o")
    assert json.loads(repaired.stdout)["repaired"] == 1
    assert (no_json["parsed"], wrong["parsed"]) == ({"n": 4}, {"n": 3})
    assert no_json["is_repaired"]


def test_a_wrong_key_shows_nowhere(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 1)
    other = "sk-other-canary-98765"

    done = run(emulator, "in.jsonl", "-o", "o", cwd=tmp_path, AGENTSFLARE_API_KEY=other)

    assert done.returncode == 1
    journal = (tmp_path / "o.journal" / "1-of-1.jsonl").read_text()
    assert other not in done.stdout + done.stderr + journal


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["in.txt"], "no output file"),
        (["in.xyz", "-o", "o"], "unknown format 'xyz'"),
        (["missing.txt", "-o", "o"], "missing.txt"),
        (["in.txt", "-o", "o", "--shard", "3/2"], "must be like 1/4"),
        (["in.txt", "-o", "o", "-t", "{text"], "template: "),
        (["in.txt", "-o", "o", "--schema", "missing.json"], "missing.json"),
        (["in.txt", "-o", "in.txt"], "in.txt is read by this run, and would be overwritten"),
        (["in.txt", "-o", "in.txt", "--resume"], "in.txt is read by this run"),
        (["in.txt", "-o", "prompt", "-t", "@prompt", "--resume"], "prompt is read by this run"),
        (["in.txt", "-o", "."], ". is a directory"),
        (["in.txt", "-o", "-"], "the output is a file, not stdout"),
        (["in.txt", "-o", "pipe.txt"], "pipe.txt is not a regular file"),
        (["in.txt", "-o", os.devnull], "is not a regular file"),
        (["in.txt", "-o", "nowhere"], "nowhere cannot be written: No such file or directory"),
        (["in.txt", "-o", "in.txt/o"], "in.txt/o"),
        (["-", "-o", "o"], "stdin is not a regular file"),
        ([".", "-o", "o"], ". is a directory"),
        (["in.txt", "-o", "other"], "other exists already"),
        (["in.txt", "-o", "other", "--resume"], "other exists already"),
        (["in.txt", "-o", "other", "--retry-failed"], "other exists already"),
        (["in.txt", "-o", "other", "--shard", "1/2"], "other exists already"),
        (["in.txt", "-o", "new/"], "new/ is a directory; name a file in it"),
        (["pipe.txt", "-o", "o"], "pipe.txt is not a regular file; a batch"),
        (["in.txt", "-o", "o", "-t", "no column"], "every row would be asked the same"),
        (["in.txt", "-o", "o", "-t", "@latin-1"], "latin-1: not UTF-8 (byte 3)"),
        (["in.txt", "-o", "o", "--repair"], "--repair needs --schema"),
        (["in.txt", "-o", "o", "--price-prompt", "1"], "need --estimate"),
        (["in.txt", "-o", "o", "--limit", "x"], "must be a whole number, 1 or more, got 'x'"),
        (["in.txt", "-o", "o", "--rpm", "inf"], "must be a number above 0, got 'inf'"),
        (["in.txt", "-o", "o", "--schema", "dead.json"], "the schema refers to '#/$defs/gone'"),
        (["in.txt", "-o", "o", "--schema", "far.json"], "the schema refers to 'https://"),
        (["in.txt", "-o", "o", "--schema", "wrong.json"], "not a valid schema: 'objec' is"),
    ],
)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_wrong_use_is_exit_code_2(arguments, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "in.txt").write_text("x\n")
    (tmp_path / "in.xyz").touch()
    (tmp_path / "prompt").write_text("about {prompt}")
    (tmp_path / "other").write_text("of another run")
    (tmp_path / "latin-1").write_bytes(b"caf\xe9 {prompt}")
    (tmp_path / "dead.json").write_text('{"properties": {"a": {"$ref": "#/$defs/gone"}}}')
    (tmp_path / "far.json").write_text('{"$ref": "https://example.invalid/schema.json"}')
    (tmp_path / "wrong.json").write_text('{"type": "objec"}')
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "nowhere").symlink_to("no/such/place")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setenv("AGENTSFLARE_API_KEY", KEY)
    try:
        code = main(["batch", *arguments])
    except SystemExit as exit_:
        code = exit_.code

    told = capsys.readouterr().err
    assert code == 2
    assert words in told
    assert "Traceback" not in told
    assert (tmp_path / "in.txt").read_text() == "x\n"
    assert (tmp_path / "other").read_text() == "of another run"
    assert not [*tmp_path.glob("*journal")]


def test_a_link_to_itself_is_told_before_anything_is_asked(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 1)
    (tmp_path / "loop").symlink_to("loop")

    done = run(emulator, "in.jsonl", "-o", "loop", cwd=tmp_path)

    # Python 3.13 replaces such a link, as it does one that leads to a file.
    assert done.returncode in {0, 2}
    assert "a defect" not in done.stderr
    assert bool(emulator.requests) == (done.returncode == 0)


def test_what_a_link_leads_to_is_written(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 1)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "o").symlink_to("elsewhere/o")

    assert run(emulator, "in.jsonl", "-o", "o", cwd=tmp_path).returncode == 0
    assert (tmp_path / "o").is_symlink()
    assert len(records_of(tmp_path / "elsewhere" / "o")) == 1


def test_failures_are_told_in_options_and_variables(emulator, tmp_path):
    write_prompts(tmp_path / "in.jsonl", 1)
    (tmp_path / "model.txt").write_text("x\n")
    command = ["in.jsonl", "-o", "o", "--max-concurrency", "1"]

    origin = emulator.base_url.removesuffix("/v1")
    stopped = run(emulator, *command, cwd=tmp_path, AGENTSFLARE_BASE_URL=origin)
    retired = run(emulator, "model.txt", "-o", "p", "-m", "kimi-k2-thinking", cwd=tmp_path)
    emulator.scenario = "context-exceeded"
    failed = run(emulator, *command, "--resume", "--json", cwd=tmp_path)

    assert "set AGENTSFLARE_BASE_URL to" in stopped.stderr
    assert "Set AGENTSFLARE_ON_RETIRED to change this" in retired.stderr
    (record,) = records_of(tmp_path / "o")
    assert "Shorten the prompt or lower --max-completion-tokens" in record["error"]["message"]
    for text in (stopped.stderr, retired.stderr, failed.stdout, json.dumps(record)):
        assert "base_url" not in text
        assert "argument `" not in text
