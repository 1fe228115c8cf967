"""The number of slots, against gateways that exist in arithmetic only: no clock, no waiting."""

import heapq
import random

import pytest

from agentsflare_kimi.batch.window import Window

LATENCY = 1.0


def simulate(rows=3_000, *, cap=None, stray=0.0, largest=100, fixed=None, seed=1):
    """Return answers a second, and the share of 429s."""
    chance, window = random.Random(seed), Window(largest)  # noqa: S311
    now, serving, in_flight, refused, done = 0.0, 0, 0, 0, 0
    events, parked = [], []
    while done < rows:
        while in_flight < (fixed or window.size):
            if parked and parked[0] <= now:
                heapq.heappop(parked)
            window.send()
            in_flight += 1
            is_refused = (cap is not None and serving >= cap) or chance.random() < stray
            serving += not is_refused
            wait = 0.01 if is_refused else LATENCY * chance.uniform(0.7, 1.3)
            heapq.heappush(events, (now + wait, chance.random(), is_refused))
        now, _, is_refused = heapq.heappop(events)
        in_flight -= 1
        if is_refused:
            refused += 1
            window.refuse()
            heapq.heappush(parked, now + chance.uniform(0.4, 0.6))
        else:
            serving -= 1
            done += 1
            window.answer()
    return rows / now, refused / (refused + rows)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cap", [20, 50])
def test_near_a_limit_it_is_as_fast_as_if_the_limit_were_known(cap, seed):
    known, _ = simulate(cap=cap, fixed=cap, seed=seed)
    found, refused = simulate(cap=cap, seed=seed)

    assert found >= 0.95 * known
    assert refused <= 0.07


@pytest.mark.parametrize("seed", range(3))
def test_stray_429s_do_not_wear_it_down(seed):
    without, _ = simulate(rows=6_000, seed=seed)
    found, _ = simulate(rows=6_000, stray=0.05, seed=seed)

    assert found >= 0.7 * without


def test_it_follows_a_limit_that_falls():
    window = Window(100)
    for _ in range(200):
        window.send()
        window.answer()
    assert window.size == 100
    for _ in range(2_000):
        window.send()
        if window.size > 10:
            window.refuse()
        else:
            window.answer()
    assert 10 <= window.size <= 12


def test_there_is_always_one_slot_and_never_more_than_wanted():
    window = Window(3)
    for _ in range(500):
        window.send()
        window.answer()
        assert window.size <= 3
    for _ in range(5_000):
        window.send()
        window.refuse()
    assert window.size == 1
