"""How the site of the documentation is built: `make docs`. What it takes and why: decision 0018.

Nothing here needs a network: no web fonts, no scripts of another host, no inventory of another project.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "Khrop"
copyright = "Khrop's authors, Apache-2.0"
html_title = "Khrop · ครบ"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "command_reference"]
exclude_patterns = ["_extensions"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["khrop.css"]
html_copy_source = False
html_show_sphinx = False

myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]
# Violations in the pages of contracts have titles of their own level.
suppress_warnings = ["myst.header"]

highlight_language = "none"

# In a docstring `name` is code, as in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
napoleon_numpy_docstring = False
toc_object_entries_show_parents = "hide"
