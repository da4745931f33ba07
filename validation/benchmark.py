"""Speed, as counts and ratios measured in one run: `make bench`.  Exit status 1 if one exceeds its bound.

Seconds are printed for the reader; counts and ratios within this run are judged, since machines differ.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points, solve_controls
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.state_evolution.ridge import solve_points
from validation.cases import CASES
from validation.published import cui24

POINTS = 200


@dataclass(frozen=True)
class Row:
    """A measurement: what was counted or divided by what, and the bound that it must keep."""

    name: str
    value: float
    bound: float
    remark: str


def seconds(action: Callable[[], object], repeats: int) -> float:
    """Median duration after one warm-up."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return median(times)


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


def monte_carlo(dimension: int = 1000) -> list[Row]:
    """A replica against the bare products and factorisations that it needs, one thread each."""
    model = cui24.published_model().replace(sample_complexity=3.0)
    d = p = dimension
    n, tests = 3 * d, 2 * 3 * d
    generator = np.random.default_rng(0)
    weights, inputs = generator.standard_normal((p, d)), generator.standard_normal((512, d))
    features = generator.standard_normal((n, p)) / np.sqrt(p)

    def products() -> None:
        from scipy.linalg.blas import dsyrk

        out = np.empty((512, p))
        for _ in range((n + tests) // 512):
            np.matmul(inputs, weights.T, out=out)
        np.matmul(inputs[: (n + tests) % 512], weights.T)
        gram = dsyrk(1.0, features.T)
        gram += np.triu(gram, 1).T
        np.fill_diagonal(gram, gram.diagonal() + 1)
        np.linalg.cholesky(gram)

    with threadpool_limits(1):
        bare = seconds(products, 3)
        full = seconds(lambda: rmt.simulate(model, dimension=d, replicas=2, workers=1, test_samples=tests), 3) / 2
    return [Row("Monte Carlo / its matrix products", full / bare, 1.5, f"d = p = {d}, n = {n}: {full:.2f} s a replica")]


def network_curve(dimension: int = 1000, replicas: int = 3) -> list[Row]:
    """A curve of one-step networks against its points one by one, each with NumPy's inv; one thread each."""
    model = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.0, ridge=0.1,
        step=rmt.MaximalStep(3.0), step_sample_complexity=2.0,
    )  # fmt: skip
    alphas, tests = np.array([0.2, 0.5, 0.8, 1.2, 1.6, 2.3, 3.0]), 4 * dimension
    d = p = dimension

    def point(generator: np.random.Generator, n: int) -> float:
        """Test error of one point of one replica: draw, gradient, features, inverse."""
        weights = generator.standard_normal((p, d))
        weights /= np.linalg.norm(weights, axis=1)[:, None]
        x = generator.standard_normal((2 * d, d))
        hidden = x @ weights.T
        residual = np.sin(x[:, 0]) - np.tanh(hidden).mean(1)
        slopes = (1 - np.tanh(hidden) ** 2) * residual[:, None]
        weights += 3.0 / len(x) * slopes.T @ x
        x, fresh = generator.standard_normal((n, d)), generator.standard_normal((tests, d))
        features = np.tanh(x @ weights.T) / np.sqrt(p)
        inverse = np.linalg.inv(features.T @ features + 0.1 * np.eye(p))
        readout = inverse @ (features.T @ np.sin(x[:, 0]))
        return float(np.mean((np.sin(fresh[:, 0]) - np.tanh(fresh @ weights.T) @ readout / np.sqrt(p)) ** 2))

    def one_by_one() -> None:
        generator = np.random.default_rng(0)
        for alpha in alphas:
            for _ in range(replicas):
                point(generator, round(alpha * d))

    def together() -> None:
        rmt.simulation_curve(
            model, sample_complexity=alphas, dimension=d, replicas=replicas, workers=1, test_samples=tests,
            progress=False,
        )  # fmt: skip

    with threadpool_limits(1):
        slow, fast = seconds(one_by_one, 1), seconds(together, 1)
    remark = f"{slow / fast:.1f} times faster; d = p = {d}, {fast:.1f} s"
    return [Row("network curve / its points with inv", fast / slow, 0.25, remark)]


def main() -> int:
    rows = [*one_class(), *gaussian_law(), *monte_carlo(), *network_curve()]
    for row in rows:
        verdict = "ok  " if row.value <= row.bound else "OVER"
        print(f"{verdict} {row.name:<38}{row.value:>8.2f}  (bound {row.bound:g})  {row.remark}")
    return 0 if all(row.value <= row.bound for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
