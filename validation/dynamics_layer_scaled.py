"""Layer-scaled steps: the width-pattern law against sampled networks, and training on scikit-learn's digits."""

import math

import numpy as np

from rmt_asymptotics import dynamics
from rmt_asymptotics.dynamics.layer_scaled_step import Training, TrainingStatus, digits
from validation.sections import LARGEST_Z, Section

WIDTH, ACTIVATIONS, REPLICAS, SEED = 32, 20, 2000, 2025
LINEAR_PARTS = {"|s|": 0.0, "a = 0.5": 0.5, "ReLU": math.sqrt(0.5)}
EXPONENTS = (0.0, 1.0, 2.0)
SAMPLES, STEPS, EDGE_MULTIPLE = 300, 120, 2.0
CLOSE_TO_THE_EDGE = 0.5


def width_pattern() -> Section:
    """Var log(|h_20|^2/m_20) over initialisations: leading order, exact, and simulated."""
    rows, holds = [], True
    for name, linear_part in LINEAR_PARTS.items():
        for exponent in EXPONENTS:
            parameters = dynamics.LayerScaledStep(
                depth=ACTIVATIONS + 1, base_width=WIDTH, width_exponent=exponent, linear_part=linear_part,
                input_dimension=WIDTH, outputs=1, learning_rate=1.0,
            )  # fmt: skip
            comparison = dynamics.compare(parameters, replicas=REPLICAS, seed=SEED + len(rows))
            p, s, z = comparison.prediction, comparison.simulation, comparison.z_scores
            holds &= all(np.all(np.abs(z[quantity]) <= LARGEST_Z) for quantity in z)
            rows.append(
                (
                    name, f"{exponent:g}", f"{p.log_norm_variance[-1]:.4f}", f"{p.exact_log_norm_variance[-1]:.4f}",
                    f"{s.log_norm_variance[-1]:.4f}({s.log_norm_variance_standard_error[-1]:.4f})",
                    f"{z['log_norm_variance'][-1]:+.1f}", f"{p.log_norm_mean[-1]:+.4f}",
                    f"{s.log_norm_mean[-1]:+.4f}", f"{z['log_norm_mean'][-1]:+.1f}",
                )
            )  # fmt: skip
    explanation = (
        f"Log norms of one input after {ACTIVATIONS} activations, hidden widths k^r m with m = {WIDTH}, {REPLICAS} "
        "networks: the law of leading order in 1/m, the exact variance and mean, and the simulation (standard error in "
        f"brackets). It holds when variance and mean are within {LARGEST_Z:g} standard errors of the exact ones in "
        "every layer; the law itself leaves out terms of relative order 1/m, the largest for ReLU."
    )
    columns = ("activation", "r", "law", "exact", "simulation", "z", "mean exact", "mean simulated", "z")
    return Section("Width pattern of log norms", explanation, columns, tuple(rows), bool(holds))


def digits_training() -> Section:
    """Training at twice the edge of the initial network, with and without the norm-cancelling scaling."""
    rows, runs = [], {}
    for loss in (dynamics.SquaredLoss(), dynamics.CrossEntropyLoss()):
        for scaling in (dynamics.UniformScaling(), dynamics.NormCancellingScaling()):
            run = _run(loss, scaling)
            names = type(loss).__name__, type(scaling).__name__
            runs[names] = run
            rows.append((*names, *_figures(run)))
    plain, scaled = (runs["SquaredLoss", name] for name in ("UniformScaling", "NormCancellingScaling"))
    relative = 0.5 * scaled.parameters.learning_rate * scaled.sharpness[-STEPS // 4 :]
    holds = all(run.status is TrainingStatus.COMPLETED and run.loss[-1] < 0.1 * run.loss[0] for run in runs.values())
    holds &= all(run.soft_ranks[-1, -1] > run.soft_ranks[0, -1] for run in runs.values())
    holds &= scaled.loss[-1] < 0.5 * plain.loss[-1] and bool(np.all((relative > CLOSE_TO_THE_EDGE) & (relative < 1)))
    explanation = (
        f"{STEPS} steps on {SAMPLES} digits, widths 64-16-64-144-256-10, a = 0.5, the learning rate {EDGE_MULTIPLE:g} "
        "times the edge 2/sharpness of the initial network. Sharpness is given over the edge of the run. It holds when "
        "every run ends below a tenth of its first loss with a higher soft rank, and, for the squared loss, the scaled "
        f"run ends below half the loss of the other, its sharpness between {CLOSE_TO_THE_EDGE:g} and 1 in the last "
        "quarter."
    )
    columns = ("loss", "scaling", "eta", "first loss", "last loss", "sharpness/edge at steps 0, 10, 40, last",
               "soft rank first", "soft rank last", "steps beyond the edge", "inside: share that fell")  # fmt: skip
    return Section("Layer-scaled training on digits", explanation, columns, tuple(rows), bool(holds))


def _run(loss: dynamics.SquaredLoss | dynamics.CrossEntropyLoss, scaling: dynamics.UniformScaling) -> Training:
    inputs, targets = digits(SAMPLES)
    parameters = dynamics.LayerScaledStep(
        depth=5, base_width=16, width_exponent=2.0, linear_part=0.5, input_dimension=inputs.shape[1],
        outputs=targets.shape[1], learning_rate=1.0, loss=loss, scaling=scaling,
    )  # fmt: skip
    edge = parameters.expansion(dynamics.initial_weights(parameters), inputs, targets).edge
    return dynamics.train(parameters.replace(learning_rate=EDGE_MULTIPLE * edge), inputs, targets, steps=STEPS)


def _figures(run: Training) -> tuple[str, ...]:
    eta = run.parameters.learning_rate
    relative = 0.5 * eta * run.sharpness[[0, 10, 40, -1]]
    fell = np.diff(run.loss)[~run.beyond_edge[:-1]] < 0
    return (
        f"{eta:.4g}", f"{run.loss[0]:.3f}", f"{run.loss[-1]:.4f}", ", ".join(f"{r:.3g}" for r in relative),
        f"{run.soft_ranks[0, -1]:.2f}", f"{run.soft_ranks[-1, -1]:.2f}", f"{run.beyond_edge.sum()}",
        f"{fell.mean():.3f}",
    )  # fmt: skip
