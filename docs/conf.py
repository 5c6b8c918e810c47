"""Sphinx configuration: no network, no executed notebooks."""

from __future__ import annotations

import equity

project = "equity"
author = "The equity maintainers"
copyright = author
version = release = equity.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
html_theme = "pydata_sphinx_theme"
html_title = f"equity {release}"
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_show_sourcelink = False
# Pages without pages below them need no list of them.
html_sidebars = {
    page: []
    for page in ("index", "tutorial", "nomenclature", "how-to/*", "explanation/*", "decisions/0*")
}
exclude_patterns = ["how-to/files"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
