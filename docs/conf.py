"""The documentation: `make docs` builds it in docs/build/html and lets no warning pass."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

import reference

kernels = Path(__file__).parent / "build/ipython/profile_default"  # else each kernel warns that it talks over TCP
kernels.mkdir(parents=True, exist_ok=True)
(kernels / "ipython_kernel_config.py").write_text('c.IPKernelApp.log_level = "ERROR"\n', encoding="utf-8")
os.environ["IPYTHONDIR"] = str(kernels.parent)

project = "rmt_asymptotics"
author = "the rmt_asymptotics developers"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
    "myst_nb",
    "docstrings",
    "reference",
    "sphinx.ext.linkcode",
    "tags",
    "bibliography",
]
exclude_patterns = ["build", "node_modules", "examples", "gallery/*.ipynb", "**.ipynb_checkpoints"]
suppress_warnings = ["config.cache"]  # the order of the gallery is a function

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["static", "node_modules/mathjax/es5/tex-svg.js"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
    "navbar_persistent": ["search-button"],
    "footer_start": [],
    "footer_end": [],
}
html_sidebars = {"quickstart": [], "source/**": [], "troubleshooting": [], "limits": []}

mathjax_path = "tex-svg.js"  # one file, with its fonts
mathjax3_config = {
    "options": {"enableMenu": False},
    "svg": {"scale": 0.92, "displayAlign": "left", "displayIndent": "1em"},
}

myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parent / "build" / "notebooks")
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True  # what one cell prints, in one piece
nb_render_markdown_format = "gfm"  # tables
nb_output_stderr = "remove"  # signs of life of long work
nb_ipywidgets_js: dict[str, str] = {}

linkcode_resolve = reference.resolve
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "abort_on_example_error": True,
    "image_scrapers": ("pictures.of_axes",),
    "reset_modules": (),
}
