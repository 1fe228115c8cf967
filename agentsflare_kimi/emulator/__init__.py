"""A Kimi gateway on this machine: for development, tests and demonstrations without a key."""

from __future__ import annotations

from agentsflare_kimi.emulator.emulator import Emulator
from agentsflare_kimi.emulator.log import RecordedRequest
from agentsflare_kimi.emulator.report import ClientReport, Observation
from agentsflare_kimi.emulator.scenarios import Scenario, UnknownScenarioError, list_scenarios

__all__ = [
    "ClientReport",
    "Emulator",
    "Observation",
    "RecordedRequest",
    "Scenario",
    "UnknownScenarioError",
    "list_scenarios",
]
