"""Tells by name which calls are known to send a request, or to pass it on unchanged."""

from __future__ import annotations

from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "asks",
    "builds_client",
    "encodes",
    "hands_on",
    "marks_a_name",
    "may_follow",
    "may_use_client",
    "posts",
    "pretends",
]

_ASKING: Final = SHOWING["asking"].words
_KNOWN: Final = _ASKING | SHOWING["beside-asking"].words
_CHAT_CALLS: Final = WORDS["chat-calls"].words
_SENDING: Final = SHOWING["sending"].words
_RESOURCES: Final = SHOWING["resources"].words
_POSTING: Final = SHOWING["posting"].words
_NOT_POSTING: Final = SHOWING["not-posting"].words
_CLIENTS: Final = SHOWING["clients"].words
_STORES: Final = SHOWING["stores"].words
_OWNER_AND_RESOURCE: Final = 2
# Prefixes of a resource that change nothing about the request.
_BETWEEN: Final = frozenset({"with_raw_response", "with_streaming_response", "beta"})
_NAMED_METHOD: Final = frozenset({"request", "newrequest", "newrequestwithcontext", "stream"})
# Calls of a builder that are given the URL: `newBuilder().uri(url).POST(body)`.
_TAKE_URL: Final = frozenset({"uri()", "url()", "newbuilder()"})
_BUILDS: Final = frozenset(
    {"builder()", "newBuilder()", "default()", "new", "new()", "builder", "init", "Builder()"}
)
_PRETENDS: Final = SHOWING["pretending"].words
_CLIENT: Final = lazy(
    r"(?:Async|Lazy|Streaming)?(?:"
    r"(?:Lite)?Chat(?:OpenAI|OpenAi|Moonshot|LiteLLM|LiteLlm|Kimi|Model|Client|LLM|Generator|Agent|Engine)"
    r"|(?:Kimi|Moonshot|OpenAI|OpenAi|LiteLLM|LiteLlm)"
    r"(?:Like|LLM|Chat|Compatible|Server|Generator|Client|Responses|Chat(?:Model|Client|Generator)"
    r"|ChatCompletion(?:Client|sModel|Model)?|ResponsesModel|Model|ServerModel|Conversation)?"
    r"|(?:Assistant|Conversable|UserProxy|ReAct|Tool|ToolCalling|Code|Chat|Function|AI)?Agent"
    r"|LLM|LM|Llm|GenerativeModel|InferenceClientModel|HfApiModel|ModelClient|LLMChain|LiteLLMModel"
    r"|OpenAIChatCompletionsModel|OpenAIChatPromptDriver)"
)
_REQUEST: Final = lazy(
    r"\w*?(?:ChatRequest|ChatQuery|Completions?Request|Completion(?:New|Create)?Params|ChatOptions"
    r"|Completions?Options|RequestArgs|Response(?:New|Create)Params|ChatParams|CompletionQuery"
    r"|ChatCompletionModel|ChatModel|OpenAiChatOptions)(?:Builder|Args)?"
)


@lru_cache(maxsize=512)
def asks(names: tuple[str, ...], *, has_capitals: bool) -> bool:
    """Tell whether a call asks a model, or builds a client that does.

    Args:
        names: The names of its chain.
        has_capitals: Whether the language's methods begin with a capital letter.

    Returns:
        Whether every name is known; a name that is not may be anything.
    """
    bare = [name.removesuffix("()") for name in names]
    if any(pretends(name) for name in bare) or bare[0] == "JSON":
        return False
    last = bare[-1]
    if last.lower() in _SENDING and len(names) > 1:
        return _is_resource([name for name in names[:-1] if name not in _BETWEEN])
    heads = [name for name in bare if name[:1].isupper()]
    if any(_CLIENT.fullmatch(name) for name in heads):
        is_built = len(bare) == 1 or heads[0] == last or "builder()" in names or last == "new"
        return is_built or last.lower() in _CHAT_CALLS
    return _is_asking(bare, has_capitals=has_capitals)


