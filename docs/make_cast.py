"""Writes `docs/_static/demo.svg` from what the real program prints: `make cast`.

Lines appear one after the other, as they do in a terminal; a reader who asked for less motion
sees them all at once.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

CAST: Final = Path(__file__).parent / "_static" / "demo.svg"
LEGACY: Final = """\
from agentsflare_kimi import Kimi

answer = Kimi().chat.completions.create(
    model="kimi-k2-turbo-preview",
    messages=[{"role": "user", "content": "Hello"}],
    temperature=0.6,
)
print(answer.choices[0].message.content)
"""
WIDTH: Final = 96
SECONDS_A_LINE: Final = 0.25


def main() -> None:
    """Run the programs, and draw what they print."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "legacy.py"
        program.write_text(LEGACY, encoding="utf-8")
        for shown, command in (
            ("cat legacy.py", ["cat", "legacy.py"]),
            ("python legacy.py", [sys.executable, "-c", _with_emulator("legacy.py")]),
            (
                "agentsflare-kimi lint --diff legacy.py",
                [
                    sys.executable,
                    "-m",
                    "agentsflare_kimi",
                    "lint",
                    "--diff",
                    "--quiet",
                    "legacy.py",
                ],
            ),
        ):
            console.print(Text(f"$ {shown}", style="bold"))
            done = subprocess.run(  # noqa: S603  # our own commands
                command,
                cwd=folder,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            for line in done.stdout.splitlines():
                console.print(Text(line, style=_style(line)))
    CAST.parent.mkdir(exist_ok=True)
    CAST.write_text(_animated(console.export_svg(title="agentsflare-kimi")), encoding="utf-8")


def _with_emulator(program: str) -> str:
    return (
        "import os, runpy\n"
        "from agentsflare_kimi.emulator import Emulator\n"
        "with Emulator() as emulator:\n"
        "    os.environ['AGENTSFLARE_BASE_URL'] = emulator.base_url\n"
        "    os.environ['AGENTSFLARE_API_KEY'] = emulator.api_key\n"
        f"    runpy.run_path({program!r}, run_name='__main__')\n"
    )


def _style(line: str) -> str:
    if line.startswith("+"):
        return "green"
    if line.startswith("-"):
        return "red"
    return "yellow" if "Warning" in line else ""


def _animated(svg: str) -> str:
    """Let the lines of an SVG that rich wrote appear one by one, told apart by their height."""
    heights = list(
        dict.fromkeys(re.findall(r'<text class="[^"]*-r\d+" x="[\d.]+" y="([\d.]+)"', svg))
    )
    delay = {height: number * SECONDS_A_LINE for number, height in enumerate(heights)}
    svg = re.sub(
        r'(<text class="[^"]*-r\d+" x="[\d.]+" y="([\d.]+)")',
        lambda match: f'{match[1]} style="animation-delay:{delay[match[2]]:.2f}s"',
        svg,
    )
    style = (
        "@media (prefers-reduced-motion: no-preference) {"
        " text[style] { opacity: 0; animation: appear 0.1s forwards; }"
        " @keyframes appear { to { opacity: 1; } } }"
    )
    # No font from elsewhere: the page it is shown on may not load it.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("</style>", f"{style}\n    </style>", 1)


if __name__ == "__main__":
    main()
