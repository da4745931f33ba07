"""Simulated eigenvalues beside a limiting density: bins that hold all of them, outliers far from the bulk too."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.estimates import standard_error
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

BINS, FAR_BINS = 60, 12  # over the bulk, and over what lies beyond it
NEAR = 1.4  # of the end of the bulk: outliers up to here are beside it, others far away
ZERO = 1e-10  # relative to the largest: eigenvalues that are 0 but for rounding
MARGIN = 1e-6  # relative: of the last bin over the largest eigenvalue


def with_histogram(dataset: "xarray.Dataset", eigenvalues: Array, attributes: dict[str, Any]) -> "xarray.Dataset":
    """The Dataset of a spectrum with the density of simulated eigenvalues in bins.

    eigenvalues (R, p): of R draws.  attributes: of the simulation.
    Adds `histogram` and its standard error along `bin`, the centres, with the coordinate `bin_width`, and the attribute
    `atom_at_zero_simulation`: all that is no eigenvalue 0 is in a bin, so that sum(histogram bin_width) is the rest.
    """
    present = eigenvalues > ZERO * eigenvalues.max()
    edges = _edges(eigenvalues[present], _end_of_bulk(dataset))
    widths, centres = np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    counts = [np.histogram(row[keep], edges)[0] for row, keep in zip(eigenvalues, present, strict=True)]
    density = np.array(counts) / (eigenvalues.shape[1] * widths)
    columns = {"histogram": density.mean(0), "histogram_standard_error": standard_error(density)}
    return (
        dataset.assign({name: ("bin", column, described(name)) for name, column in columns.items()})
        .assign_coords(bin=("bin", centres, described("bin")), bin_width=("bin", widths, described("bin_width")))
        .assign_attrs(attributes | {"atom_at_zero_simulation": float(1 - present.mean())})
    )


def _end_of_bulk(dataset: "xarray.Dataset") -> float:
    end = float(dataset.edges.values.max())
    return end if np.isfinite(end) else float(dataset.eigenvalue[-1])


def _edges(eigenvalues: Array, end: float) -> Array:
    """Ends of the bins: of one width over the bulk and what lies near it, then fewer and wider."""
    step = end / BINS
    close = eigenvalues[eigenvalues <= NEAR * end]
    count = max(BINS, int(np.ceil((1 + MARGIN) * close.max() / step)) if close.size else 0)
    near = step * np.arange(count + 1)
    far = eigenvalues[eigenvalues > near[-1]]
    if not far.size:
        return near
    first, last = (1 - MARGIN) * far.min(), (1 + MARGIN) * far.max()
    return np.concatenate([near, np.linspace(max(first, near[-1]), last, FAR_BINS + 1)])