def _is_asking(names: list[str], *, has_capitals: bool) -> bool:
    last = names[-1]
    if last.lower() == "using":
        return names[0] == "Prism"
    is_lower = last[:1].islower()
    if last.lower() in _CHAT_CALLS:
        return is_lower or len(names) > 1
    if not is_lower and (len(names) == 1 or not has_capitals):
        return False
    words = {*words_of(last)}
    return bool(words & _ASKING) and words <= _KNOWN


def _is_resource(before: list[str]) -> bool:
    """Tell whether the names before a method are a client's resource: `client.chat.completions`.

    Rows of a database are created in the same way: `user.completions.create`.
    """
    bare = [name.removesuffix("()").lower() for name in before]
    if len(bare) < _OWNER_AND_RESOURCE or any(not _STORES.isdisjoint(words_of(n)) for n in before):
        return False
    if bare[-2:] == ["chat", "completions"]:
        return len(bare) > _OWNER_AND_RESOURCE
    is_client = any(not _CLIENTS.isdisjoint(words_of(name)) for name in before[:-1])
    return is_client and bare[-1] in _RESOURCES


def pretends(name: str) -> bool:
    """Tell whether a name is that of a test double, or of a call that sets up or checks one."""
    return not _PRETENDS.isdisjoint(words_of(name))


def hands_on(names: tuple[str, ...]) -> bool:
    """Tell whether a call makes a request of an SDK's own type."""
    bare = [name.removesuffix("()") for name in names]
    at = next((i for i, n in enumerate(bare) if n[:1].isupper() and _REQUEST.fullmatch(n)), None)
    if at is None:
        return False
    return at == len(names) - 1 or names[at + 1] in _BUILDS


def encodes(names: tuple[str, ...]) -> bool:
    """Tell whether a call only turns a request into another form."""
    words = SHOWING["encoding"].words
    return names[-1].lower() in words or ".".join(names[-2:]).lower() in words


def marks_a_name(names: tuple[str, ...]) -> bool:
    """Tell whether a call only marks a string as a model's name: `ModelId("...")`."""
    return all(
        name.removesuffix("()").lower() in SHOWING["naming"].words
        or _REQUEST.fullmatch(name)
        or name == "()"
        for name in names
    )


def may_follow(after: tuple[str, ...]) -> bool:
    """Tell whether the names after a request leave it unchanged: `.build()`."""
    return all(name.lower() in SHOWING["finishing"].words for name in after)


def builds_client(names: tuple[str, ...]) -> bool:
    """Tell whether a call makes an object of a framework's class that asks a model."""
    return names[-1][:1].isupper() and _CLIENT.fullmatch(names[-1]) is not None


def may_use_client(after: tuple[str, ...]) -> bool:
    """Tell whether the names after a client that is built only ask through it."""
    first = {word for name in after[:1] for word in words_of(name)}
    return first <= _KNOWN or {name.lower() for name in after[:1]} <= _SENDING | _CHAT_CALLS


def posts(names: tuple[str, ...]) -> Literal["", "here", "named", "before"]:
    """Tell whether a call sends a body over HTTP.

    Args:
        names: The names of its chain.

    Returns:
        `here` if the URL is among its arguments, `named` if the method is, too, `before` if a
        call before it has the URL; empty for other calls.
    """
    bare = [name.removesuffix("()").lower() for name in names]
    if not _NOT_POSTING.isdisjoint(bare) or any(pretends(name) for name in names):
        return ""
    if bare[-1] == "fetch":
        return "here" if len(bare) == 1 or bare[0] in {"window", "globalthis", "self"} else ""
    if bare[-1] in _NAMED_METHOD:
        return "named"
    called = {name.lower() for name in names if name.endswith("()")}
    if bare[-1] in _POSTING:
        return "here" if _TAKE_URL.isdisjoint(called) else "before"
    return "before" if bare[-1] in SHOWING["bodies"].words and "post()" in called else ""
