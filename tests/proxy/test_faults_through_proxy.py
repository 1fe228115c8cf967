"""The fault matrix with stock `openai` as the client: the proxy keeps what a proxy can keep.

It cannot choose the class of an error beyond what a status says, nor put the partial text on it;
in a stream the error comes as an event, and the text before it is with the caller.
"""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from fault_cases import CASES
from fault_matrix import Lab, broken_promises, run
from proxy_server import serving

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.calling.retries import without_sleeping
from agentsflare_kimi.proxy import create_app

pytestmark = pytest.mark.slow

# What the class of an error becomes on its way through a status, if it is not a status's own.
_SEEN_AS = {
    "BalanceExhaustedError": "RateLimitError",
    "UnreadableResponseError": "APIError",
    "IncompleteStreamError": "APIError",
    "APIConnectionError": "APIError",
    "APITimeoutError": "APIError",
    "ServedModelError": "InternalServerError",
}


class Proxies:
    """One server; each path's first part is a proxy of its own."""

    def __init__(self):
        self._apps = {}
        self._names = map(str, itertools.count())
        self.origin = ""

    def add(self, settings):
        name = next(self._names)
        self._apps[name] = create_app(KimiSettings(**settings))
        return f"{self.origin}/{name}/v1"

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        _, name, rest = scope["raw_path"].decode().split("/", 2)
        scope = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        await self._apps[name](scope, receive, send)


class ProxiedLab(Lab):
    """The servers of the cases, each behind a proxy that has the case's options."""

    def __init__(self, proxies):
        super().__init__()
        self._proxies = proxies

    def url(self, case, run):
        settings = {"timeout": 5.0, **case.options, "base_url": super().url(case, run)}
        if case.url == "unanswered":
            settings["deadline"] = 1.0  # each attempt to connect has five seconds
        return self._proxies.add(settings)


@pytest.fixture(scope="module")
def lab():
    proxies = Proxies()
    with serving(proxies) as proxies.origin, without_sleeping():
        laboratory = ProxiedLab(proxies)
        yield laboratory
        laboratory.close()


def _name(value):
    return value if isinstance(value, str) else f"{value.group}-{value.name}"


def _through_a_proxy(case):
    errors = tuple(_SEEN_AS.get(name, name) for name in case.errors)
    patient = {**case.options, "timeout": 5.0}  # it is the proxy whose patience is tried
    return dataclasses.replace(case, errors=errors, options=patient)


# What the stock client itself refuses to send never comes to the proxy.
_SENT = [case for case in CASES if case.requests != 0]


@pytest.mark.parametrize(
    ("case", "mode"), [(case, mode) for case in _SENT for mode in case.modes], ids=_name
)
def test_the_stock_client_is_kept_from_harm(lab, case, mode):
    outcome = run(_Patient(lab, case), _through_a_proxy(case), "OpenAI", mode, is_async=False)
    broken = broken_promises(_through_a_proxy(case), outcome, mode)
    assert set(broken) <= {"partial text is not on the error"}, outcome.error


class _Patient:
    """Gives a proxy the case's own options, and the client others."""

    def __init__(self, lab, case):
        self._lab, self._case = lab, case
        self.server, self.tls_server = lab.server, lab.tls_server

    def url(self, _case, run):
        return self._lab.url(self._case, run)
