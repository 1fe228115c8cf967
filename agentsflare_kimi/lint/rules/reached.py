"""Finds parameters that a model named elsewhere in the file would reject.

`MODEL = os.getenv("MODEL", "kimi-k2.6")` and `create(model=MODEL, temperature=0.3)` are separate
places; so are an option's default and `args.model`, an attribute and `self.model`, two notebook
cells. If a file names only one model and assigns it to a name, a request that takes its model from
this name uses that model, unless something outside the file says otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.edits.layout import merge_edits, remove_entries
from agentsflare_kimi.lint.findings import Fix
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Group, bracket_around, group_at
from agentsflare_kimi.lint.requests.keys import is_model_key, sampling_parameter
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_entries
from agentsflare_kimi.lint.requests.settings import number_ahead
from agentsflare_kimi.lint.rules.base import Problem, Reading, models_named
from agentsflare_kimi.lint.rules.carried import Carriers, has_model
from agentsflare_kimi.lint.rules.named_models import is_one_of, names_given
from agentsflare_kimi.lint.rules.named_numbers import named_number
from agentsflare_kimi.lint.rules.variables import set_in_variables
from agentsflare_kimi.lint.rules.wording import in_one_line
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Document
from agentsflare_kimi.lint.sources.regions import Entry
from agentsflare_kimi.lint.sources.targets import DOTS
from agentsflare_kimi.models.catalog import KimiModel, find_model
from agentsflare_kimi.models.rules import find_rejections

if TYPE_CHECKING:
    from typing import Final

__all__ = ["reached"]

_SETTING: Final = re.compile(
    r"(?:\b|_)(?:(?:set|with)_?)?(?:temperature|top_?p|(?:presence|frequency)_?penalty|n)\b",
    re.IGNORECASE,
)
_BUILDER: Final = lazy(
    r"\.\s*(?:set_?|with_?)?model(?:_?name|_?id)?\s*\(\s*(?P<model>[\w.$()]+?)\s*\)",
    re.IGNORECASE,
)
_MODEL: Final = frozenset({"model", "model_name", "Model"})
_MODEL_SET: Final = lazy(r"(?<![\w.])([A-Za-z_]\w*)\[[\"']model[\"']\]\s*=(?!=)")
_SUBSCRIPT_END: Final = lazy(r"\]\s*=(?!=)")
_MOST: Final = {"temperature": 2, "top_p": 1}
_CARRIED: Final = "carried"
_RISK: Final = "the model may be another one while the program runs"


class _Place(NamedTuple):
    """A parameter, its place and value, and the model expression beside it."""

    model: str
    parameter: str
    value: float
    start: int
    end: int
    group: Group | None = None
    entry: Entry | None = None
    is_named: bool = False


def reached(reading: Reading) -> Iterator[Problem]:
    """Find parameters that the only model in a file rejects.

    Args:
        reading: A program.

    Yields:
        A warning for each parameter, with an unsafe fix if it can be removed.
    """
    document = reading.document
    models = models_named(reading.mentions)
    model = find_model(next(iter(models))) if len(models) == 1 else None
    if model is None or not model.fixed_parameters(thinking=True) or model.id not in models:
        return
    if reading.hosts.may_call_others(document.text):
        return
    language = load(document.language)
    if not isinstance(document, CodeDocument) or language.is_data or language.is_shell:
        for variable in set_in_variables(document, reading.mentions):
            place = _Place("", *variable)
            if _is_rejected(model, place):
                yield _problem(document, model, place)
        return
    judged = {body.main.opener for mention in reading.mentions for body in mention.value.bodies}
    settings = [setting for mention in reading.mentions for setting in mention.value.settings]
    told = {setting.start for setting in settings if setting.value is not COMPUTED}
    names = list(names_given(document, reading.mentions))
    carriers = Carriers(document, reading.mentions)
    for place in _places(document, carriers):
        is_judged = place.group is not None and place.group.opener in judged
        is_meant = (
            is_one_of(document, place.model, names)
            or place.model == _CARRIED
            or model.id in place.model
            or carriers.are_asked_by(place.model)
            or ("(" in place.model and _is_returned(reading, place, model))
        )
        is_open = place.start not in told and (place.is_named or not is_judged)
        if is_open and is_meant and _is_rejected(model, place):
            yield _problem(document, model, place)


def _is_returned(reading: Reading, place: _Place, model: KimiModel) -> bool:
    """Tell whether a function of the same file returns the model of a request."""
    entries = place.group.entries if place.group else ()
    start = next((e.value_start for e in entries if e.key in _MODEL), None)
    elsewhere = reading.asked_elsewhere
    return start is not None and elsewhere is not None and model.id in elsewhere.models_at(start)


def _places(document: CodeDocument, carriers: Carriers) -> Iterator[_Place]:
    for match in _SETTING.finditer(document.text):
        parameter = sampling_parameter(match[0].strip("_"))
        place = (
            _in_group(document, match.start(), parameter)
            or _in_builder(document, match, parameter)
            or _in_subscript(document, match, parameter)
            or _on_carrier(document, carriers, match, parameter)
        )
        if parameter and place:
            yield place


def _in_group(document: CodeDocument, offset: int, parameter: str) -> _Place | None:
    """Read an argument or entry beside a model that is not a literal."""
    source = document.source
    region = source.region_at(offset)
    start = region.start if region else offset
    group = _group_at(document, bracket_around(document.tree, start))
    at = bisect_left(group.entries, start, key=lambda entry: entry.start) if group else 0
    entry = group.entries[at] if group and at < len(group.entries) else None
    if group is None or entry is None or entry.start != start:
        return None
    if entry.value_start == start and source.text[group.opener] != "{":
        # A parameter's name, not its value.
        return None
    model = _model_in(document, group.opener)
    if model is None or sampling_parameter(entry.key) != parameter:
        return None
    written = source.text[model.value_start : model.end]
    number = number_ahead(source.masked, entry.value_start)
    value = number[0] if number else named_number(document.tree, entry.value_start, entry.end)
    if value is None:
        return None
    place = _Place(written, parameter, value, entry.start, entry.end, group, entry)
    return place if number else place._replace(is_named=True)


def _group_at(document: CodeDocument, opener: int | None) -> Group | None:
    """Read the entries of brackets of any kind: PHP and Swift have square ones."""
    entries = read_entries(document.source, opener) if opener is not None else None
    if opener is None or entries is None:
        return None
    return Group(opener, document.source.closers[opener], entries)


@kept_with_first
def _model_in(document: CodeDocument, opener: int) -> Entry | None:
    """Find the entry that names a model in a bracket."""
    group = _group_at(document, opener)
    entries = group.entries if group else ()
    return next((e for e in entries if e.key in _MODEL or is_model_key(e.key)), None)


def _in_builder(document: CodeDocument, match: re.Match[str], parameter: str) -> _Place | None:
    """Read `.temperature(0.3)` in a chain that has `.model(MODEL)`."""
    masked = document.source.masked
    opener = match.end() + len(masked[match.end() :]) - len(masked[match.end() :].lstrip())
    if masked[opener : opener + 1] != "(" or document.source.region_at(match.start()):
        return None
    statement = document.tree.statement_at(match.start())
    model = _model_of_builder(document, statement.start, statement.end)
    number = number_ahead(masked, opener + 1)
    closer = document.source.closers.get(opener, opener)
    value = number[0] if number else named_number(document.tree, opener + 1, closer)
    if not model or value is None:
        return None
    return _Place(model, parameter, value, match.start(), match.end())


@kept_with_first
def _model_of_builder(document: CodeDocument, start: int, end: int) -> str:
    """Return what a statement gives to `.model(...)`."""
    model = _BUILDER.search(document.source.masked, start, end)
    return model["model"] if model else ""


def _in_subscript(document: CodeDocument, match: re.Match[str], parameter: str) -> _Place | None:
    """Read `params["temperature"] = 0.3` beside `params["model"] = ...`."""
    region = document.source.region_at(match.start())
    if region is None or (region.inner_start, region.inner_end) != match.span():
        return None
    sign = _SUBSCRIPT_END.match(document.text, region.end)
    if sign is None or _subscripted(document, region.start) not in _given_a_model(document):
        return None
    number = number_ahead(document.source.masked, sign.end())
    # The model is assigned to the subscript itself.
    return _Place("model", parameter, number[0], *match.span()) if number else None


def _subscripted(document: CodeDocument, offset: int) -> str:
    """Name what has a string as its subscript: `params["temperature"]`; empty for attributes."""
    tree = document.tree
    opener = tree.opener_around(offset)
    if opener < 0 or opener + 1 != offset or tree.source.text[opener] != "[":
        return ""
    tokens = tree.tokens(tree.part_at(opener))
    index = tree.index_of(tokens, opener)
    is_member = index > 1 and tokens[index - 2].text in DOTS
    return tokens[index - 1].text if index and not is_member else ""


@kept_with_first
def _given_a_model(document: CodeDocument) -> frozenset[str]:
    """List the names whose key `model` is set somewhere."""
    return frozenset(match[1] for match in _MODEL_SET.finditer(document.text))


def _on_carrier(
    document: CodeDocument, carriers: Carriers, match: re.Match[str], parameter: str
) -> _Place | None:
    """Read `body["temperature"] = 0.3` where `body` names the model."""
    found = carriers.hold(match)
    if found is None or document.value_at(*match.span()).position in {"comment", "prose"}:
        return None
    source = document.source
    if has_model(source, group_at(source, bracket_around(document.tree, match.start()))):
        return None
    return _Place(_CARRIED, parameter, found.value, found.start, found.end)


def _is_rejected(model: KimiModel, place: _Place) -> bool:
    """Tell whether a value is rejected both with thinking on and with it off."""
    # Outside these bounds, no model takes it: `{"temperature": 21}` is the weather's.
    if place.parameter in _MOST and not 0 <= place.value <= _MOST[place.parameter]:
        return False
    request = {"model": model.id, place.parameter: place.value}
    return all(
        any(rejection.parameter == place.parameter for rejection in find_rejections(body, model))
        for body in (request, request | {"thinking": {"type": "disabled"}})
    )


def _problem(document: Document, model: KimiModel, place: _Place) -> Problem:
    fix = None
    if place.group and place.entry and isinstance(document, CodeDocument):
        edits = remove_entries(document.source, place.group, {place.entry.key})
        fix = Fix(edits=merge_edits(edits), is_safe=False, reason=_RISK)
    return Problem(
        message=in_one_line(
            f"`{model.id}`, the one model that this file names, rejects this {place.parameter}",
            "; send none",
        ),
        start=place.start,
        end=place.end,
        severity="warning",
        fix=fix,
        model=model.id,
    )
