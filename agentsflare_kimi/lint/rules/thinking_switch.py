"""AFK104: thinking switched off on a model that always thinks."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import IDENTIFIERS, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.rejections import find_requests, rejected
from agentsflare_kimi.models.catalog import KimiModel
from agentsflare_kimi.models.rules import thinking_type

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    yield from rejected(reading, "thinking")
    for request in find_requests(reading):
        place = request.place_of("thinking")
        if place and _is_doubtful(request.model) and thinking_type(request.values) == "disabled":
            yield Problem(
                message=f"`{request.model.id}` always thinks according to its documentation, "
                "and may ignore this",
                start=place[0],
                end=place[1],
                severity="info",
                model=request.model.id,
            )


def _is_doubtful(model: KimiModel) -> bool:
    """Tell whether a model is documented to think always, but does not reject the switch."""
    thinks = model.thinking == "always" and bool(model.fixed_while_thinking)
    return thinks and not model.rejects_disabled_thinking


RULE: Final = Rule(
    code="AFK104",
    name="thinking-disabled",
    severity="error",
    summary="Thinking switched off on a model that always thinks.",
    explanation="""\
`kimi-k2.7-code` thinks whatever is asked; `thinking: {"type": "disabled"}` is answered with
HTTP 400. The documentation says the same of `kimi-k3`, but it was seen to honour the switch, so
there it is only information. Of the living models only `kimi-k2.6` and `kimi-k2.5` have the switch.
""",
    bad=Sample(
        "code.py",
        """\
client.chat.completions.create(
    model="kimi-k2.7-code",
    messages=messages,
    extra_body={"thinking": {"type": "disabled"}},
)
""",
    ),
    good=Sample(
        "code.py",
        """\
client.chat.completions.create(
    model="kimi-k2.6",
    messages=messages,
    extra_body={"thinking": {"type": "disabled"}},
)
""",
    ),
    fix_safety="""\
Unsafe: without the field the model thinks, which costs time and tokens. Taking `kimi-k2.6`
instead may be what is wanted.
""",
    check=_check,
    needles=("disabled",),
    about=IDENTIFIERS,
)
