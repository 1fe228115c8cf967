"""Finds rules and renders their documentation."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules import RULES

if TYPE_CHECKING:
    from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["as_data", "explain", "find_rules", "name_of"]


def find_rules(code: str) -> list[Rule]:
    """Find rules by code or prefix.

    Args:
        code: Such as `AFK001`, `AFK1`, or `ALL`.

    Returns:
        The rules in order; empty if no code matches.
    """
    prefix = "AFK" if code.upper() == "ALL" else code.upper()
    return [rule for rule in RULES if prefix and rule.code.startswith(prefix)]


def name_of(code: str) -> str:
    """Return a rule's name; empty if there is no such rule."""
    return next((rule.name for rule in RULES if rule.code == code), "")


def explain(rule: Rule) -> str:
    """Render a rule's page, in Markdown."""
    return (
        f"# {rule.name} ({rule.code})\n\n{rule.summary} Severity: {rule.severity}.\n\n"
        f"{rule.explanation.strip()}\n\n"
        f"## Example\n\n```{_language(rule.bad.filename)}\n{rule.bad.text.rstrip()}\n```\n\n"
        f"Instead:\n\n```{_language(rule.good.filename)}\n{rule.good.text.rstrip()}\n```\n\n"
        f"## Fix safety\n\n{rule.fix_safety.strip()}"
    )


def as_data(rule: Rule) -> dict[str, str]:
    """Return the content of a rule's page, for programs."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "summary": rule.summary,
        "explanation": rule.explanation,
        "bad": rule.bad.text,
        "good": rule.good.text,
        "fix_safety": rule.fix_safety,
        "url": rule.url,
    }


def _language(filename: str) -> str:
    return filename.rpartition(".")[2]
