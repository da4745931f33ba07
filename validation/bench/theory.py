"""The solver: a curve with one class, and a continuous law."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points, solve_controls
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.state_evolution.ridge import solve_points
from validation.bench.rows import Row, seconds
from validation.cases import CASES
from validation.published import cui24

POINTS = 200


def one_class() -> list[Row]:
    """A 200-point curve with one class."""
    model = cui24.published_model()
    axis = np.linspace(0.1, 5, POINTS)
    controls = control_points(model, {"sample_complexity": axis})
    problem = translate(model, 1)
    kernel = seconds(lambda: solve_points(problem, controls), 50)
    refined = seconds(lambda: solve_controls(model, controls), 50)
    dataset = seconds(lambda: rmt.learning_curve(model, sample_complexity=axis), 50)
    single = seconds(lambda: rmt.solve(model), 50)
    iterations = float(np.mean(solve_points(problem, controls).iterations))
    return [
        Row("Newton steps a point, warm-started", iterations, 5, f"{1e6 * kernel / POINTS:.1f} us a point, one grid"),
        Row(
            "refined curve / one grid", refined / kernel, 6,
            f"{1e6 * refined / POINTS:.1f} us a point with quadrature adapted; Dataset included "
            f"{1e6 * dataset / POINTS:.1f} us",
        ),
        Row("200-point curve / single solve", dataset / single, 40, f"single solve {1e3 * single:.2f} ms"),
    ]  # fmt: skip


def gaussian_law() -> list[Row]:
    """A Gaussian law at finite width, moments included in the first call only."""
    model = next(case.model for case in CASES if "Gaussian spike, centred" in case.name).replace(width=300)
    axis = np.linspace(0.2, 5, 20)
    rows = []
    for tolerance, largest in ((1e-4, 60), (1e-6, 90)):
        duration = seconds(lambda t=tolerance: rmt.learning_curve(model, sample_complexity=axis, tolerance=t), 5)
        dataset = rmt.learning_curve(model, sample_complexity=axis, tolerance=tolerance)
        rows.append(
            Row(
                f"classes, Gaussian law at {tolerance:g}", float(dataset.attrs["classes"]), largest,
                f"{1e3 * duration / len(axis):.1f} ms a point, estimate {float(dataset.error_estimate.max()):.0e}",
            )
        )  # fmt: skip
    return rows


def with_a_spectrum() -> list[Row]:
    """A curve of one class with 40 eigenvalues of the inputs, and of a single one."""
    plain = rmt.RandomFeatures(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.5, ridge=0.05, noise_variance=0.1
    )
    model = plain.replace(covariance=rmt.Covariance.power_law(0.7, 40))
    axis = np.linspace(0.2, 6, POINTS)

    def duration(model: rmt.RandomFeatures) -> float:
        problem, controls = translate(model, 0), control_points(model, {"sample_complexity": axis})
        return 1e6 * seconds(lambda: solve_points(problem, controls), 50) / POINTS

    note = f"{duration(plain):.1f} us with one"
    return [Row("microseconds a point with 40 eigenvalues", duration(model), 50, note)]


def two_spikes() -> list[Row]:
    """Two spikes, three classes, three projections: the lattice of two dimensions, moments in the first call only."""
    model = rmt.SpikedRandomFeatures(
        activation=rmt.Activation.from_expression("erf((x + 0.7)/sqrt(2)) - 0.3"),
        target=rmt.MultiIndexTarget.from_expression("sin(x1 + x2/2) + x1*x3/2"), sample_complexity=2.0, width_ratio=1.5,
        ridge=0.05, noise_variance=0.1, width=400, alignment=[[0.8, 0.1], [-0.2, 0.7], [0.3, 0.2]],
        spike=rmt.JointLaw([(1.2, 0.5), (-0.9, 0.8), (0.3, -1.1)], (0.3, 0.3, 0.4)),
    )  # fmt: skip
    controls = control_points(model, {"sample_complexity": np.linspace(0.2, 5, 20)})
    duration = seconds(lambda: solve_controls(model, controls), 5) / 20
    nodes = solve_controls(model, controls).nodes.max()
    return [Row("point of two spikes / 20 ms", duration / 0.02, 1, f"{1e3 * duration:.1f} ms a point, {nodes} nodes")]
