"""Judges the values in files of settings by the keys around and beside them."""

from __future__ import annotations

from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.beside import Beside, squeeze
from agentsflare_kimi.lint.evidence.callees import falls_back
from agentsflare_kimi.lint.evidence.commands import is_read, is_spoken
from agentsflare_kimi.lint.evidence.scalars import Scalar, is_flag, judge_scalar, wording
from agentsflare_kimi.lint.evidence.table import shown
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.requests.settings import Setting, setting_of
from agentsflare_kimi.lint.sources.documents import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Final

    from agentsflare_kimi.lint.evidence.scalars import Wording
    from agentsflare_kimi.lint.languages.base import Language
    from agentsflare_kimi.lint.sources.nodes import Node

__all__ = ["Values"]

# `MODEL = $(or $(KIMI_MODEL),name)`
_OR: Final = lazy(r"\bor[ \t]+[^\s,]+,[ \t]*\Z")
_QUOTES: Final = frozenset("\"'`")
# Keys beside a `value` that tell what the value is for.
_SPEAKERS: Final = frozenset({"name", "key", "env", "variable", "id", "option"})


class Values:
    """The values of a file; their surroundings are looked up once per mapping."""

    def __init__(
        self,
        text: str,
        nodes: Sequence[Node],
        language: Language,
        bare: Callable[[int, int], tuple[int, int]],
        *,
        is_flat: bool,
    ) -> None:
        """Keep what has been read.

        Args:
            text: The file.
            nodes: Its nodes.
            language: Its language.
            bare: Strips blanks and quotes from a value.
            is_flat: Whether each line is a setting by itself.
        """
        self.text = text
        self._nodes = nodes
        self._language = language
        self._bare = bare
        self._is_flat = is_flat
        self._known_settings: dict[int, Sequence[Setting]] = {}
        self._known_keys: dict[int, tuple[Beside, Sequence[str]]] = {}
        self._counted: dict[int, int] = {}

    def whole(self, index: int, start: int, end: int) -> Value:
        """Classify a value that is a model's name and nothing else."""
        node = self._nodes[index]
        name = self.text[start:end]
        flag = self._item_before(index)
        if flag and is_flag(flag):
            return Value(name, start, end, "request", flag)
        position, key, evidence = judge_scalar(self._scalar_at(index))
        if position == "request" and self._is_catalogue(node, evidence):
            position, evidence = "value", (*evidence, "catalogue")
        if not self._is_plain(node, start):
            left = [found for found in evidence if found != "setting"]
            evidence = tuple(shown(left, is_shown=False))
        settings = self._settings(node.parent) if position == "request" else ()
        return Value(name, start, end, position, key, settings=settings, evidence=evidence)

    def _is_plain(self, node: Node, start: int) -> bool:
        """Tell whether a setting stands for itself: no tag changes it, and no script reads it."""
        # `model: !env name`
        marks = self.text[node.key_start + len(node.key) : start].replace("!!", "")
        if node.key.isupper():
            return "!" not in marks and not is_read(self.text, node.key)
        return "!" not in marks and not self._language.holds_variables

    def part(self, index: int, start: int, end: int, first: int, last: int) -> Value:
        """Classify a name that is only a part of a value."""
        node = self._nodes[index]
        own = node.key
        # The key is one side of a pair: `KEY = name and more`.
        is_pair = own and "=" in self.text[node.key_start + len(own) : node.value_start]
        begin = node.start if is_pair else first
        words = wording(self, begin, last)
        position, key, evidence = words.judge(start, end)
        if position == "prose" and wording(self, first, last).is_list:
            position, evidence = "value", ("listed",)
        elif evidence == ("unsent-text",) and is_model_key(key) and self._is_variable(own):
            # A request as JSON in a variable.
            position = "request"
        elif is_model_key(own) and (
            falls_back(words.callee_around(start)) or _OR.search(words.clause_before(start))
        ):
            position, key = "request", own
        elif own and "listed" in evidence and not key:
            # A default in a template: the key that the template's value is for counts as well.
            is_asked = self.whole(index, start, end).position == "request"
            position = "request" if is_asked else position
        if position == "prose" and self._is_word(node, words, start, end):
            position = "value"
        return Value(self.text[start:end], start, end, position, key or own, evidence=evidence)

    def _is_word(self, node: Node, words: Wording, start: int, end: int) -> bool:
        """Tell whether a name is quoted, or a word of a command, in a file of lines."""
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        if not self._is_flat or before.isalnum():
            return False
        if before in _QUOTES and before == after:
            return True
        is_bare = not node.key and before.isspace() and (not after or after.isspace())
        return is_bare and not is_spoken(words.first_word)

    def _is_variable(self, key: str) -> bool:
        return self._is_flat or key.isupper()

    def _scalar_at(self, index: int) -> Scalar:
        """Describe a node's value, with what is around and beside it."""
        node = self._nodes[index]
        keys, named = self._beside(node.parent) if node.key else (None, ())
        chain = [node, *self._outwards(index)]
        around = [outer.key for outer in chain[1:] if outer.key]
        is_listed = any(outer.is_item for outer in chain)
        scalar = Scalar(node.key, keys, around, named, is_listed=is_listed)
        if not self._is_flat:
            return scalar
        # A variable of the environment is a setting by itself.
        is_variable = node.key.isupper()
        names = [part for name in around for part in name.split(".")[::-1]]
        is_line = is_variable or "." in node.key
        return scalar._replace(around=() if is_variable else names, is_line=is_line)

    def _item_before(self, index: int) -> str:
        """Return the text of the item before an item."""
        node, before = self._nodes[index], self._nodes[index - 1]
        if not (index and node.is_item and before.is_item and before.parent == node.parent):
            return ""
        first, last = self._bare(before.value_start, before.end)
        return self.text[first:last]

    def _is_catalogue(self, node: Node, evidence: tuple[str, ...]) -> bool:
        """Tell whether an item is in a list of models that nothing shows to be called."""
        item = self._nodes[node.parent] if node.parent >= 0 else None
        if item is None or not item.is_item or {"chat-body", "credentials"} & set(evidence):
            return False
        return self._models_below(item.parent) > 1

    def _models_below(self, parent: int) -> int:
        if parent not in self._counted:
            names = {name.text for name in find_names(self.text, *self._span_of(parent))}
            self._counted[parent] = len(names)
        return self._counted[parent]

    def _span_of(self, parent: int) -> tuple[int, int]:
        if parent < 0:
            return 0, len(self.text)
        below = parent + 1
        while below < len(self._nodes) and self._nodes[below].parent >= parent:
            below += 1
        last = self._nodes[below].start if below < len(self._nodes) else len(self.text)
        return self._nodes[parent].start, last

    def _outwards(self, index: int) -> Iterator[Node]:
        """Yield the nodes around a node, from the nearest outwards."""
        while (index := self._nodes[index].parent) >= 0:
            yield self._nodes[index]

    def _beside(self, parent: int) -> tuple[Beside, Sequence[str]]:
        """Return the keys of a mapping, and the values of its `name` or the like."""
        if parent not in self._known_keys:
            nodes = self._children.get(parent, ())
            spans = [self._bare(n.value_start, n.end) for n in nodes if n.key in _SPEAKERS]
            named = [self.text[first:last] for first, last in spans]
            keys = [squeeze(node.key.rpartition(".")[2]) for node in nodes]
            if self._is_flat and parent >= 0:
                # A section's name may say anything.
                keys.append("")
            self._known_keys[parent] = Beside(keys), named
        return self._known_keys[parent]

    def _settings(self, parent: int) -> Sequence[Setting]:
        if parent not in self._known_settings:
            found = [
                setting_of(self.text, node.key, node.key_start, node.value_start)
                for node in self._children.get(parent, ())
            ]
            self._known_settings[parent] = [setting for setting in found if setting]
        return self._known_settings[parent]

    @cached_property
    def _children(self) -> Mapping[int, Sequence[Node]]:
        """The keys of each mapping, by the index of the node around it."""
        children: dict[int, list[Node]] = {}
        for node in self._nodes:
            # A line without a key may say anything.
            if node.key or (not node.is_item and node.end > node.start):
                children.setdefault(node.parent, []).append(node)
        return children
