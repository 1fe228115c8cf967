"""Classifies calls, classes and fields by what they do with a model's name."""

from __future__ import annotations

from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "ABOUT_MODEL",
    "ASKS",
    "COMPARES",
    "CREDENTIALS",
    "HIDDEN_TEMPERATURE",
    "MOCKS",
    "NAMES_OF_MODELS",
    "RECORDS",
    "compares",
    "describes_a_model",
    "falls_back",
    "is_chat",
    "is_held_against",
    "is_pattern",
    "is_taken_down",
    "keeps",
    "measures",
    "queries",
    "takes_down",
    "takes_model_first",
    "words_of",
]

ASKS: Final = WORDS["asks"].words
CREDENTIALS: Final = WORDS["credentials"].words
RECORDS: Final = WORDS["records"].words
ABOUT_MODEL: Final = WORDS["about-model"].words
NAMES_OF_MODELS: Final = WORDS["names-of-models"].words
HIDDEN_TEMPERATURE: Final = WORDS["hidden-temperature"].words
MOCKS: Final = WORDS["mocks"].words
_CHAT_CALLS: Final = WORDS["chat-calls"].words
_FALLBACKS: Final = WORDS["fallbacks"].words
_COMPARING: Final = WORDS["comparing"].words | WORDS["seeking"].words
_QUERIES: Final = WORDS["queries"].words
_TAKES_DOWN: Final = WORDS["takes-down"].words
_KEPT: Final = WORDS["kept"].words
_QUERY_KEYS: Final = WORDS["query-keys"].words
_COUNTING: Final = WORDS["counting"].words
_MEASURING: Final = WORDS["measuring"].words
_ACTING: Final = WORDS["acting"].words
_PATTERNS: Final = WORDS["patterns"].words
_ASKERS: Final = frozenset({"agent", "ask", "chat", "client", "completion", "generate", "llm"})

