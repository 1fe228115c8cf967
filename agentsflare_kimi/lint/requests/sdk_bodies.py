"""Reads requests made with other languages' SDKs: a builder chain, a struct, an array, a hash.

Reads only SDKs that it recognizes by the call and that can send fields unknown to them, so
that a complete migration can be written. Sources, as of November 2026:

- openai-java, README "Undocumented parameters": `putAdditionalBodyProperty(name, JsonValue)`;
- openai-go, README "Undocumented request params": `option.WithJSONSet(name, value)`;
- openai-php/client, `Resources/Chat.php`: `create(array $parameters)` sends the array as given;
- ruby-openai, `lib/openai/client.rb`: `chat(parameters: {})` posts the hash;
- openai-ruby, README "Undocumented request params": `request_options: {extra_body: {}}`;
- serde_json's `json!` and System.Text.Json's serializer write the object as given.

async-openai's builders and .NET's `ChatClient` cannot, so there only the name is changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Body, Form, Group, merges
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_entries, string_value
from agentsflare_kimi.lint.requests.settings import number_ahead
from agentsflare_kimi.lint.sources.regions import Entry, Source
from agentsflare_kimi.lint.sources.targets import code_before

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.languages.base import RequestForm
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = [
    "entries_of", "is_bound", "links_after", "may_have", "read_sdk_body", "snake", "value_of",
]  # fmt: skip

_LINK: Final = lazy(r"\s*\??\.\s*(?P<name>\w+)\s*(?=\()")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Calls that wrap a model's name: `ChatModel.of("...")`, `openai.F("...")`.
_WRAPPER: Final = lazy(r"\s*(?:&?[A-Za-z_][\w.]*!?\(\s*)?\Z")
_CLOSING: Final = lazy(r"\s*[)}]?\s*\Z")
_ADDED: Final = re.compile(r"add(?:\w*Message|Tool)\Z")
# A conversation with tool calls needs changes beyond what is read here.
_TOOL_CALLS: Final = lazy(r"tool_?calls", re.IGNORECASE)
_OPTIONS: Final = frozenset({"request_options", "extra_body"})


def read_sdk_body(tree: Tree, span: tuple[int, int], model: str) -> Body | None:
    """Read the request whose model is the string at *span*.

    Args:
        tree: A program.
        span: Start and end of the string, including its quotes.
        model: The string's content.

    Returns:
        The request; None unless all of it is certain to be written out here.
    """
    found = _group(tree, span[0])
    if found is None:
        return None
    group, form = found
    entry = group.find("model")
    if entry is None or not _is_model(tree.source, entry, span):
        return None
    text = tree.source.text[group.opener : group.closer]
    keys = {entry.key for entry in group.entries}
    if "messages" not in keys or {"*", ""} & keys or _OPTIONS & keys or _TOOL_CALLS.search(text):
        return None
    values = {entry.key: value_of(tree.source, entry) for entry in group.entries}
    if form == "argument":
        values |= _optional(tree.source, group)
    return Body(
        source=tree.source,
        language=tree.language.name,
        main=group,
        extra=None,
        form=form,
        values={**values, "model": model},
        is_complete=True,
    )


def _group(tree: Tree, offset: int) -> tuple[Group, Form] | None:
    source, forms = tree.source, tree.language.requests
    for form in forms:
        if form.form == "chain" and (chain := _chain(tree, offset, form.before)):
            return chain, "chain"
    opener = source.enclosing(offset)
    # Skip a call that only wraps the name: `openai.F("...")`, and the pair `{ "model", name }`.
    if opener is not None and not _is_any(tree, opener):
        opener = source.enclosing(opener)
    form = next((f for f in forms if opener is not None and _is_in(tree, opener, f)), None)
    if opener is None or form is None or is_bound(tree, opener):
        return None
    entries = entries_of(tree, opener, form)
    if not entries:
        return None
    return Group(opener, source.closers[opener], entries), cast("Form", form.form)


def _is_any(tree: Tree, opener: int) -> bool:
    return any(_is_in(tree, opener, form) for form in tree.language.requests)


def is_bound(tree: Tree, opener: int) -> bool:
    """Tell whether the literal at *opener* is given to a variable, which may add to it."""
    part = tree.part_at(opener)
    tokens = tree.tokens(part)
    signs = {token.text for token in tokens[: tree.index_of(tokens, opener)]} & {"=", ":="}
    is_statement = part.opener < 0 or not tree.is_list(part.opener)
    if signs and is_statement and tree.source.text[opener] != "(":
        return True
    before = code_before(tree, opener)
    return any(re.search(form.bound, before) for form in tree.language.assembled if form.bound)


def entries_of(tree: Tree, opener: int, form: RequestForm) -> Sequence[Entry] | None:
    """Read the entries of a request, with their keys spelt as the API does."""
    entries = read_entries(tree.source, opener)
    if entries and form.alternates:
        pairs = zip(entries[::2], entries[1::2], strict=False)
        entries = [_pair(tree.source, key, value) for key, value in pairs]
    if form.form == "object":
        return entries
    return entries and [entry._replace(key=snake(entry.key)) for entry in entries]


def _pair(source: Source, key: Entry, value: Entry) -> Entry:
    region = source.region_from(key.start)
    name = source.text[region.inner_start : region.inner_end] if region else ""
    return Entry(name, key.start, value.end, value.start, is_quoted=True)


def _is_in(tree: Tree, opener: int, form: RequestForm) -> bool:
    """Tell whether the bracket at *opener* holds a request of that form."""
    source = tree.source
    if source.text[opener] != form.bracket or not _ends(tree, opener, form.before):
        return False
    if not form.callee:
        # An SDK takes further fields in its own way.
        is_sdk = "completions" in code_before(tree, opener)
        return form.form != "object" or not (is_sdk or merges(tree, opener))
    around = source.enclosing(opener)
    if around is None or source.text[around] != "(" or not _ends(tree, around, form.callee):
        return False
    # Nothing may be added: `[...] + $more`, `{...}.merge(more)`, `Params{...}, options...`.
    more = source.masked[source.closers[opener] + 1 : source.closers[around] + 1].lstrip()
    is_alone = more[:1] in {")", ","} and "..." not in more
    return is_alone and may_have(source, form)


def _ends(tree: Tree, opener: int, pattern: str) -> bool:
    """Tell whether a pattern matches right before a bracket."""
    before = tree.source.masked[tree.part_at(opener).start : opener].rstrip()
    return bool(re.search(rf"(?:{pattern})\Z", before))


@kept_with_first
def may_have(source: Source, form: RequestForm) -> bool:
    """Tell whether a text contains what a form needs, and nothing that it must not."""
    return bool(re.search(form.needs, source.text)) and not re.search(form.lacks, source.text)


def _chain(tree: Tree, offset: int, builder: str) -> Group | None:
    """Read `ChatCompletionCreateParams.builder().model("...")....build()` around *offset*."""
    source = tree.source
    statement = tree.statement_at(offset)
    called = re.compile(rf"\b{builder}\s*\.\s*builder\s*\(\s*\)")
    builders = list(called.finditer(source.masked, statement.start, offset))
    if not builders:
        return None
    opener = source.masked.index("(", builders[-1].start())
    group = links_after(tree, source.closers[opener] + 1)
    entries = group.entries
    is_whole = entries and entries[-1].key == "build" and entries[-1].end > offset
    return Group(opener, group.closer, entries[:-1]) if is_whole else None


def links_after(tree: Tree, start: int) -> Group:
    """Read the calls of a chain from a place on: `.model("...").temperature(0.3)`."""
    source = tree.source
    entries: list[Entry] = []
    position = start
    while (link := _LINK.match(source.masked, position)) and link.end() in source.closers:
        position = source.closers[link.end()] + 1
        begin = source.masked.index(".", link.start())
        begin -= source.masked[begin - 1] == "?"
        entries.append(
            Entry(_called(source, link["name"], link.end()), begin, position, link.end() + 1)
        )
    return Group(start, position, entries)


def _called(source: Source, name: str, opener: int) -> str:
    """Return the parameter that a builder's method sets."""
    if name == "putAdditionalBodyProperty":
        region = source.region_from(opener + 1)
        return source.text[region.inner_start : region.inner_end] if region else ""
    if _ADDED.match(name):
        return "tools" if name == "addTool" else "messages"
    # `additionalBodyProperties(map)` and the like may set anything.
    return "" if "dditional" in name else snake(name)


