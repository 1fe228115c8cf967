"""Builds the site: `make docs`, with every warning an error."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generate_pages import write_pages  # noqa: E402  # it stands beside this file

import agentsflare_kimi  # noqa: E402

project = "agentsflare-kimi"
copyright = "2026, the authors of agentsflare-kimi"  # noqa: A001  # Sphinx's name
version = release = agentsflare_kimi.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build", "generated", "rules.md"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
# Both colour what a diff takes away and adds.
pygments_style = "default"
pygments_dark_style = "monokai"
html_title = "agentsflare-kimi"
html_baseurl = "https://agentsflare.github.io/agentsflare-kimi/"
html_extra_path = ["generated/llms.txt"]
html_theme_options = {
    "source_repository": "https://github.com/agentsflare/agentsflare-kimi/",
    "source_branch": "main",
    "source_directory": "docs/",
}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
# Docstrings write code in single backticks.
default_role = "literal"
# A client takes forty keywords: one a line.
maximum_signature_line_length = 88
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_use_ivar = True
# Samples that are no whole program in their language stay as they are.
suppress_warnings = ["misc.highlighting_failure"]

write_pages(HERE)


def _hide_inner_bases(*event: object) -> None:
    """Leave out of "Bases:" the classes that are no one's to use."""
    bases = event[-1]
    if isinstance(bases, list):
        bases[:] = [base for base in bases if _is_shown(base)]


def _is_shown(base: object) -> bool:
    module = getattr(base, "__module__", "")
    is_ours = module.startswith("agentsflare_kimi")
    return not is_ours or getattr(base, "__name__", "") in agentsflare_kimi.__all__


def setup(app: Sphinx) -> None:
    """Register what this file does beyond its settings."""
    app.connect("autodoc-process-bases", _hide_inner_bases)
