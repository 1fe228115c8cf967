"""Finds a string's role, step by step outwards: assigned to a name, an argument, an item, a key."""

from __future__ import annotations

from bisect import bisect_right

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.steps import Kind, Step
from agentsflare_kimi.lint.sources.targets import (
    DOTS,
    KEYWORDS,
    callee_at,
    content_at,
    is_definition,
    is_looped_over,
    name_before,
    name_of_head,
    tag_around,
    target_of,
    words_before,
)
from agentsflare_kimi.lint.sources.tree import Part, Token, Tree, is_word
from agentsflare_kimi.lint.sources.types import clause_at, commas_of, is_ternary, is_type, marks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
__all__ = ["steps_from"]

_CHOOSES = frozenset({"||", "??", "or", "?:", "else", "?", "|", "//"})
_COMPARES = frozenset(
    {"==", "!=", "===", "!==", "=~", "<>", "is", "in", "not", "case", "when", "eq", "ne", "and"}
    | {"like", "ilike", "LIKE", "IN", "isnt", "~=", "/=", "&&", "of"}
)
_COMPARED = frozenset({"==", "!=", "===", "!==", "in", "not", "->", "<>", "=~", "eq", "ne"})
_ASSIGNS = frozenset({"=", ":=", "?=", "||=", "??=", "<-", "<<-", "//="})
_DEFINED = 2
_TYPE_NAMES = frozenset({"Literal", "Annotated", "Enum", "Extract", "Exclude", "Record"})


def steps_from(tree: Tree, offset: int) -> Iterator[Step]:
    """Step outwards from a string.

    Args:
        tree: The text.
        offset: Where the string begins.

    Yields:
        The steps, from the innermost to the outermost bracket.
    """
    while True:
        part = tree.part_at(offset)
        tokens = tree.tokens(part)
        index = tree.index_of(tokens, offset)
        role = _role(tree, part, tokens, index)
        opener = part.opener
        if role and role.kind not in {"pair", "assigned"}:
            yield role
            if role.kind not in {"returned", "argument"}:
                return
            role = None
        if opener < 0:
            if role:
                yield role
            return
        yield from _around(tree, part, role)
        offset = opener


def _around(tree: Tree, part: Part, role: Step | None) -> Iterator[Step]:  # noqa: C901, PLR0912  # one case after the other
    """Find the roles that the brackets around *part* give to its content."""
    opener = part.opener
    outer = tree.part_at(opener)
    tokens = tree.tokens(outer)
    index = tree.index_of(tokens, opener)
    sign = tree.source.text[opener]
    name = role.name if role else ""
    is_default = bool(role and role.is_default)
    callee = callee_at(tokens, index)
    rest = Step("item", nth=part.nth, opener=opener, is_default=is_default, part=part)
    if tree.language.in_lists and not role and tree.tokens(part)[0].text in _LISP_CHOICES:
        return  # What it is assigned to stands further out.
    before = tokens[index - 1] if index else None
    if sign == "(":
        if before and before.text == "new" and tokens[0].text[:1].isupper():
            # A `new(...)` without a type, in C#: the declared type is the callee.
            callee = tokens[0].text
        if not callee:
            # Parentheses around a single item only group.
            is_list = len(tree.parts_of(opener)) > 1
            if role:
                yield role
            elif is_list:
                yield rest._replace(kind="item")
            return
        yield rest._replace(
            kind="parameter" if is_definition(tokens, index) else "argument",
            name=name,
            callee=callee,
        )
    elif sign == "[":
        touches = before and before.end == opener and (is_word(before.text) or before.text in "([")
        if touches and before and before.text not in KEYWORDS and not role:
            is_type = before.text in _TYPE_NAMES
            yield rest._replace(
                kind="type" if is_type else "subscript", name="", callee=before.text
            )
        elif role:
            yield role
        else:
            yield rest._replace(kind="item", callee=callee if before and before.text == "!" else "")
    elif before and before.text == "(" and index > 1 and callee_at(tokens, index - 1) and not role:
        # Ruby's `fetch("NAME") { "..." }`: the block counts as one more argument.
        inner = rest._replace(opener=before.start, nth=len(tree.parts_of(before.start)))
        if not is_definition(tokens, index - 1) or tree.language.blocks_are_arguments:
            yield inner._replace(kind="argument", name="", callee=callee_at(tokens, index - 1))
        yield _block(tree, tokens, index, rest)
    elif not tree.is_list(opener):
        if role:
            yield role
        is_braced_value = before is not None and before.text == "="
        if not is_braced_value:
            yield _block(tree, tokens, index, rest)
    elif callee and before and before.text not in {"=", ":", "=>", ","}:
        yield rest._replace(kind="made", name=name, callee=callee)
    elif role:
        yield role
        yield rest._replace(kind="object", name=name)
    else:
        yield rest._replace(kind="item")


