"""`compare`: the width-pattern law beside the log norms of sampled networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import compare, predict, simulate
from rmt_asymptotics.dynamics.layer_scaled_step.parameters import LayerScaledStep
from rmt_asymptotics.dynamics.layer_scaled_step.simulation import LayerScaledSimulation
from rmt_asymptotics.dynamics.layer_scaled_step.theory import HEADS, LayerScaledPrediction
from rmt_asymptotics.tables import Shown, Table

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class LayerScaledComparison(Shown):
    """Prediction and simulation of the log norms of the hidden layers."""

    prediction: LayerScaledPrediction
    simulation: LayerScaledSimulation

    @property
    def z_scores(self) -> dict[str, Array]:
        """(simulation - exact theory)/standard error in each hidden layer."""
        p, s = self.prediction, self.simulation
        return {
            "log_norm_variance": (s.log_norm_variance - p.exact_log_norm_variance) / s.log_norm_variance_standard_error,
            "log_norm_mean": (s.log_norm_mean - p.log_norm_mean) / s.log_norm_mean_standard_error,
        }

    @property
    def leading_order_gap(self) -> Array:
        """simulation/law - 1 of the variance: what the law leaves out, of order 1/m."""
        return self.simulation.log_norm_variance / self.prediction.log_norm_variance - 1

    def _table(self) -> Table:
        """One row a hidden layer: width, the law, the exact variance, the simulated one."""
        p, s, z = self.prediction, self.simulation, self.z_scores["log_norm_variance"]
        rows = [
            (*row, s.log_norm_variance[k], f"{s.log_norm_variance_standard_error[k]:.2g}", f"{z[k]:.2f}")
            for k, row in enumerate(p.rows)
        ]
        return Table((*HEADS, "simulation", "s.e.", "z"), rows, notes=(f"{s.replicas} networks, seed {s.seed}",))

    def to_dataset(self) -> "xarray.Dataset":
        """Moments of the log norms along the hidden layers, predicted and simulated."""
        s = self.simulation
        measured = {
            "log_norm_variance_simulation": s.log_norm_variance,
            "log_norm_variance_standard_error": s.log_norm_variance_standard_error,
            "log_norm_mean_simulation": s.log_norm_mean,
            "log_norm_mean_standard_error": s.log_norm_mean_standard_error,
            "dead_fraction_simulation": s.dead_fraction,
        }
        dataset = self.prediction.to_dataset().assign({name: ("layer", values) for name, values in measured.items()})
        return dataset.assign_attrs(replicas=s.replicas, seed=s.seed)


@compare.register
def _(parameters: LayerScaledStep, **options: Any) -> LayerScaledComparison:
    return LayerScaledComparison(predict(parameters), simulate(parameters, **options))
