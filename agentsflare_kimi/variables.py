"""Finds variables that were meant for a setting but are misspelt, so that nothing reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

__all__ = ["PREFIX", "Misspelling", "find_misspelt"]

PREFIX: Final = "AGENTSFLARE_"
_BRAND: Final = PREFIX.removesuffix("_")

# The proxy reads these, and checks them itself.
_OF_THE_PROXY: Final = f"{PREFIX}PROXY_"
# Matches `APIKEY`, `API_KYE` and `RETRIES`; unrelated names score lower.
_ALIKE: Final = 0.78
_ALIKE_WITH_PREFIX: Final = 0.9
# What other services call the same thing.
_OTHER_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("KEY", "TOKEN", "API_TOKEN", "SECRET", "SECRET_KEY"), "API_KEY"),
    **dict.fromkeys(("URL", "API_BASE", "API_URL", "ENDPOINT", "HOST"), "BASE_URL"),
    **dict.fromkeys(("MODEL_NAME", "DEFAULT_MODEL"), "MODEL"),
}


class Misspelling(NamedTuple):
    """A variable that nothing reads, and the one that was probably meant."""

    found: str
    meant: str

    def __str__(self) -> str:
        """Name both variables, without the value."""
        return f"{self.found} is not read; did you mean {self.meant}?"


def find_misspelt(names: Iterable[str], fields: Collection[str]) -> Iterator[Misspelling]:
    """Find the variables whose names are close to a setting's.

    >>> [*find_misspelt(["AGENTSFLARE_APIKEY", "HOME"], ["api_key", "model"])]
    [Misspelling(found='AGENTSFLARE_APIKEY', meant='AGENTSFLARE_API_KEY')]

    Args:
        names: Names of variables, in any case.
        fields: Names of the settings' fields.

    Yields:
        The misspellings, in the order of *names*. A synonym, such as `AGENTSFLARE_TOKEN`,
        counts only if the setting's own variable is not in *names*.
    """
    found = [*names]
    known = {PREFIX + field.upper(): field.upper() for field in fields}
    present = {name.upper() for name in found} & known.keys()
    for name in found:
        upper = name.upper()
        # Clients are made often, and most variables are unrelated.
        if upper.startswith("AG") and upper not in known:
            meant = _meant(upper, known, present)
            if meant is not None:
                yield Misspelling(name, meant)


def _meant(name: str, known: Mapping[str, str], present: Collection[str]) -> str | None:
    if not name.startswith(_BRAND):
        return next(iter(get_close_matches(name, known, n=1, cutoff=_ALIKE_WITH_PREFIX)), None)
    if name.startswith(_OF_THE_PROXY):
        return None
    rest = name.removeprefix(_BRAND).strip("_-.")
    other = PREFIX + _OTHER_WORDS.get(rest, "")
    if other in known:
        return None if other in present else other
    bare = {_bare(field): field for field in known.values()}
    for near in get_close_matches(_bare(rest), bare, n=1, cutoff=_ALIKE):
        # `API_KEY_STAGING` is a name that somebody chose.
        if not rest.startswith(f"{bare[near]}_"):
            return PREFIX + bare[near]
    return None


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name)