COMPARES: Final = frozenset(
    {"==", "!=", "===", "!==", "=~", "<>", "is", "in", "not", "eq", "ne", "case", "when", "assert"}
    | {"->", ">>", "raise", "throw", "shouldBe", "shouldEqual", "equals", "eql", "yield", "~="}
)
"""Signs and words that compare what is beside them, or take it for something else than a value."""
_WORD: Final = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Common methods, recognized without a pattern.
_METHODS: Final = frozenset({"create", "parse", "stream"})
_RESOURCES: Final = frozenset({"completions", "responses", "messages"})
_CHAT_METHODS: Final = lazy(
    r"(?i)(?:^|\.)(?:chat\.?completions?(?:\(\))?|completions?(?:\(\))?|responses(?:\(\))?|messages(?:\(\))?|chat(?:\(\))?)"
    r"\.(?:with_raw_response\.|with_streaming_response\.)?"
    r"(?:create|createasync|createstreaming|create_async|createstream|parse|stream|run_tools|runtools|new|newstreaming|generate|complete|"
    r"completechat|completechatasync|send|do|run|invoke|completions?)(?:async|streaming)?$"
)
_CHAT_CLASS: Final = lazy(
    r"^(?:Async|Lazy|Stream(?:ing)?)?(?:"
    r"(?:Lite|Azure|Base)?Chat(?!Message|History|Session|Room|Log|Usage|Record|Event)\w*|\w*(?:ChatModel|ChatClient|ChatLLM|ServerModel|CompletionRequest"
    r"|CompletionParams|CompletionNewParams|CompletionCreateParams|CompletionRequestArgs|ChatOptions"
    r"|CompletionOptions|ChatQuery|CompletionsOptions|CompletionsRequest|ChatRequest|LanguageModel|ResponseNewParams|ResponseCreateParams)(?:Builder|Args)?"
    r"|\w*(?:OpenAI|Moonshot|LiteLLM|LiteLlm|Kimi)(?:Model|Like|LLM|Chat|Compatible|Compatibility|Server|Generator|Client|Responses\w*|Options|Config|Conversation|ClientModel)?\w{0,12}"
    r"|\w*(?:Assistant|Conversable|UserProxy|ReAct|Tool|Code|Chat)?Agent(?:Options|Config|Spec)?|LLM|LM|Llm|GenerativeModel|ModelFactory|ModelClient|LLMConfig|LLMChain|Crew|Predictor|Generation|ModelSettings|OpenAiChatModel"
    r"|InferenceClientModel|HfApiModel)$"
)
_CATALOGUE_TYPE: Final = lazy(
    r"(?:Model|LLM|Llm)(?:s?)(?:Id|ID|Info|Name|Entry|Spec|Card|Meta|Metadata|Definition|Descriptor"
    r"|Details?|Capabilit\w+|Pricing|Price|Record|Type|Enum|Profile|Limits?)$|(?:Price|Pricing|Cost)\w*$"
    r"|^(?:Registered|Known|Supported|Available)(?:Chat)?(?:Model|LLM|Llm)$"
)
_NAMED_QUERIES: Final = lazy(
    r"^(?i:validate|verify|assert)_?(?=[A-Z_])|^(?i:retrieve|delete)_?[mM]odel"
    r"|^[gG]et_?[mM]odel(?:[iI]nfo|_info|[dD]etails)?(?:Async|_async)$"
    r"|^(?:find|count|delete|destroy|remove|exists|query|search|lookup|list|fetch|load|select|filter"
    r"|read|has|is|supports?|get|first|update|upsert)"
    r"(?:All|One|First|Many|Any)?(?:By|Where|With|For|Or(?=Create|New|Insert|Init)|_by|_or_)"
    r"|^(?i:get|list|fetch|load)\w*(?i:runs|logs|records|rows|metrics|sessions|events|traces|usages?"
    r"|stats|costs|history)$"
    r"|^(?:or|and)?[wW]here(?=[A-Z_]|$)|_by!?$|_or_(?:create|initialize|insert)"
)
# Calls that return information on a model without calling it: `count_tokens(model=...)`.
_TELLS: Final = (
    r"count|calc|calculate|estimate|compute|num|supports?|is|has|can|check|encoding|tokenizer|token"
    r"|price|cost|pricing|context(?=[A-Z_])|lookup"
)
_MEASURES: Final = lazy(
    rf"^_?(?:get_?)?(?:{_TELLS})(?=[A-Z_]|$)|^(?:Get)?(?:{_TELLS.title()})(?=[A-Z]|$)"
    r"|(?i:tokens?|price|pricing|costs?|context_?(?:window|length)|model_?info|capabilit\w+)"
    r"(?i:_?for(?:_?model)?|_?of)?$"
)
# Types of responses, and of rows that store them.
_TAKEN_DOWN: Final = lazy(
    r"(?:Response|Result|Chunk|Usage|Log|LogEntry|Event(?:Body)?|Trace|Span|Metrics?|History|Stats|Error"
    r"|Exception)$|_(?:span|event|log|metadata)$|^(?:capture|record|track|report|emit|log|handle|on|dispatch|publish|notify)"
    r"(?=[A-Z_]).*(?:event|Event|error|Error|usage|Usage|call|Call|metric|Metric|log|feedback)"
)
_METADATA: Final = lazy(
    r"(?:Response|Result|Generation|Usage)Meta[dD]ata$|^(?:Chat|Completion)Response$"
    r"|(?:Assistant|AI|Ai|Bot)Message$"
)
# Names of expected or received texts.
_EXPECTED: Final = lazy(
    r"(?i)^_*(?:exp_?(?:req|res|body|out)|expect|want|golden|actual|resp(?:onse)?(?![a-z])|reply|answer|result|output|received)"
)


@lru_cache(maxsize=256)
def is_chat(callee: str) -> bool:
    """Tell whether a call, class or builder belongs to a chat API, an SDK or a framework."""
    callee = callee.lstrip("@")
    parts = callee.split(".")
    last = parts[-1]
    if last in _METHODS and len(parts) > 1 and parts[-2] in _RESOURCES:
        return True
    # Constants of an enumeration are in capitals.
    is_known = callee.lower() in _CHAT_CALLS or last.lower() in _CHAT_CALLS
    if is_known and not (last.isupper() and len(last) > 1):
        return not _CATALOGUE_TYPE.search(last)
    if len(parts) > 1 and _CHAT_METHODS.search(callee):
        return True
    return any(
        part[:1].isupper() and _CHAT_CLASS.match(part) and not _CATALOGUE_TYPE.search(part)
        for part in parts
    )


