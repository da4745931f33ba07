"""`compare`: the width-pattern law beside the log norms of sampled networks."""

from dataclasses import dataclass
from typing import Any

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import compare, predict, simulate
from rmt_asymptotics.dynamics.layer_scaled_step.parameters import LayerScaledStep
from rmt_asymptotics.dynamics.layer_scaled_step.simulation import LayerScaledSimulation
from rmt_asymptotics.dynamics.layer_scaled_step.theory import LayerScaledPrediction


@dataclass(frozen=True)
class LayerScaledComparison:
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

    def table(self) -> str:
        """A text table, one row a hidden layer: width, the law, the exact variance, the simulated one."""
        p, s = self.prediction, self.simulation
        lines = [f"{'layer':>5}{'width':>8}{'law':>12}{'exact':>12}{'simulation':>12}{'s.e.':>10}{'z':>8}"]
        columns = zip(
            p.parameters.widths[1:-1], p.log_norm_variance, p.exact_log_norm_variance, s.log_norm_variance,
            s.log_norm_variance_standard_error, self.z_scores["log_norm_variance"], strict=True,
        )  # fmt: skip
        for k, (width, law, exact, simulated, spread, z) in enumerate(columns, start=1):
            lines.append(f"{k:>5}{width:>8}{law:>12.5g}{exact:>12.5g}{simulated:>12.5g}{spread:>10.2g}{z:>8.2f}")
        return "\n".join(lines)


@compare.register
def _(parameters: LayerScaledStep, **options: Any) -> LayerScaledComparison:
    return LayerScaledComparison(predict(parameters), simulate(parameters, **options))
