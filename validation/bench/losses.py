"""Curves of convex losses: steps and time a point."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points, solve_controls
from validation.bench.rows import Row, seconds
from validation.convex_losses import NETWORK, SPIKED

POINTS = 20
TOLERANCE = 1e-6


def losses() -> list[Row]:
    """Curves in n/d with one class; a Gaussian law."""
    rows = []
    axis = np.linspace(0.5, 5, POINTS)
    features = rmt.RandomFeatures(
        activation=rmt.tanh, target=rmt.identity, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
        labels=rmt.SignLabels(0.05), loss=rmt.HingeLoss(),
    )  # fmt: skip
    single = seconds(lambda: rmt.solve(SPIKED.replace(loss=rmt.SquareLoss(), labels=rmt.Regression())), 20)
    for name, base, most, slowest in (("random features", features, 3, 30), ("spiked", SPIKED, 5, 300)):
        for loss in (rmt.HingeLoss(), rmt.LogisticLoss()):
            model = base.replace(loss=loss)
            controls = control_points(model, {"sample_complexity": axis})
            duration = seconds(lambda m=model, c=controls: solve_controls(m, c, TOLERANCE), 3) / POINTS
            steps = float(np.mean(solve_controls(model, controls, TOLERANCE).iterations[1:]))
            case = f"{type(loss).__name__}, {name}"
            rows.append(Row(f"Newton steps a point, {case}", steps, most, f"{1e3 * duration:.1f} ms a point"))
            remark = f"at {TOLERANCE:g}; ridge regression {1e3 * single:.2f} ms"
            rows.append(Row(f"point / ridge regression, {case}", duration / single, slowest, remark))
    law = NETWORK.replace(readout=rmt.GaussianLaw(1.0), width=450)
    duration = seconds(lambda: rmt.solve(law, tolerance=1e-4), 1)
    classes = rmt.solve(law, tolerance=1e-4).solution.classes
    rows.append(Row("classes, Gaussian readout, logistic, at 1e-4", float(classes), 60, f"{duration:.2f} s"))
    rows.append(Row("the same / ridge regression", duration / single, 1000, f"{duration:.2f} s"))
    return rows
