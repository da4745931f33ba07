"""`predict`: the width-pattern law, to leading order and exactly.

Note: theory_notes/dynamics_layer_scaled.md.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import predict
from rmt_asymptotics.dynamics.attributes import provenance
from rmt_asymptotics.dynamics.layer_scaled_step.log_norms import dead_probability, log_moments
from rmt_asymptotics.dynamics.layer_scaled_step.parameters import LayerScaledStep
from rmt_asymptotics.tables import Shown, Table, titled

if TYPE_CHECKING:
    import xarray

HEADS = ("layer", "width", "law", "exact")  # of the variances of the log norms


@dataclass(frozen=True)
class LayerScaledPrediction(Shown):
    """Log norms log(|h_k|^2/m_k) - log(|x|^2/m_0) of one input in the hidden layers k = 1..l-1 at initialisation.

    log_norm_variance: the width-pattern law (2 + 12 a^2 b^2) sum_{j<=k} 1/m_j, of leading order in 1/m (layer.9).
    exact_log_norm_variance, log_norm_mean: exact at every width, given that the layer is not dead (layer.10).
    dead_fraction: the probability that |h_k| = 0; not 0 for ReLU only (layer.12).
    All have the shape (l - 1,).
    """

    parameters: LayerScaledStep
    log_norm_variance: Array
    exact_log_norm_variance: Array
    log_norm_mean: Array
    dead_fraction: Array

    @property
    def rows(self) -> list[tuple[int, int, float, float]]:
        """Of each hidden layer its number, its width, and its variance by the law and exactly."""
        widths = self.parameters.widths[1:-1]
        columns = zip(widths, self.log_norm_variance.tolist(), self.exact_log_norm_variance.tolist(), strict=True)
        return [(k, *row) for k, row in enumerate(columns, start=1)]

    def _table(self) -> Table:
        return Table(HEADS, self.rows, titled(self.parameters))

    def to_dataset(self) -> "xarray.Dataset":
        """The four arrays along the hidden layers."""
        import xarray

        names = ("log_norm_variance", "exact_log_norm_variance", "log_norm_mean", "dead_fraction")
        hidden = self.parameters.widths[1:-1]
        coordinates = {"layer": np.arange(1, len(hidden) + 1), "width": ("layer", list(hidden))}
        columns = {name: ("layer", getattr(self, name)) for name in names}
        return xarray.Dataset(columns, coordinates, provenance(self.parameters))


@predict.register
def _(parameters: LayerScaledStep) -> LayerScaledPrediction:
    a, hidden = parameters.linear_part, parameters.widths[1:-1]
    moments = np.array([log_moments(width, a) for width in hidden]).reshape(-1, 2)
    alive = np.array([1 - dead_probability(width, a) for width in hidden])
    mean, variance = np.cumsum(moments, axis=0).T
    return LayerScaledPrediction(
        parameters, width_pattern_law(hidden, a), variance, mean, dead_fraction=1 - np.cumprod(alive)
    )


def width_pattern_law(hidden: tuple[int, ...], linear_part: float) -> Array:
    """Var log(|h_k|^2/m_k) = (2 + 12 a^2 b^2) sum_{j<=k} 1/m_j, to leading order in 1/m (layer.9).

    >>> width_pattern_law((32,) * 20, 0.0)[-1].item()
    1.25
    """
    a2 = linear_part**2
    return (2 + 12 * a2 * (1 - a2)) * np.cumsum(1 / np.array(hidden, dtype=float))  # [layer.9]
