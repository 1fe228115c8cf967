"""Shared by the rules on parameters: requests, and the parameters that their models reject."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import NamedTuple
from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.edits.requests import body_edits, known_request
from agentsflare_kimi.lint.findings import Fix
from agentsflare_kimi.lint.requests.bodies import Body
from agentsflare_kimi.lint.requests.literals import COMPUTED
from agentsflare_kimi.lint.requests.mentions import Mention
from agentsflare_kimi.lint.rules.base import Problem, Reading
from agentsflare_kimi.models.catalog import KimiModel, find_model
from agentsflare_kimi.models.rules import ABSENT, Rejection, find_rejections

__all__ = ["Request", "find_requests", "rejected"]


class Request(NamedTuple):
    """A request that is written out here, for a model that is served.

    Attributes:
        mention: The place that names its model.
        model: Its model.
        values: The fields that the API gets, as far as known.
        body: The request in the source; None if only settings beside the name are known.
    """

    mention: Mention
    model: KimiModel
    values: dict[str, object]
    body: Body | None

    def place_of(self, parameter: str) -> tuple[int, int] | None:
        """Find where a parameter is set."""
        if self.body:
            entry = self.body.entry_of(parameter)
            return entry and (entry.start, entry.end)
        settings = self.mention.value.settings
        return next(((s.start, s.end) for s in settings if s.parameter == parameter), None)


def find_requests(reading: Reading) -> Iterator[Request]:
    """Find requests, complete or not, for models that are served.

    Args:
        reading: A text.

    Yields:
        The requests, except those for retired models, which other rules report.
    """
    for mention in reading.mentions:
        model = find_model(mention.model)
        if not mention.is_request or model is None or model.status == "retired":
            continue
        for body in mention.value.bodies:
            yield Request(mention, model, known_request(body), body)
        if not any(body.is_complete for body in mention.value.bodies):
            known = {s.parameter: s.value for s in mention.value.settings}
            yield Request(mention, model, known | {"model": model.id}, None)


def rejected(reading: Reading, *parameters: str) -> Iterator[Problem]:
    """Find parameters that their models reject.

    Args:
        reading: A text.
        *parameters: The parameters to check; by default all that a model fixes to one value.

    Yields:
        One problem for each rejected parameter.
    """
    told: set[tuple[tuple[int, int], str]] = set()
    for request in find_requests(reading):
        for rejection in _rejections(request):
            wanted = parameters or request.model.fixed_parameters(thinking=True)
            place = request.place_of(rejection.parameter)
            if place and rejection.parameter in wanted and (place, request.model.id) not in told:
                # `"kimi-k2.6" if fast else "kimi-k2.6"` is one request.
                told.add((place, request.model.id))
                yield Problem(
                    message=f"`{request.model.id}` rejects this: {rejection.message}",
                    start=place[0],
                    end=place[1],
                    fix=_fix(request, rejection),
                    model=request.model.id,
                )


def _rejections(request: Request) -> Iterator[Rejection]:
    written = request.body.values if request.body else request.values
    is_complete = request.body is not None and request.body.is_complete
    # Whether it thinks is known only at run time.
    is_complete = is_complete and written.get("thinking") is not COMPUTED
    for rejection in find_rejections(request.values):
        is_known = written.get(rejection.parameter) is not COMPUTED
        if is_known and (is_complete or _in_any_case(request, rejection)):
            yield rejection


def _in_any_case(request: Request, rejection: Rejection) -> bool:
    """Tell whether it is rejected both with thinking on and off, since the rest may set either."""
    thinking = request.body.values.get("thinking") if request.body else None
    if thinking is not None and thinking is not COMPUTED:
        return True
    without = request.values | {"thinking": {"type": "disabled"}}
    return rejection.parameter in {other.parameter for other in find_rejections(without)}


def _fix(request: Request, rejection: Rejection) -> Fix | None:
    if request.body is None or not request.body.is_complete:
        return None
    after = dict(request.values)
    if rejection.repair is ABSENT:
        del after[rejection.parameter]
    else:
        after[rejection.parameter] = rejection.repair
    edits = body_edits(request.body, request.values, after, request.mention)
    if edits is None:
        return None
    return Fix(edits=merge_edits(edits), is_safe=not rejection.loss, reason=rejection.loss)
