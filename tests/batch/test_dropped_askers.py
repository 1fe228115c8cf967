"""The callable for engines: a client of its own, closed with it."""

import os
import subprocess
import sys
import threading

import pytest

from agentsflare_kimi.batch.workers import RowsAsker
from agentsflare_kimi.emulator import Emulator

ROWS = [
    {"custom_id": name, "body": {"messages": [{"role": "user", "content": name}]}} for name in "abc"
]


@pytest.mark.parametrize("backend", ["default", "aiohttp"])
def test_a_process_that_ends_leaves_no_connection_open(backend, tmp_path):
    program = (
        "from agentsflare_kimi.batch.workers import RowsAsker\n"
        f"print(len(RowsAsker('journal', api_key='k', http_backend={backend!r})({ROWS!r})))\n"
    )
    with Emulator() as emulator:
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "ignore::DeprecationWarning", "-c", program],
            env={
                **os.environ,
                "AGENTSFLARE_API_KEY": "k",
                "AGENTSFLARE_BASE_URL": emulator.base_url,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.stdout == "3\n"
    assert "nclosed" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_asker_that_is_dropped_ends_its_thread(tmp_path):
    with Emulator() as emulator:
        ask = RowsAsker(tmp_path / "j", api_key="k", base_url=emulator.base_url)
        records = ask(ROWS)
        again = ask(ROWS)
        thread = next(each for each in threading.enumerate() if each.name == "batch")
        del ask
        thread.join(60)

    assert [record["custom_id"] for record in records] == ["a", "b", "c"]
    assert again == records
    assert len(emulator.requests) == 3
    assert not thread.is_alive()
