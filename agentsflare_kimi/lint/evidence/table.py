"""Every kind of evidence for and against a request, for rules, docs and tests.

A fix is safe if there is evidence for a request and none against it.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from typing import Final

__all__ = ["EVIDENCE", "NOTHING_SHOWS", "Evidence", "reasons_against", "shown", "speaks_for"]


class Evidence(NamedTuple):
    """One kind of evidence.

    Attributes:
        side: Whether it is for a request, or against one or a change of it.
        what: What was seen, for the page on the rules.
        reason: Why a fix is unsafe; empty for evidence in favour.
    """

    side: Literal["for", "against"]
    what: str
    reason: str = ""


EVIDENCE: Final[dict[str, Evidence]] = {
    "chat-callee": Evidence(
        "for", "the call, class or builder is one of a chat API, an SDK or a framework"
    ),
    "chat-body": Evidence(
        "for", "`messages`, or several other fields of a request, stand beside the name"
    ),
    "credentials": Evidence("for", "an API key or a base URL stands beside the name"),
    "setting": Evidence(
        "for", "a setting named after a model, among nothing but other settings of a client"
    ),
    "bound": Evidence("for", "requests in the same file use the constant"),
    "query": Evidence(
        "against",
        "a query, a filter, an assertion or a metric's label looks for the name",
        "what is looked for would no longer be found",
    ),
    "comparison": Evidence(
        "against", "the name is compared with something", "another branch would be taken"
    ),
    "measured": Evidence(
        "against",
        "a function or a variable that counts tokens, encodes them or looks up prices takes it",
        "this only counts tokens or looks up a price, and asks no model",
    ),
    "looked-up": Evidence(
        "against",
        "a variable holds it that is only compared, or looks something up",
        "what is looked for would no longer be found",
    ),
    "expected": Evidence(
        "against",
        "a row of a table of tests, a double or an expected value holds it",
        "this is what a test expects, or sets up",
    ),
    "rewritten": Evidence(
        "against",
        "a statement puts the name in place of another one that is stored",
        "this changes a stored name where it is another one, and asks no model",
    ),
    "registered": Evidence(
        "against",
        "one of several calls that register models holds it",
        "this is one of several models that are registered",
    ),
    "catalogue": Evidence(
        "against",
        "prices, windows, labels or states stand beside the name, or other models do",
        "this is an entry of a catalogue, which describes a model rather than asking it",
    ),
    "successor-listed": Evidence(
        "against",
        "the new name stands in the same list",
        "the new name stands in the same list already; remove this one instead",
    ),
    "successor-asked": Evidence(
        "against",
        "the program asks the new model, too",
        "the program asks the new model already, and may choose or compare",
    ),
    "error-expected": Evidence(
        "against",
        "the program handles the error that a retired model gives",
        "the program handles the error that a retired model gives, and may expect it",
    ),
    "part-looked-for": Evidence(
        "against",
        "the program looks for a part of a model's name, such as `thinking`",
        "the program looks for a part of a model's name, which the new one may lack",
    ),
    "doubled": Evidence(
        "against",
        "the program sets up a double of a client or server, or replays recorded answers",
        "the program sets up a double or replays answers, which may know only the old name",
    ),
    "other-host": Evidence(
        "against",
        "a base URL, a provider or an import names another host",
        "this request goes to another host, which has its own names and dates",
    ),
    "unseen-host": Evidence(
        "against",
        "a client, a base URL or a URL comes from elsewhere, or a setting stands without a host",
        "which host is asked cannot be seen here",
    ),
    "said-to-stay": Evidence(
        "against",
        "a comment says that something is kept, replayed, compared or shown as it was",
        "a comment says that something here is kept as it is",
    ),
    "vendor": Evidence(
        "against",
        "the other host is one of a known vendor's, where the name may live on",
        "this request goes to another vendor, which has its own names and dates",
    ),
    "alias": Evidence(
        "against",
        "the name is a public alias, routed to a model that is named elsewhere",
        "this is an alias that callers use, and not the model that is asked",
    ),
    "test-code": Evidence(
        "against",
        "the code is marked as a test",
        "this is in a test, which may be about this very name",
    ),
    "record": Evidence(
        "against",
        "a time, a usage or a duration stands beside the name",
        "this is a record of what was asked",
    ),
    "logged": Evidence(
        "against",
        "a log, a trace, a metric or an answer's type takes the name down",
        "this is taken down rather than asked",
    ),
    "hidden-default": Evidence(
        "against",
        "the class, library or program sends a temperature unless told otherwise",
        "a temperature is sent unasked here, which the new model may reject",
    ),
    "baseline": Evidence(
        "against",
        "a variable or an argument is called a baseline, or an old one",
        "something here is called a baseline or an old one, which others may be compared with",
    ),
    "forced-tool": Evidence(
        "against",
        "the program asks a library for structured output, for which it may force a tool call",
        "a library may force a tool call here, which the new model rejects while it thinks",
    ),
    "written-json": Evidence(
        "against",
        "the request is JSON in a string",
        "JSON in a string, and where the string goes cannot be seen here",
    ),
    "unsent": Evidence(
        "against",
        "a call, a variable, a key or a file holds it that is not known to send it as it is",
        "where this goes cannot be seen here",
    ),
    "unsent-text": Evidence(
        "against",
        "the request is a text that no command here sends to a chat API",
        "a request in a text, and where the text goes cannot be seen here",
    ),
    "listed": Evidence(
        "against",
        "the name is one of several in a list or a type",
        "this is one of several names, and where they go cannot be seen here",
    ),
}


NOTHING_SHOWS: Final = "nothing here shows that this is sent to a chat API"


def shown(found: list[str], *, is_shown: bool) -> list[str]:
    """Add a doubt to evidence for a request that is not shown to be sent.

    Args:
        found: Keys of `EVIDENCE`.
        is_shown: Whether everything that holds the name is known to send it.
    """
    is_doubted = not is_shown and any(EVIDENCE[name].side == "for" for name in found)
    return [*found, "unsent"] if is_doubted else found


def speaks_for(found: tuple[str, ...]) -> bool:
    """Tell whether there is evidence for a request."""
    return any(EVIDENCE[name].side == "for" for name in found)


def reasons_against(found: tuple[str, ...]) -> list[str]:
    """List the reasons against changing the name without review."""
    return [EVIDENCE[name].reason for name in found if EVIDENCE[name].side == "against"]
