"""Random models: all of them, with all laws and steps, from generic points to extreme ratios."""

import math

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.models import RidgeModel

ACTIVATIONS = (
    "tanh", "relu", "erf", "sign", "sin", "cos", "gelu", "silu", "softplus", "identity", "leaky_relu(0.3)",
    "centred(relu)", "polynomial(0.1, 1, 0.4)", "hermite_polynomial(3)", "tanh(x + 0.7)", "sin(3*x)", "cos(8*x)",
    "exp(x/2)", "Abs(x) - 0.5", "tanh(8*x)", "x + 0.3*(x**2 - 1)", "Max(x - 1, 0)", "exp(-x**2)", "sign(x - 1)", "0*x",
)  # fmt: skip
SHARP = (
    "tanh", "relu", "erf", "sin", "cos", "sin(3*x)", "cos(8*x)", "sin(8*x)", "tanh(8*x)", "Max(x - 1, 0)", "exp(-x**2)",
    "exp(-4*(x - 1)**2)", "sin(x**2)", "tanh(20*x)", "sign(x - 1)",
)  # fmt: skip
SEVERAL = (
    "sin(x1 + x2/2) + x1*x2/2", "tanh(x1 - x2)", "x1*x2*x3", "exp(-x1^2)*x2", "cos(2*x1) + x2", "x1",
    "He2(x2) + sin(x3)", "erf(x1 + x2) + 0.3*x2*x3",
)  # fmt: skip
EXTREME = 0.3  # share of the models with ratios far from 1


def random_model(generator: np.random.Generator) -> rmt.RandomFeatures | rmt.SpikedRandomFeatures | rmt.OneStepNetwork:
    """A model of any class; some are refused by the package, others cannot be solved: that is part of the fuzz."""
    decades = 8.0 if generator.random() < EXTREME else 0.7

    def positive(middle: float = 1.0) -> float:
        return float(middle * 10 ** generator.uniform(-decades, decades))

    fields = {
        "activation": _function(generator), "target": _function(generator), "sample_complexity": positive(),
        "width_ratio": positive(), "ridge": positive(0.1),
        "noise_variance": float(generator.choice([0.0, positive(0.1)])),
        "width": _width(generator),
    }  # fmt: skip
    kind = generator.integers(5)
    if kind == 0:
        return rmt.RandomFeatures(**fields)
    if kind == 1:
        return sharp_model(generator)
    if kind < 4:
        alignment = float(generator.choice([0.0, 1.0, -1.0, 0.999, generator.uniform(-1, 1)]))
        bulk = float(10 ** generator.uniform(-1, 0.5))
        return rmt.SpikedRandomFeatures(**fields, spike=_law(generator), alignment=alignment, bulk_variance=bulk)
    step = generator.choice([0, 1, 2])
    steps = (
        rmt.FixedStep(positive()),
        rmt.PowerStep(float(generator.uniform(0, 0.49)), positive()),
        rmt.MaximalStep(float(generator.choice([0.0, 10 ** generator.uniform(-2, 0.7)]))),
    )
    return rmt.OneStepNetwork(
        **fields, step=steps[step], step_sample_complexity=positive(2.0), readout=_law(generator),
        corrections=bool(generator.random() < 0.7), row_lengths=bool(generator.random() < 0.3),
        span_noise=bool(generator.random() < 0.3),
    )  # fmt: skip


def sharp_model(generator: np.random.Generator) -> rmt.SpikedRandomFeatures:
    """A large spike and sharp functions: the coarse rules of a refinement resolve them badly, and may agree."""

    def scale(low: float, high: float) -> float:
        return float(10 ** generator.uniform(low, high))

    function, target = (rmt.Activation.from_expression(str(generator.choice(SHARP))) for _ in range(2))
    return rmt.SpikedRandomFeatures(
        activation=function, target=target, spike=rmt.ConstantLaw(scale(-0.5, 1.2)),
        alignment=float(generator.choice([0.999, 0.99, 0.9, 1.0, generator.uniform(-1, 1)])),
        bulk_variance=scale(-1.3, 0.4), sample_complexity=scale(-0.7, 0.7), width_ratio=scale(-0.7, 0.7),
        ridge=scale(-3, 1), noise_variance=float(generator.choice([0.0, 0.1])),
    )  # fmt: skip


