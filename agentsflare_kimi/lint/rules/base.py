"""The interface of a rule: its input, its problems and its metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.asked_hosts import Program
from agentsflare_kimi.lint.evidence.hosts import Hosts
from agentsflare_kimi.lint.evidence.table import reasons_against, speaks_for
from agentsflare_kimi.lint.evidence.whole_text import (
    is_for_other_servers,
    reasons_in,
    reasons_in_comments,
    sends_temperature,
    split_comments,
)
from agentsflare_kimi.lint.findings import Fix, Severity
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.requests.bodies import callee_of
from agentsflare_kimi.lint.requests.mentions import Mention, find_mentions
from agentsflare_kimi.lint.sources.documents import Document, Embedded
from agentsflare_kimi.models.catalog import KimiModel, catalog, find_model
from agentsflare_kimi.models.successors import successor_of

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.rules.asked_elsewhere import AskedElsewhere

__all__ = [
    "IDENTIFIERS",
    "NAMES",
    "Problem",
    "Reading",
    "Rule",
    "Sample",
    "checked_later",
    "models_named",
]

NAMES: Final = ("kimi-", "moonshot-")
"""What a text contains that names a model of the catalog."""

IDENTIFIERS: Final = ("imi-", "moonshot-")
"""The same of every identifier of a model, those of other hosts among them."""

_DOCS: Final = "https://github.com/agentsflare/agentsflare-kimi/blob/main/docs/rules.md"


class Problem(NamedTuple):
    """One problem that a rule found, with offsets in the rule's own text.

    Attributes:
        message: What is wrong, and how to fix it.
        start: Where it begins.
        end: Where it ends, exclusive.
        severity: Its severity; None for the rule's own.
        fix: The fix, if any.
        model: The model that it is about.
        replacement: The model to use instead.
        in_prose: Whether it is in a comment or in prose.
        request: Start and end of the request, if all of it is written out here.
        is_shared: Whether other places in the text may use or change what the fix changes.
    """

    message: str
    start: int
    end: int
    severity: Severity | None = None
    fix: Fix | None = None
    model: str | None = None
    replacement: str | None = None
    in_prose: bool = False
    request: tuple[int, int] | None = None
    is_shared: bool = True


class Reading:
    """A document, with the results that several rules share."""

    def __init__(
        self,
        document: Document,
        today: date,
        around: Reading | None = None,
        migrate_to: str | None = None,
        *,
        is_tracked: bool = False,
    ) -> None:
        """Keep *document*, to be judged as of *today*.

        Args:
            document: A text.
            today: The day to judge by.
            around: The outer text, if *document* is embedded in one.
            migrate_to: The model to move every older one to, if any.
            is_tracked: Whether git tracks the file.
        """
        self.migrate_to = migrate_to
        self.is_tracked = is_tracked
        self.document = document
        self.today = today
        self._around = around
        self._named: dict[str, bool] = {}
        self.hosts: Hosts = around.hosts if around else Hosts(document.text)

    def successor_of(self, model: KimiModel) -> KimiModel | None:
        """Find the successor of *model*; None if it may stay."""
        return successor_of(catalog(), model, "migrate", self.migrate_to)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every place that names a model."""
        found = [*find_mentions(self.document, self.embedded)]
        asked = {mention.model for mention in found if mention.is_request}
        return tuple(self._in_file(mention, asked) for mention in found)

    def _in_file(self, mention: Mention, asked: AbstractSet[str]) -> Mention:
        """Add evidence to a request that the rest of the file gives."""
        if not mention.is_request:
            return mention
        evidence = [*mention.value.evidence, *self._host_of(mention)]
        evidence += self.reasons
        model = find_model(mention.model)
        new = self.successor_of(model) if model else None
        if new and self._asks_as_well(new.id, asked):
            evidence.append("successor-asked")
        # What is doubted already needs no further look.
        found = tuple(evidence)
        if speaks_for(found) and not reasons_against(found):
            evidence += self.remarked or (("unseen-host",) if self._is_host_unseen(mention) else ())
        return mention._replace(value=mention.value._replace(evidence=tuple(evidence)))

    def _asks_as_well(self, model: str, asked: AbstractSet[str]) -> bool:
        """Tell whether the program, which may consist of several texts, asks *model*, too."""
        if self._around and not load(self._around.document.language).has_samples:
            return self._around.names(model)
        return model in asked and not load(self.document.language).is_data

    def names(self, model: str) -> bool:
        """Tell whether the text names a model; each is looked for once, for all texts in it."""
        if model not in self._named:
            self._named[model] = model in self.document.text
        return self._named[model]

    @cached_property
    def reasons(self) -> Sequence[str]:
        """What the outermost program says against changing its requests."""
        if self._around:
            return self._around.reasons
        text = self.document.text
        if not load(self.document.language).is_data:
            return reasons_in(text)
        return ("hidden-default",) if sends_temperature(text) else ()

    @cached_property
    def remarked(self) -> Sequence[str]:
        """What the comments of the outermost text say against it."""
        return self._around.remarked if self._around else reasons_in_comments(self._split[1])

    @cached_property
    def _split(self) -> tuple[str, str]:
        return split_comments(self.document)

    @cached_property
    def program(self) -> Program:
        """The whole text without comments, whose addresses tell which host is asked."""
        return self._around.program if self._around else Program(self._split[0])

    def _host_of(self, mention: Mention) -> Sequence[str]:
        """Return the evidence that a request goes to another host."""
        host = self.hosts.verdict
        body = mention.value.body
        if body and body.is_complete and host == "unknown":
            request = self.document.text[body.main.opener : body.main.closer]
            return ("other-host",) if is_for_other_servers(request) else ()
        if host in {"ours", "unknown"}:
            return ()
        return ("vendor",) if host == "vendor" else ("other-host",)

    def _is_host_unseen(self, mention: Mention) -> bool:
        """Tell whether it cannot be seen that a request goes to the gateway or to Moonshot."""
        from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # rarely needed

        document = self.document
        body = mention.value.body
        callee = ""
        if body and isinstance(document, CodeDocument):
            callee = callee_of(document.tree, body.main.opener)
        is_setting = {*mention.value.evidence} <= {"setting", "credentials"}
        return self.program.asked(callee, is_setting=is_setting) == "unseen"

    @cached_property
    def asked_elsewhere(self) -> AskedElsewhere | None:
        """The requests whose models are named elsewhere in a program; None outside programs."""
        from agentsflare_kimi.lint.rules.asked_elsewhere import AskedElsewhere  # noqa: PLC0415  # few files need it
        from agentsflare_kimi.lint.sources.code import CodeDocument  # noqa: PLC0415  # same

        document = self.document
        if not isinstance(document, CodeDocument):
            return None
        return AskedElsewhere(document, self.mentions, self.hosts)

    @cached_property
    def embedded(self) -> Sequence[Embedded]:
        """The embedded texts."""
        return self.document.embedded()


