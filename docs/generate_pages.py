"""Writes the pages that are made from the package's own tables, when the site is built."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import agentsflare_kimi
from agentsflare_kimi import KimiSettings, errors, list_models, plan_migration
from agentsflare_kimi.lint.rules import RULES
from agentsflare_kimi.lint.rules.explaining import explain
from agentsflare_kimi.reading.diagnosis_forms import list_forms

SITE: Final = "https://agentsflare.github.io/agentsflare-kimi/"
PAGES: Final = Path(__file__).parent


def write_pages(folder: Path) -> None:
    """Write every generated page into *folder*, which git ignores.

    Args:
        folder: The folder of the site's sources. Whole pages go to `rules/` and `reference/`,
            what other pages include goes to `generated/`.
    """
    pages = {
        "generated/settings.md": _settings(),
        "generated/models.md": _models(),
        "generated/migrations.md": _migrations(),
        "generated/exceptions.md": _exceptions(),
        "generated/causes.md": _causes(),
        "generated/commands.md": _commands(),
        "generated/llms.txt": _llms(),
        "reference/index.md": _reference(),
        "rules/index.md": _rules(),
    }
    pages |= {f"rules/{rule.code}.md": explain(rule) + "\n" for rule in RULES}
    for name, text in pages.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return (
        "\n".join(
            f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
        )
        + "\n"
    )


def _definitions(terms: Iterable[tuple[str, str]]) -> str:
    """List terms and what they mean: unlike a table, it is as wide as the screen."""
    return "\n".join(f"{term}\n: {meaning}\n" for term, meaning in terms)


def _settings() -> str:
    meanings = _attributes(KimiSettings)
    return _definitions(
        (
            f"`AGENTSFLARE_{name.upper()}`, `{name}` (default: {_shown(field.default)})",
            meanings[name],
        )
        for name, field in KimiSettings.model_fields.items()
    )


def _shown(default: object) -> str:
    if default in (None, ()):
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _attributes(described: type) -> dict[str, str]:
    """Read the `Attributes:` section of a class's docstring."""
    found: dict[str, str] = {}
    section = inspect.getdoc(described) or ""
    name = ""
    for line in section.partition("Attributes:\n")[2].splitlines():
        if line and not line.startswith(" "):
            break
        if line.startswith("    ") and not line.startswith("     "):
            name, _, text = line.strip().partition(": ")
            found[name] = text
        elif name and line.strip():
            found[name] += f" {line.strip()}"
    return found


def _models() -> str:
    return _table(
        ("model", "status", "instead", "context", "inputs", "thinking"),
        (
            (
                f"`{model.id}`",
                f"{model.status}{f', {model.retired_on}' if model.retired_on else ''}",
                f"`{model.successor}`" if model.successor else "",
                f"{model.context_window:,}" if model.context_window else "",
                ", ".join(sorted(model.inputs)),
                model.thinking,
            )
            for model in list_models()
        ),
    )


def _migrations() -> str:
    request = {
        "messages": [{"role": "user", "content": "Hello"}],
        "temperature": 0.3,
        "top_p": 0.9,
        "n": 2,
        "max_tokens": 100,
    }
    parts: list[str] = []
    for model in list_models():
        if not model.successor:
            continue
        settings = KimiSettings(on_deprecated="migrate", on_retired="migrate")
        plan = plan_migration({"model": model.id, **request}, settings=settings)
        rows = (
            (
                f"`{change.parameter}`",
                f"`{change.before}`",
                f"`{change.after}`",
                "**lost**" if change.is_lossy else "kept",
                change.reason,
            )
            for change in plan.changes
        )
        parts.append(
            f"### {model.id}\n\n" + _table(("parameter", "before", "after", "", "why"), rows)
        )
    return "\n".join(parts)


def _classes(base: type) -> Iterator[type]:
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, base):
            yield kind


def _exceptions() -> str:
    def entry(kind: type) -> tuple[str, str]:
        # How errors are pickled is no class that a program catches.
        caught = [base for base in kind.__bases__ if issubclass(base, BaseException)]
        bases = ", ".join(f"`{base.__name__}`" for base in caught)
        purpose = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        return f"`{kind.__name__}` ({bases})", purpose.replace("\n", " ")

    warnings = [*_classes(Warning)]
    raised = [kind for kind in _classes(Exception) if kind not in warnings]
    return "\n".join(
        f"## {title}\n\n{_definitions(map(entry, kinds))}"
        for title, kinds in (("Exceptions", raised), ("Warnings", warnings))
    )


