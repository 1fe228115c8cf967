"""Whose line a warning points at when a framework asks in a task or thread of its own."""

import asyncio
import queue
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.to_thread
import pytest
from warned_places import module, places

FRAMEWORK = "/opt/venv/lib/python3.12/site-packages/framework/chat.py"
# Each asks in a task of its own, and waits for it in another way.
IN_TASKS = """
    async def awaited():
        await asyncio.create_task(ask())

    async def gathered():
        await asyncio.gather(asyncio.sleep(0), ask())

    async def timed():
        await asyncio.wait_for(ask(), 60)

    async def shielded():
        await asyncio.shield(ask())

    async def waited():
        await asyncio.wait([asyncio.create_task(ask())])

    async def grouped():
        async with asyncio.TaskGroup() as group:
            group.create_task(ask())

    async def grouped_by_anyio():
        async with anyio.create_task_group() as group:
            group.start_soon(ask)

    async def nested():
        await asyncio.gather(awaited())

    async def in_a_thread():
        await asyncio.to_thread(say)

    async def in_a_thread_of_anyio():
        await anyio.to_thread.run_sync(say)

    async def iterated():
        async for _ in pieces():
            pass

    async def pieces():
        yield await asyncio.create_task(ask())

    async def ask():
        await asyncio.sleep(0)
        say()
"""
NAMES = re.findall(r"async def (\w+)", IN_TASKS)[:-2]  # without its helpers


def framework(source):
    names = {"asyncio": asyncio, "anyio": anyio, "threading": threading}
    return module(FRAMEWORK, source, ThreadPoolExecutor=ThreadPoolExecutor, **names)


def line_of(function, offset=1):
    return __file__, function.__code__.co_firstlineno + offset


@pytest.mark.parametrize("name", NAMES)
def test_a_task_of_a_framework_leads_to_the_line_that_awaits_it(name):
    call = vars(framework(IN_TASKS))[name]

    async def main():
        await call()

    assert places(lambda: asyncio.run(main())) == [line_of(main)]


def test_each_of_the_users_lines_is_told_of():
    call = framework(IN_TASKS).awaited

    async def main():
        await call()
        await call()

    assert places(lambda: asyncio.run(main())) == [line_of(main), line_of(main, 2)]


IN_THREADS = """
    def pooled():
        with ThreadPoolExecutor() as pool:
            pool.submit(say).result()

    def mapped():
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda _: say(), [1]))

    def joined():
        thread = threading.Thread(target=say)
        thread.start()
        thread.join()

    def looped():
        with ThreadPoolExecutor() as pool:
            pool.submit(asyncio.run, ask()).result()

    async def ask():
        say()
"""


@pytest.mark.parametrize("name", ["pooled", "mapped", "joined", "looped"])
def test_a_thread_of_a_framework_leads_to_the_line_that_waits_for_it(name):
    call = vars(framework(IN_THREADS))[name]

    def main():
        call()

    assert places(main) == [line_of(main)]


def test_an_idle_worker_of_the_users_waits_for_nobody():
    jobs = queue.Queue()
    worker = threading.Thread(target=jobs.get)
    worker.start()
    try:
        ((filename, _),) = places(framework(IN_THREADS).pooled)
    finally:
        jobs.put(None)
        worker.join()
    assert filename == places.__code__.co_filename, "where it runs"


def test_with_several_waiting_threads_none_is_guessed():
    call, release = framework(IN_THREADS).joined, threading.Event()
    other = threading.Thread(target=lambda: release.wait())  # noqa: PLW0108  # a line of ours
    other.start()
    try:
        ((filename, _),) = places(lambda: call())  # noqa: PLW0108  # as above
    finally:
        release.set()
        other.join()
    assert filename in {FRAMEWORK, "<thread>"}
