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
    for name, base in (("random features", features), ("spiked", SPIKED)):
        for loss in (rmt.HingeLoss(), rmt.LogisticLoss()):
            model = base.replace(loss=loss)
            controls = control_points(model, {"sample_complexity": axis})
            duration = seconds(lambda m=model, c=controls: solve_controls(m, c, TOLERANCE), 3)
            steps = float(np.mean(solve_controls(model, controls, TOLERANCE).iterations[1:]))
            label = type(loss).__name__
            remark = f"{1e3 * duration / POINTS:.1f} ms a point at {TOLERANCE:g}"
            rows.append(Row(f"Newton steps a point, {label}, {name}", steps, 8, remark))
    law = NETWORK.replace(readout=rmt.GaussianLaw(1.0), width=450)
    duration = seconds(lambda: rmt.solve(law, tolerance=1e-4), 1)
    classes = rmt.solve(law, tolerance=1e-4).solution.classes
    rows.append(Row("classes, Gaussian readout, logistic, at 1e-4", float(classes), 60, f"{duration:.2f} s"))
    return rows
