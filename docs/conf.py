"""How the pages are built: `uv run --group docs sphinx-build -W -n docs docs/_build`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from model import __version__

project = "Comity"
author = "The Comity authors"
project_copyright = author
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "generated_tables",
    "evidence_tables",
    "claim_tables",
    "game_tables",
    "formulas",
]
exclude_patterns = ["_build"]
language = "en"

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4

# Notebooks are stored without outputs and run when the pages are built; what Jupyter says on standard error is no output.
nb_execution_mode = "force"
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_output_stderr = "remove"
nb_merge_streams = True

html_theme = "furo"
html_title = f"Comity {release}"
html_math_renderer = "mathml"
html_copy_source = False

# Docstrings are plain text with `names` in backquotes; types are in the code and repeated where a reader needs them.
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
nitpick_ignore_regex = [("py:.*", r"(mesa|pandas|numpy)\..*")]
