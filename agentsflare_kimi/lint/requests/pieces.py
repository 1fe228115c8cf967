"""Collects the pieces of a request: dicts, objects, keywords, and statements that set its keys."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Form, Group, callee_of, group_at
from agentsflare_kimi.lint.requests.spreads import branches, is_merge
from agentsflare_kimi.lint.sources.regions import Entry
from agentsflare_kimi.lint.sources.targets import code_before, end_of_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["Pieces"]

_SDK_METHODS: Final = frozenset({"create", "parse", "stream"})
_ASSIGNED: Final = lazy(
    r"(?:\b(?:const|let|var)\s+)?(?P<name>[A-Za-z_$][\w$]*)(?:\s*:[^=\n]*)?\s*=\s*(?P<dict>dict\s*)?\Z"
)
_SPREAD_BEFORE: Final = lazy(r"(?:\*\*|\.\.\.)\s*\(*\s*\Z")
_UNION_BEFORE: Final = lazy(r"(?:\*\*|\.\.\.)\s*\([^()]*\|\s*\Z")
_JSON_BEFORE: Final = lazy(r"(?:\bjson\s*=\s*|\b(?:dumps|dump|stringify|json)\(\s*)\Z")
_BOUND_AFTER: Final = lazy(r"\s*(?::[^=\n()]*)?=(?!=)\s*(?P<dict>dict\s*(?=\())?")
_KEY_SET: Final = lazy(r"\[\s*(?P<key>\x01+)\s*\]\s*=(?!=)\s*")
_FIELD_SET: Final = lazy(r"\.(?P<key>[A-Za-z_]\w*)\s*=(?!=)\s*")
_METHOD: Final = lazy(r"\.(?P<name>update|setdefault)\s*(?=\()")
_CALL: Final = lazy(r"[\w.$]+\s*(?=\()")
_DEFINES: Final = lazy(r"\bdef\s+\w+\s*\Z")
_READ: Final = lazy(r"\[[^\]\n]*\](?!\s*(?:=(?!=)|[|+-]=))|\.(?:get|keys|items|values|copy)\b")
_SHOWN_BEFORE: Final = lazy(r"\b(?:print|len|repr|str|debug|info|log|pprint)\(\s*\Z")
# Requests that are spread into each other: no program goes so deep, but Python's stack ends.
_DEEPEST: Final = 50
# All uses of a name are read for each of them that sets a model, which would take quadratic time.
_MOST: Final = 60


class Pieces:
    """Collects the groups of one request."""

    def __init__(self, tree: Tree, places_of: Callable[[str], Sequence[int]]) -> None:
        """Keep a program, and a function that lists the places that use a name."""
        self._tree = tree
        self._places_of = places_of
        self._source = tree.source
        self._seen: set[str] = set()
        # Whether callers may add to the request.
        self.is_open: bool = False
        self.groups: dict[int, Group] = {}
        self.forms: set[Form] = set()
        # The name that the group at an opening bracket, or at -1 - offset, belongs to.
        self.names_of: dict[int, str] = {}

    def read_from(self, offset: int) -> bool:
        """Read everything that belongs to the request around a place; False if not in sight."""
        if name := self._set_on(offset):
            return self._name(name, 0)
        opener = self._source.enclosing(offset)
        while opener is not None and self._source.text[opener] == "(" and not self._callee(opener):
            opener = self._source.enclosing(opener)
        return opener is not None and self._group(opener, 0)

    def _callee(self, opener: int) -> str:
        return callee_of(self._tree, opener)

    def _set_on(self, offset: int) -> str:
        """Return the variable whose key is set around a place: `params["model"] = ...`."""
        statement = self._tree.statement_at(offset)
        match = re.match(
            r"(?P<name>[A-Za-z_$][\w$]*)\s*(?=\[\s*\x01+\s*\]\s*=(?!=)|\.model\s*=(?!=)"
            r"|\.setdefault\(|\.update\()",
            self._source.masked[statement.start : statement.end],
        )
        return match["name"] if match else ""

    def _group(self, opener: int, depth: int) -> bool:
        """Read the group at a bracket, and the group or variable that it is part of."""
        group = group_at(self._source, opener)
        if group is None or depth > _DEEPEST:
            return False
        if opener in self.groups:
            return True
        callee = self._callee(opener) if self._source.text[opener] == "(" else ""
        if callee and callee != "dict":
            return self._is_sdk(callee) and self._sent(group, "keywords", depth)
        if callee:
            # `dict(base, model="...")` takes what is in `base`.
            spread = [e._replace(key="*") if e.value_start == e.start else e for e in group.entries]
            group = group._replace(entries=spread)
        self.groups[opener] = group
        return self._spreads(group, depth) and self._holder(opener, depth)

    def _holder(self, opener: int, depth: int) -> bool:
        """Read the variable, call or group that takes a dict or an object."""
        is_argument = self._tree.is_list(self._tree.part_at(opener).opener)
        assigned = _ASSIGNED.search(code_before(self._tree, opener)) if not is_argument else None
        if assigned:
            self.names_of[opener] = assigned["name"]
            return self._name(assigned["name"], depth + 1)
        return self._goes_on(opener, depth)

    def _goes_on(self, start: int, depth: int) -> bool:
        """Follow a dict, an object or a name that is spread or sent as a whole."""
        before = code_before(self._tree, start)
        around = self._source.enclosing(start)
        if _SPREAD_BEFORE.search(before) or _UNION_BEFORE.search(before):
            while around is not None and self._only_groups(around):
                around = self._source.enclosing(around)
            return around is not None and self._group(around, depth + 1)
        callee = self._callee(around) if around is not None else ""
        if around is not None and is_merge(callee):
            return self._merged(around, depth)
        if around is not None and callee == "dict":
            return self._group(around, depth + 1)
        if _JSON_BEFORE.search(before):
            self.forms.add("object")
        elif around is not None and self._is_argument(around, before):
            self.forms.add(cast("Form", self._tree.language.body))
        elif form := self._form_of_parameter(around, before):
            self.forms.add(form)
        else:
            return False
        return True

    def _only_groups(self, opener: int) -> bool:
        return self._source.text[opener] == "(" and not self._callee(opener)

    def _form_of_parameter(self, around: int | None, before: str) -> Form | None:
        """Tell how a function of the same file sends its only parameter."""
        if around is None or not before.rstrip().endswith("("):
            return None
        masked = self._source.masked
        name = self._callee(around).rpartition(".")[2]
        defined = re.search(rf"\bdef\s+{re.escape(name)}\(\s*(?:self,\s*)?(\w+)", masked)
        if not (name and defined):
            return None
        given = re.escape(defined[1])
        if re.search(rf"\bjson\s*=\s*{given}\b|\bdumps?\(\s*{given}\b", masked):
            return "object"
        is_spread = re.search(rf"completions\.create\(\s*\*\*{given}\s*\)", masked)
        return "keywords" if is_spread else None

    def _is_argument(self, around: int, before: str) -> bool:
        """Tell whether what follows is the only argument of a call of a script's SDK."""
        is_first = before.rstrip().endswith("(") and self._source.text[around] == "("
        is_whole = self._tree.language.body in {"object", "typed"}
        return is_first and is_whole and self._is_sdk(self._callee(around))

    @staticmethod
    def _is_sdk(callee: str) -> bool:
        return "completions" in callee and callee.rpartition(".")[2] in _SDK_METHODS

    def _sent(self, group: Group, form: Form, depth: int) -> bool:
        self.groups[group.opener] = group
        self.forms.add(form)
        return self._spreads(group, depth)

    def _spreads(self, group: Group, depth: int) -> bool:
        """Read what is spread into a group."""
        for entry in group.entries:
            if entry.key == "*" and not self._all(entry.value_start, entry.end, depth):
                return False
        return True

    def _all(self, start: int, end: int, depth: int) -> bool:
        """Read all that an expression may spread."""
        spread = branches(self._source, start, end)
        return spread is not None and all(
            self._name(name, depth + 1) if name else self._literal(start, depth)
            for start, name in spread
        )

    def _merged(self, opener: int, depth: int) -> bool:
        """Read all arguments of `Object.assign({}, defaults, {...})`, and what its result is."""
        parts = self._tree.parts_of(opener)
        if not all(self._all(part.start, part.end, depth + 1) for part in parts):
            return False
        tokens = self._tree.tokens(self._tree.part_at(opener))
        index = self._tree.index_of(tokens, opener)
        while index and tokens[index - 1].end == tokens[index].start:
            index -= 1
        return self._holder(tokens[index].start, depth + 1)

    def _literal(self, start: int, depth: int) -> bool:
        if self._source.masked[start : start + 1] != "{":
            return False
        group = group_at(self._source, start)
        if group is None:
            return False
        self.groups[start] = group
        return self._spreads(group, depth)

    def _name(self, name: str, depth: int) -> bool:
        """Read every use of a name; False if one cannot be read."""
        if name in self._seen:
            return True
        self._seen.add(name)
        if depth > _DEEPEST or len(self._places_of(name)) > _MOST:
            return False
        bindings = 0
        for place in self._places_of(name):
            end = place + len(name)
            if binding := self._bound(place, end, name, depth):
                bindings += 1
                if binding < 0:
                    return False
            elif not self._use(place, end, name, depth):
                return False
        return bindings == 1

    def _bound(self, start: int, end: int, name: str, depth: int) -> int:
        """Read `name = {...}`: 1 if it could be read, -1 if not, 0 for another use."""
        masked = self._source.masked
        sign = _BOUND_AFTER.match(masked, end)
        around = self._source.enclosing(start)
        if around is not None and masked[around] == "(":
            is_taken = masked[start - 2 : start] == "**" and self._is_parameters(around)
            self.is_open = self.is_open or is_taken
            return int(is_taken)
        if sign is None:
            return 0
        opener = sign.end()
        group = group_at(self._source, opener)
        if group is None:
            call = _CALL.match(masked, opener)
            is_read = call and is_merge(call[0].strip()) and self._merged(call.end(), depth + 1)
            return 1 if is_read else -1
        self.groups.setdefault(opener, group)
        self.names_of[opener] = name
        return 1 if self._spreads(group, depth) else -1

    def _is_parameters(self, opener: int) -> bool:
        """Tell whether a parenthesis holds the parameters of a Python function."""
        return bool(_DEFINES.search(code_before(self._tree, opener)))

    def _use(self, start: int, end: int, name: str, depth: int) -> bool:
        masked = self._source.masked
        if (key := _KEY_SET.match(masked, end)) or (key := _FIELD_SET.match(masked, end)):
            return self._key_set(start, key, name)
        if method := _METHOD.match(masked, end):
            return self._changed(start, method, name)
        before = code_before(self._tree, start)
        is_read = _READ.match(masked, end) or _SHOWN_BEFORE.search(before)
        return bool(is_read) or self._goes_on(start, depth)

    def _key_set(self, start: int, key: re.Match[str], name: str) -> bool:
        """Read `name["key"] = value`."""
        word = self._source.text[slice(*key.span("key"))].strip("\"'`")
        end = end_of_value(self._tree, key.end())
        return self._add(name, Entry(word, start, end, key.end()))

    def _changed(self, start: int, method: re.Match[str], name: str) -> bool:
        """Read `name.update(...)` and `name.setdefault("key", value)`."""
        opener = method.end()
        group = group_at(self._source, opener)
        if group is None:
            return False
        if method["name"] == "update":
            entries = group.entries
            if len(entries) == 1 and not entries[0].key:
                inner = group_at(self._source, entries[0].value_start)
                if inner is None:
                    return False
                group = inner
            self.groups[group.opener] = group
            return all(entry.key not in {"", "*"} for entry in group.entries)
        first, *rest = group.entries or [None]
        region = self._source.region_from(first.start) if first else None
        if region is None or len(rest) != 1:
            return False
        word = self._source.text[region.inner_start : region.inner_end]
        value = cast("Entry", rest[0])
        return self._add(name, Entry(word, start, group.closer + 1, value.value_start))

    def _add(self, name: str, entry: Entry) -> bool:
        """Add a statement to the group of statements that set keys of a variable."""
        at = -1 - len(self.names_of)
        at = next((o for o, n in self.names_of.items() if o < 0 and n == name), at)
        group = self.groups.get(at, Group(at, at, ()))
        self.groups[at] = group._replace(entries=[*group.entries, entry])
        self.names_of[at] = name
        return True
