"""Builds the site: `make docs`, with every warning an error."""

from __future__ import annotations

import sys
from pathlib import Path

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
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_use_ivar = True
# Samples that are no whole program in their language stay as they are.
suppress_warnings = ["misc.highlighting_failure"]

write_pages(HERE)
