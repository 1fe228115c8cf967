"""Shows that a request is sent, because everything that holds it is known to send it.

A call, builder or variable that is not known to send it, or to pass it on unchanged, is a doubt.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal
from agentsflare_kimi.lint.evidence.callees import COMPARES
from agentsflare_kimi.lint.evidence.calling import (
    asks,
    builds_client,
    encodes,
    hands_on,
    marks_a_name,
    may_follow,
    may_use_client,
    posts,
    pretends,
)
from agentsflare_kimi.lint.evidence.chains import Operand, chain_before, operand_around
from agentsflare_kimi.lint.evidence.in_brackets import BEFORE, BODY_KEYS, InBrackets
from agentsflare_kimi.lint.evidence.posting import (
    is_body_of_request,
    is_posted,
    is_posted_in_block,
)
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.patterns import Rare
from agentsflare_kimi.lint.sources.targets import name_before
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.requests.bodies import Body
    from agentsflare_kimi.lint.sources.tree import Token, Tree

__all__ = ["Sending"]

Role = Literal["sent", "typed", "marks", "hands on", "unknown"]

# A function's or class's name where it is defined or replaced; every package of Go has a `New`.
_DEFINED: Final = Rare(
    "def fn fun sub class struct",
    r"\b(?:defp?|function|func?|fn|sub|class|struct)\s+(?:\([^()]*\)\s*)?(?!New\b)(\w+)",
)
_REPLACED: Final = Rare("=", r"\.(?!New\b)(\w++)[ \t]*=(?![=>~])")
_DEEPEST: Final = 4
_FIELDS: Final = SHOWING["request-fields"].words - {"model", "thinking", "extrabody"}
_SIGNS: Final = frozenset({"=", ":=", "<-"})
_CONTROLS: Final = frozenset({"for", "if", "while", "assert", "return", "with", "switch", "match"})
_DECLARES: Final = frozenset(
    {"const", "let", "var", "val", "final", "mut", "my", "local", "auto", "def"}
)


class Sending:
    """The requests of a text that are shown to be sent."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._names: dict[str, bool] = {}
        self._defined: set[str] | None = None

    def shows_all(self, uses: Sequence[Body], places: Sequence[int]) -> bool:
        """Tell whether requests are sent, and nothing else uses the name of their model."""
        models = [body.main.find("model") for body in uses]
        is_all = len(places) == len(uses) + 1
        return is_all and all(entry and self.shows(entry.value_start) for entry in models)

    def shows(self, offset: int) -> bool:
        """Tell whether the request around *offset* is sent as it is written.

        Args:
            offset: Where the model's name begins, or a request's bracket.

        Returns:
            Whether everything that holds the request sends it or passes it on.
        """
        return self._is_sent(offset, is_inside=self._tree.source.text[offset] not in "([{")

    def sends_text(self, offset: int) -> bool:
        """Tell whether the string at *offset*, which is a whole request, is sent as it is."""
        return self._is_sent(offset, is_inside=False)

    def _is_sent(self, offset: int, *, is_inside: bool, depth: int = 0) -> bool:
        """Go outwards from a name, a bracket or a variable.

        Args:
            offset: Where it begins.
            is_inside: Whether the next bracket may be one that only marks the model's name.
            depth: How many variables were followed.
        """
        tree = self._tree
        is_builder = is_typed = False
        while True:
            part = tree.part_at(offset)
            tokens = tree.tokens(part)
            operand = operand_around(tokens, tree.index_of(tokens, offset))
            if not (is_builder or may_follow(operand.after)) or _is_compared(tokens, operand):
                return False
            if part.opener < 0 or not tree.is_list(part.opener):
                return self._is_variable_sent(tokens, operand, depth, is_typed=is_typed)
            place = InBrackets(tree, part, tokens, operand, is_inside, depth)
            role = self._role(place)
            if role in {"sent", "unknown"}:
                return role == "sent" and self._is_only_asked(part.opener, place.names)
            if role == "typed":
                is_builder, is_inside, is_typed = len(place.names) > 1, False, True
            else:
                is_typed = is_typed or (role == "marks" and is_inside and bool(place.names))
                is_inside = is_inside and role == "marks"
            offset = part.opener

    def _is_only_asked(self, opener: int, names: tuple[str, ...]) -> bool:
        """Tell whether a client, if a call builds one, is neither compared nor used otherwise."""
        if not builds_client(names):
            return True
        tokens = self._tree.tokens(self._tree.part_at(opener))
        operand = operand_around(tokens, self._tree.index_of(tokens, opener))
        return not _is_compared(tokens, operand) and may_use_client(operand.after)

    def _role(self, place: InBrackets) -> Role:  # noqa: PLR0911  # one case after the other
        """Tell what the brackets around an expression do with it."""
        tree, names, key = self._tree, place.names, place.key
        if key is None or place.is_definition:
            return "unknown"
        if not names:
            is_group = tree.source.text[place.part.opener] == "("
            handed = "marks" if is_group else "hands on"
            return handed if place.is_handed_on(key) else "unknown"
        is_body = place.is_inside or not key or key.lower() in BODY_KEYS
        if place.is_inside and not key and marks_a_name(names):
            return "marks"
        is_literal = tree.source.text[place.part.opener] == "{"
        is_handed_on = is_literal and hands_on(names)
        if not is_handed_on and asks(names, has_capitals=tree.language.has_capital_methods):
            is_known = not self._is_pretended(place.part.opener) and not self._is_own(names)
            return "sent" if is_body and is_known else "unknown"
        if posts(names) and not is_literal:
            is_sent = is_body and not place.is_inside
            return "sent" if is_sent and is_posted(tree, names, place.part.opener) else "unknown"
        if not place.is_inside and is_posted_in_block(tree, names, place.part.opener):
            return "sent"
        if hands_on(names):
            return "typed"
        if encodes(names) or (is_literal and (names == ("any",) or place.is_request)):
            # Go's `map[string]any{...}` ends in its type.
            return "hands on" if key else "marks"
        return "unknown"

    def _is_own(self, names: tuple[str, ...]) -> bool:
        """Tell whether the program itself defines what is called, which may do anything."""
        if self._defined is None:
            self._defined = {
                match[1]
                for pattern in (_DEFINED, _REPLACED)
                for match in pattern.matches(self._tree.source.masked)
            }
        return names[-1].removesuffix("()") in self._defined

    def _is_pretended(self, opener: int) -> bool:
        """Tell whether a call is in another that sets up or checks expected calls."""
        tree = self._tree
        while True:
            part = tree.part_at(opener)
            tokens = tree.tokens(part)
            first = operand_around(tokens, tree.index_of(tokens, opener)).first
            after = tokens[min(tree.index_of(tokens, opener) + 1, len(tokens) - 1)].text
            if after == tree.language.expects or (first and tokens[first - 1].text == "assert"):
                return True
            if part.opener < 0:
                return False
            outer = tree.tokens(tree.part_at(part.opener))
            index = tree.index_of(outer, part.opener)
            if not tree.is_list(part.opener):
                heads = [token.text for token in outer[:index] if is_word(token.text)]
                # Kotlin's `when` chooses a branch.
                return any(head != "when" and pretends(head) for head in heads)
            if any(map(pretends, chain_before(outer, index))):
                return True
            opener = part.opener

    def _is_variable_sent(
        self, tokens: Sequence[Token], operand: Operand, depth: int, *, is_typed: bool
    ) -> bool:
        """Tell whether the variable that an expression is assigned to is only sent."""
        place = operand.first - 1
        while place >= 0 and tokens[place].text in BEFORE:
            place -= 1
        if is_typed and depth == 0 and place == 0 and tokens[0].text == "return":
            return True
        if place < 1 or tokens[place].text not in _SIGNS or depth >= _DEEPEST:
            return False
        words = [token.text for token in tokens[:place] if token.text not in _DECLARES]
        if is_body_of_request(self._tree, words):
            return True
        if words[:2] == ["<", "?"]:
            # `<?php` before the first statement.
            words = words[3:]
        if words[1:2] == [":"]:
            # `let body: [String: Any] = ...`
            words = words[:1]
        if not words or not is_word(words[0]) or "." in words or "[" in words:
            return False
        is_first = "," in words or len(words) == 1
        name = words[0] if is_first else name_before(self._tree, tokens, place)
        if name not in self._names:
            # Not sent, as long as it is being followed.
            self._names[name] = False
            self._names[name] = self._are_sent(name, depth + 1, is_typed=is_typed)
        return self._names[name]

    def _are_sent(self, name: str, depth: int, *, is_typed: bool) -> bool:
        """Tell whether every use of a variable sends its content unchanged.

        A request of an SDK's own type may also be unused, as in an excerpt of a program.
        """
        from agentsflare_kimi.lint.requests.bindings import bindings_of  # noqa: PLC0415  # few need it

        tree = self._tree
        count = 0
        for place in bindings_of(tree).places_of(name):
            tokens = tree.tokens(tree.part_at(place))
            index = tree.index_of(tokens, place)
            if tokens[index].start != place:
                return False
            if _is_target(tokens, index) and not _is_entry(tree, place):
                continue
            following = [token.text for token in tokens[index + 1 : index + 3]]
            if following[:1] == ["."] and following[-1].lower() in _FIELDS:
                # A field that does not depend on the model: `request.Messages = append(...)`.
                continue
            if following[:1] == ["["]:
                if not self._sets_field(tokens, index):
                    return False
            elif self._is_sent(place, is_inside=False, depth=depth):
                count += 1
            else:
                return False
        return count > 0 or is_typed

    def _sets_field(self, tokens: Sequence[Token], index: int) -> bool:
        """Tell whether `body["stream"] = True` sets a field that does not depend on the model."""
        if index + 2 >= len(tokens) or tokens[index + 2].text != "=":
            return False
        region = self._tree.source.region_from(tokens[index + 1].start + 1)
        if region is None:
            return False
        key = self._tree.source.text[region.inner_start : region.inner_end]
        return key.replace("_", "") in _FIELDS


def _is_target(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a name is assigned to: `body = `, `body: dict = `, `body, error := `."""
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    is_first = tokens[0].text not in _CONTROLS
    rest = (token.text for token in tokens[index + 1 :])
    return following in _SIGNS or (
        following in {":", ","} and is_first and not _SIGNS.isdisjoint(rest)
    )


def _is_entry(tree: Tree, place: int) -> bool:
    """Tell whether a name is an argument or entry rather than the target of an assignment."""
    opener = tree.opener_around(place)
    return opener >= 0 and tree.is_list(opener)


def _is_compared(tokens: Sequence[Token], operand: Operand) -> bool:
    """Tell whether an operator compares an expression with another."""
    before = tokens[operand.first - 1].text if operand.first else ""
    after = tokens[operand.last + 1].text if operand.last + 1 < len(tokens) else ""
    return before in COMPARES or after in COMPARES