def models_named(mentions: Iterable[Mention]) -> frozenset[str]:
    """List the models named in strings that may be sent in requests."""
    return frozenset(
        mention.model
        for mention in mentions
        if mention.value.position in {"request", "value"} and not mention.host
    )


class Sample(NamedTuple):
    """An example file for a rule; tests lint it."""

    filename: str
    text: str


def checked_later(_: Reading) -> Iterator[Problem]:
    """Find nothing; `lint.suppressions` reports these after all other rules have run."""
    return iter(())


class Rule(NamedTuple):
    """One rule; `--explain`, its docs page and its tests derive from this.

    Attributes:
        code: Its code, such as `AFK001`.
        name: Its short name, in kebab case.
        severity: The severity of a finding in a request.
        summary: Its summary, in one line.
        explanation: Why it matters, in Markdown.
        bad: An example that it reports.
        good: The same example, fixed, which it does not report.
        fix_safety: What `--fix` does, what `--unsafe-fixes` adds, and why.
        check: Finds the problems.
        needles: Strings; the rule is loaded only for a text that contains one of them.
        about: The same of what the rule is about, such as models; empty if `needles` say it.
        is_for_moves: Whether the rule holds only where `migrate_to` names a model.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    explanation: str
    bad: Sample
    good: Sample
    fix_safety: str
    check: Callable[[Reading], Iterator[Problem]]
    needles: Sequence[str]
    about: Sequence[str] = ()
    is_for_moves: bool = False

    @property
    def url(self) -> str:
        """The URL of its docs page."""
        return f"{_DOCS}#{self.code.lower()}"
