"""Random models with every loss and every kind of labels: one to three classes, wide ranges of sizes and ridges."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points, convex_task
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.state_evolution.convex.points import solve_point
from rmt_asymptotics.state_evolution.convex.starts import Solved

FORMULA = rmt.Activation.from_expression
ACTIVATIONS = (
    rmt.tanh,
    rmt.erf,
    rmt.centred(rmt.relu),
    FORMULA("tanh(x + 0.7) - 0.45"),
    rmt.centred(rmt.gelu),
    rmt.sin,
)
TARGETS = (
    rmt.identity,
    FORMULA("x + 0.4*(x**2 - 1)"),
    FORMULA("tanh(x) + 0.3*(x**2 - 1)"),
    rmt.sin,
    FORMULA("x - 0.2"),
)
OUTLIERS = rmt.Regression(rmt.MixtureNoise((0.88, 0.12), (0.0, 0.5), (0.04, 6.0)))
LOG_COSH = rmt.ConvexLoss(
    lambda u: np.logaddexp(u, -u) - np.log(2), np.tanh, lambda u: 1 / np.cosh(np.clip(u, -300, 300)) ** 2,
    name="log-cosh",
)  # fmt: skip
ORDER = 12


def random_model(seed: int) -> rmt.RandomFeatures | rmt.SpikedRandomFeatures | rmt.OneStepNetwork:
    """Ridges from 1e-6 to 10, n/p from .13 to 8, p/d from .2 to 5, p from 20 to 5e6 or infinite."""
    g = np.random.default_rng(seed)
    two_values = g.random() < 0.6
    if two_values:
        losses = (rmt.SquareLoss(), rmt.LogisticLoss(), rmt.HingeLoss(), rmt.SquaredHingeLoss(), rmt.ExponentialLoss())
        labels = (
            rmt.SignLabels(g.uniform(0, 0.2)), rmt.SignLabels(), rmt.ProbitLabels(g.uniform(0.2, 2)),
            rmt.LogisticLabels(g.uniform(0.2, 2)),
        )  # fmt: skip
    else:
        losses = (
            rmt.HuberLoss(g.uniform(0.2, 2)), rmt.AbsoluteLoss(), rmt.QuantileLoss(g.uniform(0.1, 0.9)),
            rmt.EpsilonInsensitiveLoss(g.uniform(0.05, 0.5)), LOG_COSH,
        )  # fmt: skip
        labels = (rmt.Regression(), OUTLIERS)
    loss, label = losses[g.integers(len(losses))], labels[g.integers(len(labels))]
    classes = int(g.integers(1, 4))
    shares = g.dirichlet(np.full(classes, 3.0))[:-1].tolist()
    width_ratio = float(np.exp(g.uniform(np.log(0.2), np.log(5))))
    width = None if g.random() < 0.25 else int(np.exp(g.uniform(np.log(20), np.log(5e6))))
    common = {
        "activation": ACTIVATIONS[g.integers(len(ACTIVATIONS))], "target": TARGETS[g.integers(len(TARGETS))],
        "sample_complexity": width_ratio * float(np.exp(g.uniform(np.log(0.13), np.log(8)))),
        "width_ratio": width_ratio, "ridge": float(10 ** g.uniform(-6, 1)), "width": width, "loss": loss,
        "labels": label, "intercept": bool(g.random() < 0.4),
        "noise_variance": 0.0 if two_values else float(g.uniform(0.01, 0.5)),
    }  # fmt: skip
    kind = g.integers(4)
    if kind == 0:
        return rmt.RandomFeatures(**common)
    if kind == 1:
        step = rmt.MaximalStep(g.uniform(0.2, 2.0))
        return rmt.OneStepNetwork(**common, step=step, step_sample_complexity=g.uniform(1, 6))
    spike = rmt.DiscreteLaw(g.normal(0, 1.3, classes).tolist(), [*shares, 1 - sum(shares)])
    return rmt.SpikedRandomFeatures(
        **common, spike=spike, alignment=g.uniform(-0.95, 0.95), bulk_variance=g.uniform(0.6, 1.5)
    )


def solved(model: rmt.RandomFeatures | rmt.SpikedRandomFeatures | rmt.OneStepNetwork) -> Solved:
    """A cold start on the coarsest grid."""
    return solve_point(translate(model, 0), convex_task(model), control_points(model, {}), 0, ORDER, None)