def _block(tree: Tree, tokens: Sequence[Token], index: int, rest: Step) -> Step:
    head = " ".join(words_before(tree, tokens, index))
    return rest._replace(kind="block", name=name_of_head(tokens, index), callee=head)


def _role(tree: Tree, part: Part, tokens: Sequence[Token], index: int) -> Step | None:  # noqa: PLR0911  # one case after the other
    """Tell a token's role from the signs in its own part."""
    last = tokens[index - 1].text if index else ""
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if _is_glued(tree, tokens, index, last, following):
        return Step("glued", opener=part.opener)
    if tree.language.in_lists:
        return _lisp_role(part, tokens, index)
    # `Map.of(...)` is a method.
    is_operator = last in _COMPARES and not (index > 1 and tokens[index - 2].text in DOTS)
    if (is_operator and not is_looped_over(tokens, index)) or following in _COMPARED:
        is_sql_list = last.lower() == "in" and tokens[index].text != STRING
        return Step("compared", opener=part.opener, name="in" if is_sql_list else "")
    if following in {".", "?.", "&."} and index + 2 < len(tokens) and index + 3 < len(tokens):
        # The method's name decides: `"...".equals(model)` compares, `"...".into()` does not.
        method = tokens[index + 2].text
        if tokens[index + 3].text == "(" and method not in _CONVERSIONS:
            return Step("compared", callee=method, opener=part.opener)
    is_first = index == 0 or last in {",", "{"}
    if is_first and following in {":", "=>"}:
        return Step("key", opener=part.opener)
    if is_first and following == "=" and (tree.language.is_data or tree.language.pairs_with_equals):
        return Step("key", opener=part.opener)
    if tree.language.has_types and is_type(tree, part, tokens, index):
        return Step("type", opener=part.opener)
    return _bound(tree, part, tokens, index)


_CONVERSIONS = frozenset(
    "into to_string to_owned as_str to_str clone toString trim strip String to_s to_sym freeze "  # noqa: SIM905  # words read best as words
    "encode as_ref unwrap valueOf intern let also apply default optional describe to_lowercase "
    "toLowerCase lower".split()
)


def _is_glued(tree: Tree, tokens: Sequence[Token], index: int, last: str, following: str) -> bool:
    glues = tree.language.glues.split()
    if tokens[index].text != STRING:
        return False
    if following in glues or (last == "=" and index > 1 and tokens[index - 2].text in glues):
        return True
    if last in glues and last != "%":
        # A key written out in the string before: `"chat.model=" + "name"`.
        before = tokens[max(0, index - 2)]
        return before.text != STRING or content_at(tree, before.start)[-1:] != "="
    return tree.language.touching and STRING in {last, following}


def _bound(tree: Tree, part: Part, tokens: Sequence[Token], index: int) -> Step | None:  # noqa: PLR0911  # one case after the other
    """Find what the token is assigned to within its part."""
    marks = marks_of(tree, part)
    is_default = index > 0 and tokens[index - 1].text in _CHOOSES
    at = bisect_right(marks, index - 1) - 1
    while at >= 0:
        place = marks[at]
        sign = tokens[place].text
        rest = Step("item", opener=part.opener, part=part)
        if sign == ",":
            return _among_several(tree, part, tokens, index)
        is_choice = sign in {":", "->"} and is_ternary(tokens, marks, at)
        is_default = is_default or is_choice
        is_function = sign in {":", "=>", "->"} and _is_function(tree, tokens, place)
        is_word_only = sign == "to" and not (place and tokens[place - 1].text == STRING)
        if sign == tree.language.default_sign:
            return rest._replace(kind="pair", name=name_before(tree, tokens, place))
        if sign == "?" or is_choice or is_function or is_word_only:
            at -= 1
            continue
        if tree.language.clauses and sign in {"=", ":="}:
            name = target_of(tree, tokens, place)
            clause = clause_at(tree, part, place)
            return rest._replace(kind=clause, name=name, is_default=is_default)
        if tree.language.has_elements and (tag := tag_around(tokens, place)):
            return rest._replace(kind="attribute", name=target_of(tree, tokens, place), callee=tag)
        is_after_comma = sign in {"=", ":="} and at > 0 and tokens[marks[at - 1]].text == ","
        if is_after_comma and not any(token.text == "lambda" for token in tokens[:place]):
            return _among_several(tree, part, tokens, index)
        kind: Kind = "assigned" if sign in _ASSIGNS else "pair"
        name_of = target_of if kind == "assigned" else name_before
        name = name_of(tree, tokens, place)
        return rest._replace(kind=kind, name=name, is_default=is_default)
    return _unbound(tree, part, tokens, index, is_default=is_default)


