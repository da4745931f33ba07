"""Derivatives, optima and boundaries: what is compared with what, at most 40 s."""

import json
import time
from pathlib import Path

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict
from validation.published import cui24
from validation.sections import Section

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
LARGEST_DEVIATION = 1e-8
LARGEST_MISMATCH = 1e-9
ACCURATE_OPTIMUM = 1e-6
BAD_STARTS = (1e-9, 1e9)
QUANTITIES = ("test_error", "training_error", "training_objective")


def derivatives() -> Section:
    """gradient() against differences of 34-digit solutions, at ten points and for all fields."""
    rows, holds = [], True
    for name, reference in json.loads((REFERENCE / "gradients.json").read_text()).items():
        model, expected = model_from_dict(reference["model"]), reference["derivatives"]
        largest, estimate = 0.0, 0.0
        for quantity in QUANTITIES:
            found = rmt.gradient(model, quantity, tuple(expected))
            for field, value in found.items():
                largest = max(largest, abs(value / float(expected[field][quantity]) - 1))
                estimate = max(estimate, found.error_estimate[field] / abs(value))
        holds &= largest <= LARGEST_DEVIATION
        rows.append((name, ", ".join(expected), f"{largest:.1e}", f"{estimate:.1e}"))
    explanation = (
        "Largest relative deviation of the derivatives of test error, training error and objective from central "
        "differences of solutions at 34 digits by another route, and the largest error estimate. It holds below 1e-8."
    )
    return Section("Derivatives", explanation, ("point", "fields", "deviation", "estimate"), tuple(rows), holds)


def optima() -> Section:
    """optimal() in the published setting from bad starts against roots of the 30-digit derivative."""
    rows, holds = [], True
    for alpha, ridge in json.loads((REFERENCE / "optima.json").read_text()).items():
        model = cui24.published_model().replace(sample_complexity=float(alpha))
        found = [rmt.optimal(model.replace(ridge=start)) for start in BAD_STARTS]
        deviation = max(abs(best.model.ridge / float(ridge) - 1) for best in found)
        interior = all(best.status is rmt.OptimumStatus.INTERIOR for best in found)
        holds &= deviation <= ACCURATE_OPTIMUM and interior
        rows.append((alpha, ridge, f"{deviation:.1e}", f"{found[0].value:.12f}", f"{found[0].evaluations}"))
    explanation = (
        "Optimal ridge of the published setting of cui24, searched from ridge 1e-9 and 1e9, against the root of the "
        "derivative at 30 digits. It holds when both are within 1e-6, relative."
    )
    columns = ("n/d", "optimal ridge", "deviation", "test error there", "evaluations")
    return Section("Optima (cui24)", explanation, columns, tuple(rows), holds)


def boundary() -> Section:
    """A network against random features: a hundred points with equal test errors, each solved again."""
    network = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=0.9, width_ratio=1.2, ridge=0.13, noise_variance=0.3,
        step=rmt.MaximalStep(3.0), step_sample_complexity=2.1,
    )  # fmt: skip
    plane = {"step.rate": (0.1, 30.0), "sample_complexity": (0.2, 5.0)}
    begin = time.perf_counter()
    traced = rmt.trace_boundary(network, rmt.EqualErrors(rmt.random_features_of), plane, points=100)
    seconds, largest = time.perf_counter() - begin, 0.0
    points = np.concatenate([*traced.curves, np.zeros((0, 2))])
    for values in points:
        at = network.replace(**dict(zip(traced.fields, values.tolist(), strict=True)))
        largest = max(largest, abs(rmt.solve(rmt.random_features_of(at)).test_error / rmt.solve(at).test_error - 1))
    holds = len(points) >= 100 and largest <= LARGEST_MISMATCH and not traced.message
    row = (f"{len(traced.curves)}", f"{len(points)}", f"{largest:.1e}", f"{traced.evaluations}", f"{seconds:.1f}")
    explanation = (
        "Where a network after one maximal step and plain random features have the same test error, in the plane of "
        "rate (0.1 to 30) and n/d (0.2 to 5). It holds when the two differ by less than 1e-9 at all 100 points."
    )
    columns = ("curves", "points", "largest mismatch", "evaluations", "seconds")
    return Section("Boundaries", explanation, columns, (row,), holds)
