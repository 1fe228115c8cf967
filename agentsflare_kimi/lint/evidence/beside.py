"""Evidence from the keys beside a model's name, found once for all names beside them."""

from __future__ import annotations

from functools import cached_property, lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import ASKS, CREDENTIALS, RECORDS
from agentsflare_kimi.lint.requests.keys import describes_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.documents import Position

__all__ = ["Beside", "settled", "squeeze"]

# A prompt or an input alone may as well be a row of what was asked.
_BODIES: Final = frozenset({"messages"})
_ANSWERS: Final = frozenset(
    {"choices", "systemfingerprint", "object", "created", "createdat", "usage", "finishreason"}
)
# Keys that a response has beside an id, and a request does not.
_STAMPS: Final = _ANSWERS - {"object"}
# Keys around recorded requests.
_RECORDED: Final = frozenset(
    {
        "responsebody",
        "statuscode",
        "responseheaders",
        "recordedat",
        "requesturi",
        "responses",
        "response",
    }
)
# Keys of answers that are stored with a request.
_KEPT: Final = frozenset({"response", "completion", "answer", "reply", "expected", "result"})
_IN_AND_OUT: Final = frozenset({"input", "output"})
_ALIAS: Final = frozenset({"litellmparams", "modelinfo"})
_EXPECTING: Final = ("expect", "want", "golden")
_TUNING: Final = frozenset(
    {"temperature", "topp", "presencepenalty", "frequencypenalty", "maxtokens", "reasoningeffort"}
)
_VALUES: Final = frozenset({"listed", "alias", "measured", "expected", "registered", "rewritten"})
# What a message has, and a request does not.
_MESSAGE: Final = frozenset({"role", "content"})
_ENTRY: Final = frozenset({"modelid", "modelname"})


class Beside:
    """The keys of one pair of brackets, mapping, or builder chain.

    Keys that hold models are ignored, so the evidence is the same for each of those.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        """Keep *keys*, squeezed; evidence is found on first use."""
        self._unread = keys

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys, squeezed."""
        return frozenset(self._unread)

    @property
    def is_recording(self) -> bool:
        """Whether the keys are those of a recorded exchange."""
        return bool(_RECORDED & self.keys)

    @cached_property
    def is_expecting(self) -> bool:
        """Whether the keys are those of a row in a table of tests."""
        is_expecting = any(key.startswith(_EXPECTING) for key in self.keys)
        return is_expecting and not ASKS & self.keys

    @property
    def is_tuned(self) -> bool:
        """Whether the keys set how a model answers, which a catalogue does not say."""
        return len(_TUNING & self.keys) > 1

    def evidence_on(self, own: str) -> list[str]:
        """Find the evidence on a name.

        Args:
            own: The name's own key.

        Returns:
            Keys of `EVIDENCE`.
        """
        is_alias = squeeze(own) == "modelname" and bool(_ALIAS & self.keys)
        return [*self._found, "alias"] if is_alias else [*self._found]

    @cached_property
    def _found(self) -> Sequence[str]:
        keys = self.keys
        is_only = "choices" in keys and keys <= {"choices", "model"}
        is_answer = is_only or len(keys & _ANSWERS) > 1 or ("id" in keys and keys & _STAMPS)
        is_answer = is_answer or keys >= _MESSAGE
        if is_answer and "messages" not in keys:
            return ["record"]
        found: list[str] = []
        if keys >= _IN_AND_OUT and "messages" not in keys:
            # Prices or token counts of input and output; no request has an output.
            return ["catalogue"]
        if keys & _BODIES or len(keys & ASKS) > 1:
            found.append("chat-body")
            if keys & (RECORDS | _KEPT):
                found.append("record")
        if keys & CREDENTIALS:
            found.append("credentials")
        if found:
            return found
        if keys & RECORDS:
            found.append("record")
        if keys >= _ENTRY or any(describes_model(key) for key in keys):
            found.append("catalogue")
        return found


@lru_cache(maxsize=4096)
def squeeze(key: str) -> str:
    """Normalize a key: lower case, without quotes and word separators."""
    return "".join(letter for letter in key if letter.isalnum()).lower()


def settled(position: Position, evidence: Sequence[str]) -> tuple[Position, tuple[str, ...]]:
    """Adjust a position by the evidence.

    Args:
        position: The position that the key alone suggests.
        evidence: Keys of `EVIDENCE`.

    Returns:
        The final position, and the evidence that counts.
    """
    found = tuple(dict.fromkeys(evidence))
    if position != "request":
        return position, found
    if {"query", "comparison", "looked-up"} & set(found):
        return "comparison", found
    if "logged" in found or ("record" in found and "chat-body" not in found):
        return "record", found
    is_asked = bool({"chat-body", "credentials", "chat-callee"} & set(found))
    if _VALUES & set(found) or ("catalogue" in found and not is_asked):
        return "value", found
    return position, found
