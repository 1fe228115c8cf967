"""AFK002: a model that the gateway has deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import NAMES, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import moving_problem, whole_names

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_STILL_SERVED: Final = "a deprecated model may still be served, so moving is for you to decide"


def _check(reading: Reading) -> Iterator[Problem]:
    for mention, model in whole_names(reading):
        if model.status == "deprecated":
            head = f"`{model.id}` is deprecated"
            yield moving_problem(reading, mention, model, head, RULE.severity, _STILL_SERVED)


RULE: Final = Rule(
    code="AFK002",
    name="deprecated-model",
    severity="warning",
    summary="A model that the gateway has deprecated.",
    explanation="""\
The gateway marks the `moonshot-v1-*-vision-preview` models as deprecated and names no date;
Moonshot itself has answered 404 since 2026-08-31. Their successor must take images, which of the
living models `kimi-k2.6` does; the retired K2 preview models never did. Their default temperature
was 0, which `kimi-k2.6` does not take, so answers vary more.
""",
    bad=Sample(
        "look.py",
        """\
VISION_MODEL = "moonshot-v1-8k-vision-preview"
""",
    ),
    good=Sample(
        "look.py",
        """\
VISION_MODEL = "kimi-k2.6"
""",
    ),
    fix_safety="""\
Always unsafe: the model may still be served, and its default temperature of 0 cannot be kept.
Where the whole request is written out, the fix is the complete migration.
""",
    check=_check,
    needles=NAMES,
)
