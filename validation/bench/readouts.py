"""Two readouts at once and finite size: microseconds and milliseconds a point, as ratios to a solved point."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.finite.corrections import corrections
from rmt_asymptotics.finite.setting import setting_of
from rmt_asymptotics.state_evolution.ridge import solve_points
from rmt_asymptotics.training.ensembles import parts
from rmt_asymptotics.training.filtered import pair_matrices
from rmt_asymptotics.training.filters import flow
from validation.bench.rows import Row, seconds
from validation.published import cui24

POINTS, TIMES = 500, 1000
GAUSSIAN = rmt.SpikedRandomFeatures(
    activation=rmt.centred(rmt.relu), target=rmt.Activation.from_expression("tanh(x) + 0.3*(x**2 - 1)"),
    sample_complexity=3.0, width_ratio=1.5, ridge=0.05, spike=rmt.GaussianLaw(1.3), alignment=0.8,
)  # fmt: skip


def two_readouts() -> list[Row]:
    """A point of bias and variance, and a time of a training curve, for one class on one grid."""
    model = cui24.published_model()
    problem = translate(model, 1)
    controls = control_points(model, {"sample_complexity": np.linspace(0.1, 5, POINTS)})
    solved = seconds(lambda: solve_points(problem, controls), 20)
    point = seconds(lambda: parts(problem, controls), 10)
    filters = flow(np.geomspace(0.3, 300, TIMES))
    one = control_points(model, {})
    poles = seconds(lambda: pair_matrices(problem, one, filters.poles), 5)
    matrices = pair_matrices(problem, one, filters.poles)
    time = seconds(lambda: matrices.errors(filters.weights), 10)
    return [
        Row("bias-variance point / solved point", point / solved, 40, f"{1e6 * point / POINTS:.1f} us a point"),
        Row(
            "poles of all times", float(len(filters.poles)), 40,
            f"{1e3 * poles:.0f} ms for all pairs, then {1e6 * time / TIMES:.1f} us a time",
        ),
    ]  # fmt: skip


def finite_size() -> list[Row]:
    """The corrections at one point: a single class, and a Gaussian law."""
    plain = seconds(lambda: corrections(setting_of(cui24.published_model(), 200, 200, 200)), 5)
    gaussian = seconds(lambda: corrections(setting_of(GAUSSIAN, 600, 200, 300)), 3)
    return [
        Row("finite size, Gaussian law / one class", gaussian / plain, 12,
            f"{1e3 * plain:.0f} ms and {1e3 * gaussian:.0f} ms a point"),
    ]  # fmt: skip
