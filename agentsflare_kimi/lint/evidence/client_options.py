"""Tells whether the class and the options of a client leave its requests where they go."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.expressions import arguments_at
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.patterns import Rare, lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final

__all__ = ["are_known", "holds_known", "is_alien", "put_in"]

# Options that are put together elsewhere: `**options`, `...options`, `new OpenAI(options)`.
_PUT_IN: Final = lazy(
    r"(?:\*\*|\.\.\.)\s*(?:\w+\.)*(\w+)|(\w+)\.\.\.\s*\Z|\A\s*(?:\w+\.)*([a-z]\w*)\s*\)?\Z"
    r"|(?<![\w.])((?:[a-z]\w*?)?(?:[oO]ptions|[oO]pts|[cC]onfig))\b(?!\s*[({=:.])"
    r"|,\s*(?!\w*(?:[kK]ey|[cC]red\w*|[tT]oken)\s*\Z)([a-z]\w*)\s*\Z"
)
_OPTION: Final = lazy(
    r"[\"']?:?(?P<key>[A-Za-z_]\w*)[\"']?\s*(?:=>|[:=](?![:=]))\s*|option\.With(?P<call>\w+)\("
)
# Options in a literal or a type of their own: `{ apiKey }`, `.init(token: ...)`.
_HELD: Final = lazy(r"(?:new\s+)?[\w.]*\s*[({]\s*")
# Options that are found elsewhere, unless a literal of their type holds them, or a key.
_NAMES_OPTIONS: Final = lazy(r"(?![&*.\w]+\Z)[\s\S]*?(?:[oO]ptions|[cC]onfig)")
_SAFELY_HELD: Final = lazy(r"(?:\A|Options|Config|Configuration|init)\s*[({]\s*\Z")
_CREDENTIAL: Final = lazy(r"(?:new\s+)?[\w.]*Credential\(")
# HTTP clients of their own, and what sends their requests elsewhere.
_HTTP: Final = lazy(r"(?:new |&)?(?:\w+\.)*\w*Client\s*[({]")
_REROUTED: Final = lazy(r"[tT]ransport|mounts|base_url|[bB]aseAddress|[hH]andler")
_HOLDERS: Final = frozenset({"", "options", "config", "configuration"})
_ADDRESSES: Final = frozenset({"baseurl", "baseuri", "uribase", "apibase", "endpoint", "host"})
_KNOWN: Final = SHOWING["client-options"].words | _ADDRESSES
_OBJECT: Final = lazy(r"(?:new\s+[\w.]*\s*|dict)?[({]\s*")
_WRITTEN: Final = lazy(
    r"[{\[]|dict\(|new\s|(?:\w+(?:\.|::))*(?:Default|OpenAI|Open[aA]i|openai)\w*"
)
_BUILDER: Final = Rare("->with", r"->with(?P<name>[A-Z]\w+)\((?P<value>[^)]*)")
_BUILT: Final = (_KNOWN | {"httpheader"}) - {"httpclient"}
# A class of the SDK's name that is another one.
_ALIEN: Final = Rare(
    "OpenAI",
    r"(?m)^[ \t]*(?:from\s+(?!{0})[\w.]+\s+import\b|import\b(?=[^\"'\n]*[\"'](?!{0})))[^\n]*"
    r"\b(?:Async)?OpenAI\b|\bOpenAI\s*\}?\s*=\s*(?:await\s+)?(?:require|import)\((?![\"'](?:{0}))"
    r"|\b(?!(?:Async)?OpenAI\b)\w+\s+as\s+(?:Async)?OpenAI\b".replace(
        "{0}", "(?:" + "|".join(sorted(SHOWING["sdk-modules"].words)) + r")\b"
    ),
)

# A client that a protocol of one's own generates: gRPC's `llmpb.NewClient(connection)`.
_STUB: Final = Rare("pb. Stub(", r"\w+(?:pb\.[A-Z]|Stub\()")


def put_in(options: str) -> Iterator[str]:
    """Yield the variables whose content is among the options of a client."""
    for names in _PUT_IN.findall(options):
        yield from filter(None, names)


def are_known(options: str, is_ours: Callable[[str], bool], *, is_literal: bool = False) -> bool:
    """Tell whether each option is known, and none sends requests to another host.

    Args:
        options: The arguments of a client.
        is_ours: Tells whether an expression is shown to be our host.
        is_literal: Whether they are in a literal, where `{ baseURL }` is key and value.
    """
    for option in map(str.strip, arguments_at(options, 0)):
        named = _OPTION.match(option)
        key = (named["key"] or named["call"]) if named else ""
        value = option[named.end() :] if named else option
        is_short = not key and is_literal and option.isidentifier()
        squeezed = "".join(words_of(option if is_short else key))
        if squeezed in _ADDRESSES and (is_short or key == "host"):
            if not is_ours(value):
                return False
        elif squeezed == "httpclient" and not (_HTTP.match(value) and not _REROUTED.search(value)):
            return False
        elif squeezed in _HOLDERS and not _CREDENTIAL.match(value):
            held = _HELD.match(value)
            if _NAMES_OPTIONS.match(value) and not (held and _SAFELY_HELD.search(held[0])):
                return False
            if held and not are_known(value[held.end() :], is_ours, is_literal=True):
                return False
        elif squeezed and squeezed not in _KNOWN:
            return False
    return True


def holds_known(value: str, is_ours: Callable[[str], bool]) -> bool:
    """Tell whether a variable's value holds known options, or a call that makes them."""
    held = _OBJECT.match(value)
    if held is None:
        return _WRITTEN.match(value) is not None
    return are_known(value[held.end() :], is_ours, is_literal=True)


def _adds_unknown(text: str) -> bool:
    """Tell whether a builder of PHP's client is given what may send requests elsewhere."""
    for match in _BUILDER.matches(text):
        name = "".join(words_of(match["name"]))
        is_client = name == "httpclient" and match["value"].startswith("new ")
        if not is_client and name not in _BUILT:
            return True
    return False


def is_alien(text: str) -> bool:
    """Tell whether a text asks by a class from elsewhere, or by one of the SDK's name."""
    return (
        _ALIEN.is_in(text)
        or _STUB.is_in(text)
        or ("OpenAI::factory" in text and _adds_unknown(text))
    )
