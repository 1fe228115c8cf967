"""Runs every recipe in its locked environment and writes the tables of docs/frameworks.md.

`nox -f examples/frameworks/noxfile.py` runs them all, `-s core core_instructor` what CI runs on
each change.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import nox

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "frameworks.md"
RESULTS = ROOT / ".venvs" / "frameworks"
CORE = ("pydantic_ai", "openai_agents", "langchain", "litellm")
ENVIRONMENTS = {
    "core": CORE,
    "core_instructor": ("instructor",),
    "newest": (
        *CORE,
        "ag2",
        "agent_framework",
        "agno",
        "autogen",
        "chatlas",
        "dspy",
        "griptape",
        "haystack",
        "llm",
        "magentic",
        "mirascope",
        "outlines",
        "smolagents",
    ),
    "openai2": ("crewai", "llamaindex", "strands"),
    "pinned": ("instructor", "marvin", "semantic_kernel"),
}
TRACERS = ("opentelemetry", "logfire", "openinference")
MORE_TRACERS = (
    "braintrust",
    "datadog",
    "langfuse",
    "langsmith",
    "mlflow",
    "openai_v2",
    "opik",
    "sentry",
    "traceloop",
    "weave",
)
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "CREWAI_DISABLE_TELEMETRY": "true"}
PARTS = ("chat", "tool_loop", "structured", "stream")

# The tools of the Makefile, and no other: `uv` would need its own certificates where a proxy signs.
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["newest", "openai2", "pinned", "table"]


def _run(session: nox.Session, name: str) -> None:
    # The locks are whole. pip would resolve them once more, which takes time and fails where a
    # package asks for an extra of a pinned one.
    lock = str(HERE / "requirements" / f"{name}.txt")
    session.install("--require-hashes", "--no-deps", "-r", lock)
    session.install("--no-deps", "-e", str(ROOT))
    RESULTS.mkdir(parents=True, exist_ok=True)
    failed = []
    jobs = [(f"with_{each}.py", each) for each in ENVIRONMENTS[name]]
    if name in {"core", "newest"}:
        tracers = TRACERS if name == "core" else (*TRACERS, *MORE_TRACERS)
        jobs += [("tracers.py", each) for each in tracers]
    for program, each in jobs:
        more = [each] if program == "tracers.py" else []
        told = session.run(
            "python", str(HERE / program), *more, silent=True, env=QUIET, success_codes=[0, 1]
        )
        lines = [line for line in str(told).splitlines() if line.startswith("{")]
        (RESULTS / f"{each}.jsonl").write_text("\n".join(lines), "utf-8")
        rows = [json.loads(line) for line in lines]
        wrong = [row for row in rows if row.get("verdict", "ok") != "ok"]
        failed += [f"{each}: {row}" for row in wrong] or ([] if rows else [f"{each}: {told}"])
    if failed:
        session.error("\n".join(failed))


for _name in ENVIRONMENTS:
    nox.session(lambda session, name=_name: _run(session, name), name=_name, reuse_venv=True)


@nox.session(venv_backend="none")
def table(session: nox.Session) -> None:
    """Write what the runs found into the page."""
    found = [_rows(path) for path in sorted(RESULTS.glob("*.jsonl"))]
    frameworks = [rows for rows in found if "package" in rows[0]]
    tracers = [rows[0] for rows in found if "tracer" in rows[0]]
    text = PAGE.read_text("utf-8")
    text = _put(text, "frameworks", "\n".join(_framework_lines(frameworks)))
    text = _put(text, "tracers", "\n".join(_tracer_lines(tracers)))
    PAGE.write_text(text, "utf-8")
    session.log(f"{PAGE.relative_to(ROOT)}: {len(frameworks)} frameworks, {len(tracers)} tracers")


def _rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _framework_lines(frameworks: list[list[dict]]) -> list[str]:
    day = f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}"
    lines = [
        f"Run on {day}. In each cell: requests for `kimi-k2.6` / for `kimi-k2-turbo-preview`.",
        "",
        "| framework | openai | chat | tool loop | structured | async stream | blocked | warned |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for rows in frameworks:
        cells = [_cell([row for row in rows if row["part"] == part]) for part in PARTS]
        warned = sorted({name for row in rows for name in row["warnings"]})
        names = ", ".join(name.removesuffix("Warning") for name in warned)
        head = f"{rows[0]['package']} {rows[0]['version']}"
        blocked = [row for row in rows if row["part"] == "blocked"]
        told = next((row["verdict"] for row in blocked if row["verdict"] != "ok"), None)
        raised = f"**{told}**" if told else blocked[0]["raised"] or "nothing; the text says so"
        openai = rows[0]["openai"]
        lines.append(f"| {head} | {openai} | {' | '.join(cells)} | {raised} | {names} |")
    return lines


def _cell(rows: list[dict]) -> str:
    wrong = [row["verdict"] for row in rows if row["verdict"] != "ok"]
    if wrong:
        return f"**{wrong[0]}**"
    return "ok " + " / ".join(str(len(row["requests"])) for row in rows) if rows else "-"


def _tracer_lines(tracers: list[dict]) -> list[str]:
    lines = [
        "| tracer | model asked for | model that answered | `agentsflare_kimi.…` | a cut stream |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in tracers:
        own = {key: model for key, model in row["own"].items() if not key.startswith("agents")}
        shown = [
            ", ".join(f"`{key}`" for key, value in own.items() if value == model) or "-"
            for model in ("kimi-k2-turbo-preview", "kimi-k2.6")
        ]
        place = "the program's span" if row["program"] else "its span"
        cells = f"{shown[0]} | {shown[1]} | {place} | {row['cut_stream']}"
        lines.append(f"| {row['tracer']} {row['version']} | {cells} |")
    return lines


def _put(text: str, name: str, made: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{made}\n{end}", text, flags=re.DOTALL)
