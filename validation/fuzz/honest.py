"""Random models: no bare exception, and no error estimate that is much too small, at any tolerance.

The errors at each tolerance are compared with those of a finer refinement, whose own estimate is added.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.laws import Law
from rmt_asymptotics.models import RidgeModel
from validation.fuzz.random_models import random_model

TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, None)  # None: the default
REFERENCE, REFERENCE_CONTINUOUS = 1e-13, 1e-8  # tolerances of what the others are compared with
TOO_SMALL = 2.0  # an estimate is dishonest where the error is this many times as large
ROUNDING = 1e-12  # relative, below which errors of the finest refinement are not known
ERRORS = ("test_error", "training_error", "training_objective")


@dataclass
class Report:
    """models: tried.  refused, unsolved: of them.  compared: solutions whose error is known.  findings: in words.

    worst: the largest error in units of its estimate.
    """

    models: int = 0
    refused: int = 0
    unsolved: int = 0
    compared: int = 0
    worst: float = 0.0
    findings: list[str] = field(default_factory=list)


def fuzz(count: int, seed: int, draw: Callable[[np.random.Generator], RidgeModel] = random_model) -> Report:
    """Try `count` random models at all tolerances."""
    generator, report = np.random.default_rng(seed), Report()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(count):
            _try(draw, generator, report)
    return report


def _try(draw: Callable[[np.random.Generator], RidgeModel], generator: np.random.Generator, report: Report) -> None:
    report.models += 1
    model: RidgeModel | None = None
    try:
        model = draw(generator)
        reference = _reached(model, _finest(model))
        for tolerance in TOLERANCES:
            _compare(model, tolerance, reference, report)
    except rmt.OutOfDomain:
        report.refused += 1
    except Exception as error:
        report.findings.append(f"{type(error).__name__}: {str(error)[:80]} of {model}")


def _finest(model: RidgeModel) -> float:
    continuous = any(isinstance(law, Law) and law.continuous for law in vars(model).values())
    return REFERENCE_CONTINUOUS if continuous else REFERENCE


def _reached(model: RidgeModel, tolerance: float) -> rmt.Asymptotics:
    """The result at a tolerance, also where it was missed."""
    try:
        return rmt.solve(model, tolerance=tolerance)
    except rmt.NotConverged as error:
        return error.asymptotics


def _compare(model: RidgeModel, tolerance: float | None, reference: rmt.Asymptotics, report: Report) -> None:
    try:
        found = rmt.solve(model, tolerance=tolerance)
    except rmt.NotConverged:
        report.unsolved += 1
        return
    known = reference.solution.error_estimate + ROUNDING
    if not known < 0.1:
        return
    report.compared += 1
    error = max(_distance(getattr(found, name), getattr(reference, name)) for name in ERRORS)
    ratio = (error - known) / found.solution.error_estimate if found.solution.error_estimate else 0.0
    report.worst = max(report.worst, ratio)
    if ratio > TOO_SMALL:
        estimate = found.solution.error_estimate
        report.findings.append(f"error {error:.1e}, estimate {estimate:.1e} at tolerance {tolerance} of {model}")


def _distance(value: float, reference: float) -> float:
    return abs(value - reference) / max(abs(reference), np.finfo(float).tiny)