def _unbound(  # noqa: PLR0911  # one case after the other
    tree: Tree, part: Part, tokens: Sequence[Token], index: int, *, is_default: bool
) -> Step | None:
    texts = [token.text for token in tokens[:index]]
    rest = Step("item", opener=part.opener, is_default=is_default, part=part)
    if tree.language.clauses and any(text.lower() == "default" for text in texts[-1:]):
        column = next(filter(is_model_key, reversed(texts)), texts[0])
        return Step("assigned", column, is_default=True, opener=part.opener, part=part)
    if texts[:2] == ["#", "define"] and len(texts) > _DEFINED:
        return rest._replace(kind="assigned", name=texts[_DEFINED])
    if texts[:1] == ["return"]:
        return rest._replace(kind="returned")
    if len(texts) > 1 and texts[-2] == "-" and is_word(texts[-1]):
        return rest._replace(kind="argument", name=texts[-1], callee=texts[0])
    if (
        tree.language.without_brackets
        and texts
        and is_word(texts[-1])
        and texts[-1] not in KEYWORDS
    ):
        return rest._replace(
            kind="argument", name="", callee=".".join(t for t in texts if is_word(t))
        )
    if not texts and not tree.is_list(part.opener):
        return rest._replace(kind="returned")
    return None


_LISP_CHOICES = frozenset({"or", "if", "if-let", "if-some", "cond", "quote", "some->"})
_LISP_COMPARES = frozenset(
    "= not= == equal equal? eq eq? eql equalp string= string-equal string-prefix-p case condp "  # noqa: SIM905  # words read best as words
    "pcase cl-case ecase member memq assoc assoc-string".split()
)


def _lisp_role(part: Part, tokens: Sequence[Token], index: int) -> Step | None:
    last = tokens[index - 1].text if index else ""
    # `(assoc "key" list)` looks up, `(assoc map :key "value")` sets.
    if index and tokens[0].text in _LISP_COMPARES and (index == 1 or tokens[0].text != "assoc"):
        return Step("compared")
    # `*model*` is a global variable in Common Lisp.
    last = last.lstrip(":-").strip("*+")
    if not is_word(last):
        return None
    step = Step("pair", last, opener=part.opener, part=part)
    return step if index > 1 else Step("argument", "", last, opener=part.opener)


def _is_function(tree: Tree, tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a function's result follows the sign at *place*: `(x) => `, `lambda: `."""
    sign = tokens[place].text
    if sign == ":":
        return any(token.text == "lambda" for token in tokens[:place])
    before = tokens[place - 1].text if place else ""
    if sign == "->" or not tree.language.has_arrow_functions:
        return False
    return before == "(" or (is_word(before) and any(t.text == "=" for t in tokens[:place]))


def _among_several(tree: Tree, part: Part, tokens: Sequence[Token], index: int) -> Step | None:
    """Find the target in `a, model = 1, "..."`, or the command that the token is an argument of."""
    sign, commas = commas_of(tree, part)
    targets = bisect_right(commas, sign)
    values = bisect_right(commas, index) - targets
    if 0 < sign < index and targets and values <= targets:
        name = name_before(tree, tokens, [*commas[:targets], sign][values])
        return Step("assigned", name, opener=part.opener, part=part)
    if tree.language.without_brackets and is_word(tokens[0].text):
        return Step("argument", "", tokens[0].text, nth=1, opener=part.opener, part=part)
    return Step("item", nth=1, opener=part.opener, part=part)
