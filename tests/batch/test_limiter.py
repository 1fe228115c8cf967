import asyncio
import math

import pytest

from agentsflare_kimi.batch.limiter import Limiter


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def sent_in(limiter, clock, seconds, tokens=0):
    """Return the times at which requests may go, each answered at once."""
    times = []
    while clock.now < seconds:
        wait = limiter.try_acquire(tokens)
        if wait:
            clock.now += wait
            continue
        times.append(clock.now)
        limiter.release()
    return times


@pytest.mark.parametrize(
    ("options", "tokens", "most"),
    [({"rpm": 30}, 0, 30), ({"tpm": 60_000}, 2_000, 30), ({"rpm": 90, "tpm": 60_000}, 2_000, 30)],
)
def test_no_minute_holds_more_than_was_told(options, tokens, most):
    clock = Clock()
    times = sent_in(Limiter(clock=clock, **options), clock, 300, tokens)

    for start in times:
        assert sum(start <= time < start + 60 for time in times) <= most
    assert len(times) >= 0.95 * 5 * most


def test_it_does_not_catch_up_after_a_pause():
    clock = Clock()
    limiter = Limiter(rpm=60, clock=clock)
    sent_in(limiter, clock, 10)
    clock.now = 1_000.0

    assert len(sent_in(limiter, clock, 1_060)) <= 60


def test_without_a_slot_only_a_release_helps():
    limiter = Limiter(1)
    assert limiter.try_acquire() == 0
    assert math.isinf(limiter.try_acquire())
    limiter.release()
    assert limiter.try_acquire() == 0


def test_whoever_waits_gets_a_slot_in_turn_and_a_cancelled_one_blocks_nobody():
    async def main():
        limiter, order = Limiter(1), []

        async def work(name):
            await limiter.acquire()
            order.append(name)
            await asyncio.sleep(0)
            limiter.release()

        await limiter.acquire()
        tasks = [asyncio.create_task(work(name)) for name in "abcd"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        limiter.release()
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert limiter.in_flight == 0
        return order

    order = asyncio.run(main())
    assert order[0] == "a"
    assert order[-1] == "d"


@pytest.mark.parametrize("options", [{"max_concurrency": 0}, {"rpm": 0}, {"tpm": math.nan}])
def test_numbers_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} must be positive"):
        Limiter(**options)
