"""The linter on source trees of other people: what it finds, what it would change, how fast.

    python benchmarks/lint_trees.py [--swap] [--out FOLDER] TREE [TREE ...]

Each TREE is a checkout; it is copied, and never changed. With `--swap`, quoted names of other
vendors' models become retired names of ours first, so that each tree is full of requests.

Counted: names found over those that a plain search finds (bound 0.995, comments and prose
included), wall time over ripgrep's on the same tree in turn (bound 3, for all trees together),
files that parsed before a fix and no longer do (bound 0), and fixes that a second run makes
(bound 0). Whether a finding is a request and a safe fix is right is for a reader to say: with
`--out`, all safe changes are written to `safe.diff` and a sample of errors to `errors.txt`.
Exits with 1 past a bound.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tree_sitter_language_pack import get_parser

from agentsflare_kimi import list_models
from agentsflare_kimi.lint.languages import language_of

RETIRED = [model.id for model in list_models() if model.status == "retired"]
_LONGEST_FIRST = "|".join(sorted(map(re.escape, RETIRED), key=len, reverse=True))
NAME = re.compile(rf"(?<![\w./@:~-])(?:{_LONGEST_FIRST})(?![\w/@-]|[.:]\w)")
# Names that public code asks for most, as it writes them: between quotes.
OTHERS = re.compile(
    r"""(["'`])(?:gpt-4o(?:-mini)?|gpt-4\.1(?:-mini|-nano)?|gpt-4(?:-turbo)?|gpt-3\.5-turbo"""
    r"""|o[13](?:-mini)?|deepseek-(?:chat|reasoner)|mistral-(?:large|small)-latest)\1"""
)
# Lines as git and editors count them: other separators end none.
LINE_END = re.compile(r"\r\n?|\n")
LARGEST = 1_000_000
SAMPLE = 200
RECALL, SLOWEST = 0.995, 3.0
LINT = [sys.executable, "-m", "agentsflare_kimi", "lint"]
# Languages that tree-sitter names otherwise.
GRAMMARS = {"shell": "bash"}


def texts(root: Path) -> dict[Path, str]:
    """Read the files that hold text and are no larger than what the linter reads."""
    found: dict[Path, str] = {}
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts and path.stat().st_size <= LARGEST:
            data = path.read_bytes()
            if b"\0" not in data:
                try:
                    found[path] = data.decode("utf-8-sig")
                except UnicodeDecodeError:
                    continue
    return found


def swap(root: Path) -> int:
    """Put retired names in place of other vendors'; returns how many."""
    count = 0
    for path, text in texts(root).items():
        chance = random.Random(path.name)
        changed, number = OTHERS.subn(
            lambda match: f"{match[1]}{chance.choice(RETIRED)}{match[1]}",  # noqa: B023
            text,
        )
        if number:
            path.write_text(changed, encoding="utf-8", newline="")
            count += number
    return count


def parses(path: Path, text: str) -> bool:
    """Whether tree-sitter finds no error; True where it has no grammar."""
    language = language_of(path.name, text)
    try:
        parser = get_parser(GRAMMARS.get(language, language))
    except LookupError:
        return True
    return not parser.parse(text.encode()).root_node.has_error


def run(command: list[str], cwd: Path) -> tuple[float, str]:
    """Run a command; returns its wall seconds and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        print(done.stderr[-2_000:])
    return time.perf_counter() - started, done.stdout


def measure(tree: Path, *, is_swapped: bool, out: Path | None) -> Counter[str]:
    """Measure one tree."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "tree"
        shutil.copytree(tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        counts["swapped"] = swap(root) if is_swapped else 0
        run(["git", "init", "-q"], root)
        run(["git", "add", "-A", "-f"], root)
        before = texts(root)
        places = {
            (str(path.relative_to(root)), number)
            for path, text in before.items()
            for number, line in enumerate(LINE_END.split(text), 1)
            if NAME.search(line)
        }
        counts["files"], counts["lines with names"] = len(before), len(places)
        _, printed = run([*LINT, "--select", "ALL", "--json", "--exit-zero", "."], root)
        everything = json.loads(printed or "[]")
        seen = {
            (item["filename"], line)
            for item in everything
            for line in range(item["line"], item["end_line"] + 1)
        }
        counts["found"] = len(places & seen)
        for name, line in sorted(places - seen)[:20]:
            print(f"    not found: {name}:{line}")
        for command in (["rg", "-F", *(part for name in RETIRED for part in ("-e", name)), "."],):
            run(command, root)
            counts["ripgrep ms"] = round(1000 * min(run(command, root)[0] for _ in range(3)))
        counts["linter ms"] = round(
            1000 * min(run([*LINT, "--output-format", "concise", "."], root)[0] for _ in range(3))
        )
        _, printed = run([*LINT, "--json", "--exit-zero", "."], root)
        findings = json.loads(printed or "[]")
        for item in findings:
            counts[f"{item['code']} {item['severity']}"] += 1
        _, diff = run([*LINT, "--diff", "--quiet", "."], root)
        counts["safe hunks"] = len(re.findall(r"^@@ ", diff, re.MULTILINE))
        if out:
            report(tree.name, before, root, findings, diff, out)
        check_fixes(root, before, counts)
    return counts


def report(  # what a reader looks at
    name: str, before: dict[Path, str], root: Path, findings: list[dict], diff: str, out: Path
) -> None:
    """Write what a person has to judge."""
    with (out / "safe.diff").open("a", encoding="utf-8") as file:
        file.write(f"===== {name}\n{diff}\n")
    errors = [item for item in findings if item["severity"] == "error"]
    with (out / "errors.txt").open("a", encoding="utf-8") as file:
        for item in random.Random(name).sample(errors, min(len(errors), SAMPLE)):
            lines = before.get(root / item["filename"], "").splitlines()
            first = max(0, item["line"] - 4)
            shown = "\n".join(line[:160] for line in lines[first : item["line"] + 3])
            file.write(f"--- {name} {item['filename']}:{item['line']} {item['code']}\n{shown}\n")


def check_fixes(root: Path, before: dict[Path, str], counts: Counter[str]) -> None:
    """Apply all fixes, and look at what came of the files."""
    run([*LINT, "--fix", "--unsafe-fixes", "--quiet", "."], root)
    after = texts(root)
    changed = {path for path, text in before.items() if after.get(path) != text}
    counts["files changed"] = len(changed)
    counts["no longer parse"] = sum(
        parses(path, before[path]) and not parses(path, after[path]) for path in changed
    )
    run([*LINT, "--fix", "--unsafe-fixes", "--quiet", "."], root)
    counts["changed by a second run"] = sum(
        text != after[path] for path, text in texts(root).items() if path in changed
    )


def main() -> int:
    """Measure, print, and tell by the exit code whether every bound held."""
    parser = argparse.ArgumentParser()
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--swap", action="store_true")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    for number, tree in enumerate(arguments.trees, 1):
        counts = measure(tree, is_swapped=arguments.swap, out=arguments.out)
        total.update(counts)
        print(f"tree {number}: {dict(counts)}", flush=True)
    print("\nall trees together")
    for name, count in total.items():
        print(f"{name:<28} {count:>9,}")
    recall = total["found"] / max(1, total["lines with names"])
    slowness = total["linter ms"] / max(1, total["ripgrep ms"])
    print(f"{'recall':<28} {recall:>9.4f}  bound {RECALL}")
    print(f"{'wall / ripgrep':<28} {slowness:>9.2f}  bound {SLOWEST}")
    broken = total["no longer parse"] + total["changed by a second run"]
    return 0 if recall >= RECALL and slowness <= SLOWEST and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