def snake(name: str) -> str:
    """Spell a field as the API does: `MaxTokens`, `maxTokens`."""
    return _CAPITAL.sub("_", name).lower()


def _is_model(source: Source, entry: Entry, span: tuple[int, int]) -> bool:
    end = entry.end - (source.text[entry.start] in ".?")
    before = source.masked[entry.value_start : span[0]]
    after = source.masked[span[1] : end]
    is_inside = entry.value_start <= span[0] and span[1] <= end
    return is_inside and bool(_WRAPPER.fullmatch(before)) and bool(_CLOSING.fullmatch(after))


def value_of(source: Source, entry: Entry) -> object:
    """Evaluate what a field is set to; `COMPUTED` if it is not a literal."""
    if entry.key == "messages":
        return COMPUTED
    if entry.key == "thinking":
        return _thinking(source, entry.value_start, entry.end)
    if number := number_ahead(source.masked, entry.value_start):
        return number[0]
    region = source.region_from(entry.value_start)
    end = entry.end - (source.text[entry.start] in ".?")
    if region and region.kind == "string" and region.end == end:
        return string_value(source, region)
    return _CONSTANTS.get(source.text[entry.value_start : end].strip(), COMPUTED)


def _thinking(source: Source, start: int, end: int) -> object:
    """Read the value of `thinking`, from any kind of mapping."""
    regions = source.regions_between(start, end)
    texts = [source.text[region.inner_start : region.inner_end] for region in regions]
    types = [text for text in texts if text in {"enabled", "disabled"}]
    return {"type": types[0]} if len(types) == 1 else COMPUTED


def _optional(source: Source, group: Group) -> Mapping[str, object]:
    """Read `option.WithJSONSet("thinking", ...)` beside a struct."""
    end = source.closers[source.enclosing(group.opener) or group.opener]
    regions = source.regions_between(group.closer, end)
    is_set = any(source.text[r.inner_start : r.inner_end].startswith("thinking") for r in regions)
    return {"thinking": _thinking(source, group.closer, end)} if is_set else {}


_CONSTANTS: Final[Mapping[str, object]] = {
    "true": True, "false": False, "null": None, "nil": None, "None": None,
}  # fmt: skip
