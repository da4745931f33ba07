"""Pictures of the gallery: the figure of the variable `axes` when a block has run; figures here need no pyplot."""

from typing import Any

from sphinx_gallery.scrapers import figure_rst

from rmt_asymptotics.plotting import figure_of

DOTS = 160  # an inch


def of_axes(block: Any, variables: dict[str, Any], configuration: dict[str, Any]) -> str:
    """Save the figure, and say where it stands."""
    path = next(variables["image_path_iterator"])
    figure_of(variables["example_globals"]["axes"]).savefig(path, dpi=DOTS)
    return str(figure_rst([path], configuration["src_dir"]))
