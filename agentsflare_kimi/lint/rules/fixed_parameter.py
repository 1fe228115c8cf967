"""AFK101: a parameter that the named model rejects."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.reached import reached
from agentsflare_kimi.lint.rules.rejections import rejected

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    yield from rejected(reading)
    yield from reached(reading)


RULE: Final = Rule(
    code="AFK101",
    name="rejected-parameter",
    severity="error",
    summary="A parameter that the named model rejects.",
    explanation="""\
`kimi-k2.6`, `kimi-k2.5` and `kimi-k2.7-code` pin `temperature`, `top_p`, `n` and the penalties:
any other value is answered with HTTP 400. Which temperature they take depends on `thinking` in
the same call: 1 with it, 0.6 without. Moonshot's advice is to send none of them.

It is found in the request itself, and where it is set beside the name: in a builder, a struct, an
array, a block of settings. Where part of the request is written elsewhere, only values that the
model rejects whether it thinks or not are reported.

Where the model of a request is a name (`model=MODEL`, `args.model`, `self.model`), and the file
names one model and no other, it is a warning: `MODEL = os.getenv("MODEL", "kimi-k2.6")` leads
there. So do a dict that holds the model and gets a temperature later, options that are spread into
the request, arguments of a function that asks the model, settings of a chat API that stand alone
(`new ChatCompletionOptions { Temperature = 0.3f }`), a constant (`temperature=TEMPERATURE`), and
`KIMI_TEMPERATURE` beside `KIMI_MODEL`. A `temperature` above 2 is the weather's.
""",
    bad=Sample(
        "request.json",
        """\
{
  "model": "kimi-k2.6",
  "messages": [{"role": "user", "content": "Hello"}],
  "temperature": 0.7
}
""",
    ),
    good=Sample(
        "request.json",
        """\
{
  "model": "kimi-k2.6",
  "messages": [{"role": "user", "content": "Hello"}]
}
""",
    ),
    fix_safety="""\
Unsafe, and only where the request is written out: the parameter is removed, so what it asked
for is not done (nor was it before: the request was rejected). Where the model is named elsewhere in
the file, it may be another one while the program runs.
""",
    check=_check,
    needles=(
        *("emperature", "op_p", "opP", "enalty", "ogprobs", "ogProbs", '"n"', "'n'"),
        *("EMPERATURE", "TOP_P", "TOPP", "ENALTY"),
        *("n=", "n ", "n\t", "n:", "n(", "N:", "N =", "N="),
    ),
)