def _causes() -> str:
    seen: dict[str, list[str]] = {}
    for form in list_forms():
        retry = {True: "yes", False: "no", None: "unknown"}[form.is_retryable]
        line = f"- {form.summary} *{form.advice}* Worth a retry: {retry}."
        if line not in seen.setdefault(form.cause, []):
            seen[form.cause].append(line)
    return "".join(f"### {cause}\n\n" + "\n".join(lines) + "\n\n" for cause, lines in seen.items())


def _rules() -> str:
    rows = (
        (f"[{rule.code}]({rule.code}.md)", rule.name, rule.severity, rule.summary) for rule in RULES
    )
    pages = "\n".join(rule.code for rule in RULES)
    return (
        "# Rules of the linter\n\nMade from the rules themselves, as "
        "`agentsflare-kimi lint --explain CODE` is.\n\n"
        + _table(("code", "name", "severity", "what it finds"), rows)
        + f"\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"
    )


def _commands() -> str:
    overview = _help()
    listed = overview.partition("commands:\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines() if line.startswith("  ")]
    sections = ((f"agentsflare-kimi {name}", _help(name)) for name in names)
    parts = (
        f"## {title}\n\n```text\n{text.rstrip()}\n```\n"
        for title, text in (("agentsflare-kimi", overview), *sections)
    )
    return "\n".join(parts)


def _help(*command: str) -> str:
    run = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", "agentsflare_kimi", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "88", "NO_COLOR": "1"},
    )
    return run.stdout


def _reference() -> str:
    """Write one entry for each exported name, so that none can be forgotten."""
    parts = ["# API reference\n\nEverything that `agentsflare_kimi` exports.\n"]
    for title, names in _groups().items():
        parts.append(f"## {title}\n")
        parts += [_documented("agentsflare_kimi", name) for name in names]
    for title, module in (
        ("The linter", "agentsflare_kimi.lint"),
        ("The emulator", "agentsflare_kimi.emulator"),
        ("Batches", "agentsflare_kimi.batch"),
        ("The proxy", "agentsflare_kimi.proxy"),
    ):
        if find_spec(module) is None:
            continue
        exported = getattr(__import__(module, fromlist=["__all__"]), "__all__", ())
        parts.append(f"## {title}: `{module}`\n")
        parts += [_documented(module, name) for name in exported]
    return "\n".join(parts)


def _groups() -> dict[str, list[str]]:
    titles = {
        "client": "Clients",
        "settings": "Settings",
        "models": "Models and migration",
        "reading": "Reading answers, streams and failures",
        "calling": "Calls",
        "errors": "Errors and warnings",
    }
    groups: dict[str, list[str]] = {title: [] for title in titles.values()}
    for name in agentsflare_kimi.__all__:
        value = getattr(agentsflare_kimi, name)
        module = getattr(value, "__module__", "agentsflare_kimi.models").split(".")
        room = module[1] if len(module) > 1 and module[0] == "agentsflare_kimi" else "models"
        groups[titles.get(room, "Calls")].append(name)
    return {title: names for title, names in groups.items() if names}


def _documented(module: str, name: str) -> str:
    value = getattr(__import__(module, fromlist=[name]), name)
    if isinstance(value, type):
        directive = "autoexception" if issubclass(value, BaseException) else "autoclass"
    elif inspect.isroutine(value):
        directive = "autofunction"
    else:
        directive = "autodata"
    options = "   :no-value:\n" if directive == "autodata" else ""
    return f"```{{eval-rst}}\n.. {directive}:: {module}.{name}\n{options}```\n"


def _llms() -> str:
    head = (
        "# agentsflare-kimi\n\n> A drop-in replacement for building an OpenAI client, aimed at "
        "Kimi models behind the Agentsflare gateway.\n\n## Documentation\n\n"
    )
    # In the order of the site's own contents.
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    names = re.findall(r"^([\w/-]+)$", index, re.MULTILINE)
    return head + "".join(
        f"- [{_title(name)}]({SITE}{name.removesuffix('index')}{'' if '/' in name else '/'})\n"
        for name in names
    )


def _title(name: str) -> str:
    made = {"rules/index": "Rules of the linter", "reference/index": "API reference"}
    if name in made:
        return made[name]
    first = (PAGES / f"{name}.md").read_text(encoding="utf-8").partition("\n")[0]
    return first[2:] if first.startswith("# ") else name.capitalize()