def several_model(generator: np.random.Generator) -> rmt.SpikedRandomFeatures | rmt.OneStepNetwork:
    """Spikes in two directions, targets of two or three, up to three classes; or a gradient step on them."""

    def scale(low: float, high: float) -> float:
        return float(10 ** generator.uniform(low, high))

    target, other = (rmt.MultiIndexTarget.from_expression(str(f)) for f in generator.choice(SEVERAL, 2, replace=False))
    classes = int(generator.integers(1, 4))
    pairs = scale(-0.7, 0.2) * generator.standard_normal((classes, 2))
    law = rmt.JointLaw(pairs, generator.dirichlet(np.full(classes, 3.0)))
    fields = {
        "activation": _function(generator), "sample_complexity": scale(-0.7, 0.7), "width_ratio": scale(-0.7, 0.7),
        "ridge": scale(-3, 1), "noise_variance": float(generator.choice([0.0, 0.1])), "width": _width(generator),
    }  # fmt: skip
    if generator.random() < 0.4:
        several = {"step_targets": (target, other), "readout": law} if generator.random() < 0.3 else {}
        step, count = rmt.MaximalStep(scale(-0.5, 0.3)), scale(-0.3, 1)
        return rmt.OneStepNetwork(**fields, target=target, step=step, step_sample_complexity=count, **several)
    overlaps = generator.standard_normal((target.directions, 2))
    overlaps *= generator.choice([1.0, 0.7]) / np.linalg.norm(overlaps, 2)
    return rmt.SpikedRandomFeatures(
        **fields, target=target, spike=law, alignment=overlaps, bulk_variance=scale(-0.5, 0.3)
    )


def structured_model(generator: np.random.Generator) -> RidgeModel:
    """A model with a covariance, of any class; profiles that are even, one-sided or concentrated."""

    def scale(low: float, high: float) -> float:
        return float(10 ** generator.uniform(low, high))

    covariance = _covariance(generator)
    count, live = len(covariance.nodes), covariance.nodes > 0

    def profile() -> tuple[float, ...]:
        parts = np.where(live, generator.dirichlet(np.full(count, scale(-1, 1))) + 1e-300, 0)
        return tuple((parts / parts.sum()).tolist())

    fields = {
        "target": _function(generator), "covariance": covariance, "sample_complexity": scale(-1, 1),
        "ridge": scale(-6, 1), "noise_variance": float(generator.choice([0.0, scale(-2, 0)])),
        "teacher": None if generator.random() < 0.3 else profile(),
    }  # fmt: skip
    kind = generator.integers(4)
    if kind == 0:
        return rmt.RidgeRegression(**fields)
    kernel = generator.random() < 0.15
    fields |= {
        "activation": _function(generator), "width_ratio": math.inf if kernel else scale(-1, 1),
        "width": None if kernel else _width(generator),
    }  # fmt: skip
    if kind == 1:
        return rmt.RandomFeatures(**fields)
    if kind == 2:
        alignment = float(generator.choice([0.0, generator.uniform(-1, 1), 1.0, -1.0]))
        own = None if abs(alignment) == 1 else profile()
        return rmt.SpikedRandomFeatures(**fields, spike=_law(generator), alignment=alignment, spike_profile=own)
    maximal = rmt.MaximalStep(float(generator.choice([0.0, scale(-2, 0.5)])))
    step = maximal if generator.random() < 0.7 else rmt.PowerStep(float(generator.uniform(-0.2, 0.3)))
    return rmt.OneStepNetwork(
        **fields, step=step, step_sample_complexity=scale(-0.3, 1.3), readout=_law(generator),
        corrections=bool(generator.random() < 0.8),
    )  # fmt: skip


def _covariance(generator: np.random.Generator) -> rmt.Covariance:
    kind = generator.integers(4)
    if kind == 0:
        return rmt.Covariance.power_law(float(generator.uniform(0.1, 2.5)), int(generator.integers(2, 300)))
    if kind == 1:
        return rmt.Covariance.marchenko_pastur(float(10 ** generator.uniform(-1, 1)), int(generator.integers(2, 40)))
    values = 10 ** generator.uniform(-4, 1, int(generator.integers(1, 6)))
    values[generator.random(len(values)) < 0.15] = 0
    shares = generator.dirichlet(np.full(len(values) + 1, 2.0))
    shares[:-1][generator.random(len(values)) < 0.15] = 0  # single directions
    return rmt.Covariance((*values.tolist(), 1.0), (shares / shares.sum()).tolist())


def _function(generator: np.random.Generator) -> rmt.Activation:
    return rmt.Activation.from_expression(str(generator.choice(ACTIVATIONS)))


def _width(generator: np.random.Generator) -> int | None:
    return None if generator.random() < 0.6 else int(10 ** generator.uniform(0.5, 7))


def _law(generator: np.random.Generator) -> "rmt.ConstantLaw | rmt.DiscreteLaw | rmt.RademacherLaw | rmt.GaussianLaw":
    scale = float(10 ** generator.uniform(-2, 0.9))
    probability = float(generator.uniform(0.02, 0.98))
    laws = (
        rmt.ConstantLaw(scale * generator.choice([-1, 1])),
        rmt.RademacherLaw(scale),
        rmt.DiscreteLaw((-scale, float(generator.uniform(-2, 2))), (probability, 1 - probability)),
        rmt.GaussianLaw(scale),
    )
    return laws[generator.choice(4, p=[0.35, 0.25, 0.25, 0.15])]
