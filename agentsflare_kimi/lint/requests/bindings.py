"""Finds requests whose model is a variable: `MODEL = "..."`, and `model=MODEL` further down."""

from __future__ import annotations

from bisect import bisect_right

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body, callee_of, read_body
from agentsflare_kimi.lint.sources.regions import STRING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.regions import Region
    from agentsflare_kimi.lint.sources.tree import Part, Token, Tree

__all__ = ["Bindings", "bindings_of"]

_WORD: Final = lazy(r"(?:(?<![\w.$])|(?<=\.\.\.))[A-Za-z_$][\w$]*")
# Other ways to bind a name: loops, imports, functions.
_BINDS: Final = frozenset(
    "for as import global nonlocal lambda catch function class def del fn func fun except".split()  # noqa: SIM905  # words read best as words
)
_SETS: Final = frozenset({"=", ":=", "||=", "??=", "?="})
_MODEL: Final = frozenset({"model", "model_name", "modelName", "Model"})
_KEY_AND_SIGN: Final = 2


class Bindings:
    """The string that each variable of a text is bound to, and the requests that use it."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*; it is searched once, on first use."""
        self._tree = tree
        self._places: dict[str, list[int]] | None = None
        self._signs: dict[tuple[int, int], list[int]] = {}
        self._known: dict[str, tuple[int, Sequence[tuple[int, int]]]] = {}

    def uses_of(self, region: Region, name: str) -> Sequence[Body]:
        """Find the requests whose model is a variable.

        Args:
            region: The string that the variable is bound to.
            name: The variable's name.

        Returns:
            The requests, as far as they are literal; none if the variable may hold something
            else.
        """
        if name not in self._known:
            self._known[name] = self._read(name)
        string, spans = self._known[name]
        if string != region.start:
            return ()
        model = self._tree.source.text[region.inner_start : region.inner_end]
        bodies = (read_body(self._tree, span, model) for span in spans)
        return tuple(body for body in bodies if body)

    def is_given_often(self, name: str) -> bool:
        """Tell whether a name is bound in more than one place."""
        return sum(self._given(place) is not None for place in self.places_of(name)) > 1

    def places_of(self, name: str) -> Sequence[int]:
        """List the places in the code that use a name, except as an attribute."""
        if self._places is None:
            self._places = {}
            for match in _WORD.finditer(self._tree.source.masked):
                self._places.setdefault(match[0], []).append(match.start())
        return self._places.get(name, ())

    def _read(self, name: str) -> tuple[int, Sequence[tuple[int, int]]]:
        """Return the start of the only string bound to a name, else -1, and its uses as a model."""
        strings: list[int] = []
        spans: list[tuple[int, int]] = []
        for place in self.places_of(name):
            given = self._given(place)
            if given is not None:
                strings.append(given)
            elif self._is_model(place):
                spans.append((place, place + len(name)))
        return (strings[0] if len(strings) == 1 else -1), spans

    def _given(self, place: int) -> int | None:  # noqa: PLR0911  # one case after the other
        """Return where the string bound to a name here starts; -1 for other values, else None."""
        tree = self._tree
        part = tree.part_at(place)
        tokens = tree.tokens(part)
        index = tree.index_of(tokens, place)
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if any(token.text in _BINDS for token in tokens[max(0, index - 2) : index]):
            return -1
        sign = tree.source.text[part.opener] if part.opener >= 0 else ""
        if sign == "(":
            return -1 if self._is_parameter(part.opener) or following == ":=" else None
        if sign == "[":
            return None
        if following in {"in", "of", "=>"}:
            return -1
        if sign == "{" and tree.is_list(part.opener):
            is_given = following == "=" or self._is_taken_apart(part.opener)
            return -1 if is_given else None
        if following in {",", ":"}:
            at = self._sign_after(part, index)
            if following == "," and at:
                return -1
        else:
            at = index + 1 if following in _SETS else 0
        if not at:
            is_augmented = following in {"+", "-", "|"} and tokens[index + 2 : index + 3]
            return -1 if is_augmented and tokens[index + 2].text == "=" else None
        return self._string(tokens[at + 1 :])

    def _sign_after(self, part: Part, index: int) -> int:
        """Return the index of the next sign of assignment in a part; 0 for none."""
        key = part.start, part.end
        if key not in self._signs:
            tokens = self._tree.tokens(part)
            self._signs[key] = [at for at, token in enumerate(tokens) if token.text in _SETS]
        signs = self._signs[key]
        place = bisect_right(signs, index)
        return signs[place] if place < len(signs) else 0

    def _string(self, tokens: Sequence[Token]) -> int:
        texts = [token.text for token in tokens]
        if texts[:1] == ["("] and len(texts) == 1:
            inside = self._tree.parts_of(tokens[0].start)
            return self._string(self._tree.tokens(inside[0])) if len(inside) == 1 else -1
        is_plain = texts[:1] == [STRING] and texts[1:] in ([], ["as", "const"])
        return tokens[0].start if is_plain else -1

    def _is_model(self, place: int) -> bool:
        tree = self._tree
        part = tree.part_at(place)
        tokens = tree.tokens(part)
        index = tree.index_of(tokens, place)
        if index == 0 and len(tokens) == 1:
            is_short = part.opener >= 0 and tree.source.text[part.opener] == "{"
            return is_short and tokens[0].text == "model"
        if index < _KEY_AND_SIGN or tokens[index - 1].text not in {"=", ":", "=>"}:
            return False
        key = tokens[index - 2]
        name = tree.source.text[key.start : key.end].strip("\"'`")
        return name in _MODEL and index == len(tokens) - 1

    def _is_parameter(self, opener: int) -> bool:
        tree = self._tree
        outer = tree.tokens(tree.part_at(opener))
        index = tree.index_of(outer, opener)
        heads = {token.text for token in outer[max(0, index - 2) : index]}
        follows = outer[index + 1].text if index + 1 < len(outer) else ""
        is_condition = callee_of(tree, opener) in {"", "if", "while", "switch"} and heads & {
            "if", "while", "switch",
        }  # fmt: skip
        later = {token.text for token in outer[index + 1 :]}
        is_typed = follows == ":" and bool(later & {"=>", "{"})
        return bool(heads & _BINDS) or ((follows in {"=>", "{"} or is_typed) and not is_condition)

    def _is_taken_apart(self, opener: int) -> bool:
        tree = self._tree
        outer = tree.tokens(tree.part_at(opener))
        index = tree.index_of(outer, opener)
        around = tree.opener_around(opener)
        is_parameter = (
            around >= 0 and tree.source.text[around] == "(" and self._is_parameter(around)
        )
        return is_parameter or (index + 1 < len(outer) and outer[index + 1].text == "=")


@kept_with_first
def bindings_of(tree: Tree) -> Bindings:
    """Return the bindings of a text, which several judges of it share."""
    return Bindings(tree)
