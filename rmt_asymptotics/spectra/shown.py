"""How spectra show themselves: a table, and a Dataset of the density on a grid."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import number, whole_number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.tables import Shown
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

TAIL = 1e-4  # of the distribution, beyond which a bulk without an edge is not drawn
MARGIN = 1.05  # of a grid, over the upper edge
ROUNDING = 1e-12  # of proportions of eigenvalues


class Spectrum(Shown):
    """A limiting spectrum.  VARIABLE: what its density is a function of."""

    VARIABLE: ClassVar[str]

    model: RidgeModel
    edges: tuple[tuple[float, float], ...]
    outliers: tuple[Any, ...]
    error_estimate: float

    @abstractmethod
    def density(self, x: Array) -> Array:
        """Limiting density at x."""

    @abstractmethod
    def cumulative(self, x: Array) -> Array:
        """Limiting proportion up to x."""

    def grid(self, points: int = 1000) -> Array:
        """Points > 0 over all of the bulk, closer at its edges; where it has a tail, over all but 1e-4 of it."""
        count = whole_number("points", points, least=2)
        low, last = self.edges[-1]
        if np.isinf(last):
            last = max(low, 1e-3)
            while float(self.cumulative(np.array([last]))[0]) < 1 - TAIL:
                last *= 1.1
        ends = np.unique([0.0, *np.ravel(self.edges)[:-1], last, MARGIN * last])
        parts = np.linspace(0, len(ends) - 1, count + 1)[1:]  # from one edge to the next, as many points each
        part = np.minimum(parts.astype(int), len(ends) - 2)
        within = np.sin(0.5 * np.pi * (parts - part)) ** 2
        return ends[part] + within * np.diff(ends)[part]

    def to_dataset(self, x: Array | None = None) -> "xarray.Dataset":
        """Density on a grid (by default `grid()`), edges of the bulk and positions of the outliers."""
        import xarray

        at = self.grid() if x is None else np.array([number("x", value) for value in sequence("x", x)])
        outliers = np.array([outlier.position for outlier in self.outliers], float)
        return xarray.Dataset(
            {
                "density": (self.VARIABLE, self.density(at), described("density")),
                "outlier": ("order", outliers, described("outlier")),
                "edges": (("interval", "end"), np.array(self.edges, float), described("edges")),
            },
            {self.VARIABLE: (self.VARIABLE, at, described(self.VARIABLE))},
            provenance(self.model) | self._numbers() | {"error_estimate": self.error_estimate},
        )

    def _numbers(self) -> dict[str, float]:
        """What belongs to a Dataset beside the density, by name."""
        return {}


def proportion(value: float) -> float:
    """A proportion of eigenvalues, without what rounding leaves of 0."""
    return 0.0 if abs(value) < ROUNDING else value
