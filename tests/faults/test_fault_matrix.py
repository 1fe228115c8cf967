"""`Kimi` keeps its promises in every fault; `python tests/faults/fault_matrix.py` has the table."""

import pytest
from fault_cases import CASES
from fault_matrix import Lab, broken_promises, run

from agentsflare_kimi.calling.retries import without_sleeping


@pytest.fixture(scope="module")
def lab():
    laboratory = Lab()
    with without_sleeping():
        yield laboratory
    laboratory.close()


def _name(value):
    return value if isinstance(value, str) else f"{value.group}-{value.name}"


# Warnings are what some faults should lead to; they are no broken promise.
@pytest.mark.filterwarnings("default::agentsflare_kimi.KimiWarning")
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("case", "mode"), [(case, mode) for case in CASES for mode in case.modes], ids=_name
)
def test_kimi_keeps_its_promises(lab, case, mode, is_async):
    outcome = run(lab, case, "Kimi", mode, is_async=is_async)
    assert broken_promises(case, outcome, mode) == [], outcome.error


@pytest.mark.parametrize(
    ("name", "mode", "broken"),
    [
        ("half_json", "create", "raw JSONDecodeError"),
        ("html_200", "create", "raw TypeError"),
        ("html_200", "stream", "looks like success"),
        ("ends_without_finish_reason", "stream", "looks like success"),
        ("gateway_error", "stream", "raw TypeError"),
        ("307", "create", "looks like success"),
        ("307", "create", "prompt sent elsewhere"),
    ],
)
def test_the_matrix_sees_what_the_plain_client_breaks(lab, name, mode, broken):
    case = next(case for case in CASES if case.name == name)
    outcome = run(lab, case, "OpenAI", mode, is_async=False)
    assert broken in broken_promises(case, outcome, mode)
