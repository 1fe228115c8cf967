"""Reads a request that is put together in several places before it is sent.

`params = {"model": ...}` and `create(**params, temperature=0.3)`, `create(model=..., **options)`,
`body["temperature"] = 0.3`, `params.update(n=2)`, `create({...base, messages})`: each place is a
group of the same request. One that cannot be read leaves the request incomplete.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.requests.bodies import Body, Form, Group, group_at, names_model
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_literal
from agentsflare_kimi.lint.requests.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agentsflare_kimi.lint.sources.regions import Source
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["read_assembled_body"]


def read_assembled_body(
    tree: Tree, span: tuple[int, int], model: str, places_of: Callable[[str], Sequence[int]]
) -> Body | None:
    """Read a request that is written in several places.

    Args:
        tree: A program.
        span: Start and end of the value of `model`.
        model: The model's name.
        places_of: Lists the places that use a name.

    Returns:
        The request; None unless all of it is in sight.
    """
    reader = Pieces(tree, places_of)
    if not reader.read_from(span[0]) or not reader.forms:
        return None
    groups = list(reader.groups.values())
    main = next((g for g in groups if names_model(tree.source, g, span)), None)
    values: dict[str, object] = {}
    for group in groups:
        values |= {e.key: read_literal(tree.source, e.value_start, e.end) for e in group.entries}
    values.pop("*", None)
    if main is None or "messages" not in values or len(reader.forms) > 1:
        return None
    extra = _extra(tree.source, groups)
    if "extra_body" in values and extra is None:
        return None
    if extra:
        del values["extra_body"]
        values |= {e.key: read_literal(tree.source, e.value_start, e.end) for e in extra.entries}
    values["model"] = model
    if reader.is_open:
        values["*"] = COMPUTED
    form = next(iter(reader.forms))
    return Body(
        source=tree.source,
        language=tree.language.name,
        main=main,
        extra=extra,
        form=_form_of(tree.source, main, form),
        values=values,
        is_complete=True,
        more=tuple(group for group in groups if group is not main),
        carrier=reader.names_of.get(main.opener, ""),
    )


def _form_of(source: Source, main: Group, form: Form) -> Form:
    if main.opener < 0:
        return "assigned" if form == "keywords" else "assigned-object"
    is_dict = form == "keywords" and source.text[main.opener] == "{"
    return "spread" if is_dict else form


def _extra(source: Source, groups: list[Group]) -> Group | None:
    found = [entry for group in groups if (entry := group.find("extra_body"))]
    return group_at(source, found[0].value_start) if len(found) == 1 else None
