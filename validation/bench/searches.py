"""Derivatives, optima, boundaries and dynamics, in units of solves."""

import itertools
from time import perf_counter

import rmt_asymptotics as rmt
from rmt_asymptotics import dynamics
from validation.bench.maps import NETWORK
from validation.bench.rows import Row, seconds
from validation.published import cui24

STEPS_A_MINUTE = 5e6


def searches() -> list[Row]:
    """The cost of a gradient, of an optimum and of a point of a boundary."""
    model = cui24.published_model()
    solve = seconds(lambda: rmt.solve(NETWORK), 20)
    controls = seconds(lambda: rmt.gradient(NETWORK, wrt=("ridge", "sample_complexity", "width_ratio")), 20)
    fresh = (NETWORK.replace(**{"step.rate": 2 + 0.01 * k}) for k in itertools.count())  # none is translated yet
    cold = seconds(lambda: rmt.solve(next(fresh)), 10)
    rate = seconds(lambda: rmt.gradient(next(fresh), wrt=("step.rate",)), 10)
    optimum = rmt.optimal(model, over=("ridge",))
    plane = {"step.rate": (0.1, 10.0), "sample_complexity": (0.2, 5.0)}
    start = perf_counter()
    boundary = rmt.trace_boundary(
        NETWORK.replace(noise_variance=0.3), rmt.EqualErrors(rmt.random_features_of), plane, points=100
    )
    duration = perf_counter() - start
    points = sum(len(curve) for curve in boundary.curves)
    return [
        Row("gradient in three controls / solve", controls / solve, 6, f"{1e3 * controls:.1f} ms"),
        Row("gradient in the step rate / cold solve", rate / cold, 12, f"{1e3 * rate:.1f} ms, translations included"),
        Row("solves for an optimal ridge", optimum.evaluations, 100, optimum.status.name),
        Row("evaluations a boundary point", boundary.evaluations / max(points, 1), 12, f"{points} in {duration:.1f} s"),
    ]


def sgd(steps: int = 400_000) -> list[Row]:
    """Small steps of stochastic gradient descent, theory beside them."""
    parameters = dynamics.SupportLearning(
        depth=2, relevant=5, irrelevant=10, samples=256, batch=4, step=0.05, noise_variance=0.09
    )
    duration = seconds(lambda: dynamics.simulate(parameters, steps=steps, runs=2, seed=0), 1) / 2
    a_minute = 60 * steps / duration
    return [Row("5e6 / SGD steps a minute", STEPS_A_MINUTE / a_minute, 1, f"{a_minute:.1e} steps a minute")]