def takes_model_first(callee: str) -> bool:
    """Tell whether the first argument of a chat call or class is the model's name."""
    return is_chat(callee) and not ("." in callee and _CHAT_METHODS.search(callee))


def describes_a_model(callee: str) -> bool:
    """Tell whether a type describes a model: `ModelInfo(...)`."""
    last = callee.rpartition(".")[2]
    return last not in _METHODS and _CATALOGUE_TYPE.search(last) is not None


def falls_back(callee: str) -> bool:
    """Tell whether a call uses its argument as a fallback."""
    last = callee.rpartition(".")[2].lower().lstrip("$@_")
    return last in _FALLBACKS or callee.lower() in _FALLBACKS


def compares(callee: str) -> bool:
    """Tell whether a call compares its argument with something."""
    return callee.rpartition(".")[2].lower() in _COMPARING


def queries(name: str, *, is_key: bool = False) -> bool:
    """Tell whether a call or key holds the condition of a query."""
    last = name.rpartition(".")[2].rstrip("?!")
    if is_key:
        return last.lower() in _QUERY_KEYS
    if name == "Query":
        # FastAPI's parameters: `model: str = Query("...")`.
        return False
    parts = name.lower().split(".")
    # Java's `Objects` holds no rows.
    is_manager = "objects" in name.split(".") or "where" in parts
    if is_manager or _QUERIES.intersection((parts[-1], ".".join(parts[-2:]))):
        return True
    if any("mock" in part for part in parts[:-1]) or _retrieves_a_model(name):
        return True
    if last in _METHODS:
        # No pattern matches these, and most requests end in one.
        return False
    is_named = _NAMED_QUERIES.search(last) or _is_for_a_model(words_of(last))
    return bool(is_named or (_MEASURES.search(last) and not is_chat(last)))


def _retrieves_a_model(name: str) -> bool:
    """Tell whether a method describes one of the API's models: `modelService.retrieve`."""
    *before, last = name.split(".")
    of_models = before and not {"model", "models"}.isdisjoint(words_of(before[-1]))
    return bool(of_models) and last.lower() in {"retrieve", "retrieveasync"}


def _is_for_a_model(words: tuple[str, ...]) -> bool:
    """Tell whether a function looks up what belongs to a model: `features_for_model(...)`."""
    return "for" in words[1:] and words[-1] == "model" and _ASKERS.isdisjoint(words)


def takes_down(callee: str) -> bool:
    """Tell whether a call or type records requests or responses, as a log or trace does."""
    last = callee.rpartition(".")[2]
    lower = callee.lower()
    is_kept = (
        bool(_KEPT.intersection(lower.split(".")))
        or last.lower() in _TAKES_DOWN
        or ".".join(lower.split(".")[-2:]) in _TAKES_DOWN
    )
    return is_kept or (last not in _METHODS and bool(_TAKEN_DOWN.search(last)))


def is_taken_down(name: str) -> bool:
    """Tell whether a type is that of a response or of a part of it: `ChatResponseMetadata`."""
    return name[:1].isupper() and bool(_METADATA.search(name))


def measures(function: str) -> bool:
    """Tell whether a function counts tokens or looks up prices: `count_tokens`, `token_cost`."""
    words = {*words_of(function)}
    if words & _ACTING:
        return False
    is_counting = bool(words & {"token", "tokens"} and words & _COUNTING)
    return is_counting or not _MEASURING.isdisjoint(words)


def keeps(name: str) -> bool:
    """Tell whether a key holds records about a request: `metadata`, `attributes`, `tags`."""
    return name.lower() in _KEPT or words_of(name)[-1:] == ("usage",)


def is_held_against(name: str) -> bool:
    """Tell whether a name is that of an expected or received response: `expected`."""
    return bool(_EXPECTED.match(name.rpartition(".")[2]))


def is_pattern(callee: str) -> bool:
    """Tell whether a call takes a regular expression."""
    return callee in _PATTERNS or callee.rpartition(".")[2] in {"RegExp", "Regex", "Regexp"}


@lru_cache(maxsize=512)
def words_of(name: str) -> tuple[str, ...]:
    """Split a name into its words, in lower case: `createChatCompletion`, `chat_openai`."""
    return tuple(word.lower() for word in _WORD.findall(name))
