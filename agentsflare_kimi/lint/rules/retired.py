"""AFK001: a model that the gateway has retired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import NAMES, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import moving_problem, whole_names
from agentsflare_kimi.models.catalog import KimiModel

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    for mention, model in whole_names(reading):
        if not _is_retired(model, reading.today):
            continue
        when = f"was retired on {model.retired_on}" if model.retired_on else "is retired"
        head = f"`{model.id}` {when}"
        yield moving_problem(reading, mention, model, head, RULE.severity)


def _is_retired(model: KimiModel, today: date) -> bool:
    if model.retired_on:
        return model.retired_on <= today
    return model.status == "retired"


RULE: Final = Rule(
    code="AFK001",
    name="retired-model",
    severity="error",
    summary="A model that the gateway has retired.",
    explanation="""\
The gateway answers a request for a retired model with an error. A bare rename is not enough:
`kimi-k2.6` thinks unless told otherwise, and rejects any `temperature`, `top_p`, `n` or penalty
but its own, which the retired models took.

A request says `thinking` in the words of its SDK: in Python with
`extra_body={"thinking": {"type": "disabled"}}`, in Java and Kotlin with
`.putAdditionalBodyProperty("thinking", JsonValue.from(Map.of("type", "disabled")))`, in Go with
`option.WithJSONSet("thinking", map[string]any{"type": "disabled"})`, in JavaScript, PHP, Ruby and
JSON with a field `thinking`.

Only where the name decides which model is asked is it an error. In catalogues, lists, keys,
comparisons and other hosts' names it is a warning that nothing changes by itself (an entry of a
catalogue is known by what else it says of the model: its price, its type); in comments
and prose it is shown only if the rule is selected by name.
""",
    bad=Sample(
        "ask.py",
        """\
from openai import OpenAI

client = OpenAI()
answer = client.chat.completions.create(
    model="kimi-k2-turbo-preview",
    messages=[{"role": "user", "content": "Hello"}],
    temperature=0.6,
)
""",
    ),
    good=Sample(
        "ask.py",
        """\
from openai import OpenAI

client = OpenAI()
answer = client.chat.completions.create(
    model="kimi-k2.6",
    extra_body={"thinking": {"type": "disabled"}},
    messages=[{"role": "user", "content": "Hello"}],
)
""",
    ),
    fix_safety="""\
Where the whole request is written out, the fix is the complete migration: the new name, `thinking`
as the old model had it, and pinned parameters removed, all in one edit. It is safe unless something
that the request asks for is lost, such as a `temperature` the new model rejects. It is written
for the SDKs of Python, JavaScript, TypeScript, Java, Kotlin, Go, PHP and Ruby, for curl and jq, and
for maps that are sent as JSON in any of these languages, C#, Rust, Swift, Dart and Elixir; where an
SDK cannot send `thinking`, only the new name is offered.
The fix of a constant (`MODEL = "..."`) includes the requests that use it as their `model`; it is
unsafe for models that did not think, because other files may use the constant, too.
So does the fix of a default (`os.getenv("MODEL", "...")`, `||`, `:-`), an option, a parameter, an
attribute, a member of an enum or an entry of a dict. It is always unsafe, because the model may be
another one while the program runs. A request that is built in several places
(`params["model"] = ...`, `**params`, `{ ...base }`, `Object.assign`, a struct, a map or a builder
in a variable, two cells of a notebook) is changed in all of them. The reason names each request
that could not be followed, with its line.
A request must be shown to be sent: the calls, builders and variables that hold it are followed
outwards, and each of them is known to send it or to hand it on as it is. A variable that anything
else uses (`mutate(body)`), a call that is not known or that the program defines itself, an unknown
key beside or around a setting: each of these makes the fix unsafe.
Where only the name is there, the fix is safe for models that always thought, and unsafe for the
others, because the new model thinks. It is unsafe in tests, samples and generated files, and where
the same file uses the old name in another way (as a key, in a comparison or a list, in the name of
a file or a span), because a fix leaves that as it is. Also in programs that ask the successor as
well, look for a part of a model's name, handle the error that a retired model gives, or set up a
double. Unless the whole call stands in one place, it is also unsafe where the same file sets a
parameter that the successor pins.
""",
    check=_check,
    needles=NAMES,
)
