"""Short words for what the tests of the rules ask."""

from agentsflare_kimi.lint import LintConfig, fix_text, lint_text


def find(code, text, filename, *, prose=False):
    """Return the findings of one rule."""
    config = LintConfig(select=(code,)) if prose else None
    return [finding for finding in lint_text(text, filename, config) if finding.code == code]


def find_one(code, text, filename, **options):
    (finding,) = find(code, text, filename, **options)
    return finding


def kind(finding):
    """Return how a finding can be fixed."""
    if finding.fix is None:
        return "none"
    return "safe" if finding.fix.is_safe else "unsafe"


def fixed(text, filename, **options):
    """Return a text after its safe fixes, or with `unsafe=True` after all of them."""
    return fix_text(text, filename, **options).text
