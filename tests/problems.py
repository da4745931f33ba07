"""Models to test with: generic ones by name, and random valid ones with every hard corner in them.

Generic: every parameter different from its default, from 0 and 1, and from the others.
"""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.expressions import parse_activation

TWO_ATOMS = rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7))
SMOOTH_TARGET = parse_activation("tanh(x) + 0.3*(x**2 - 1)")

PLAIN = rmt.RandomFeatures(
    activation=rmt.softplus,
    target=rmt.leaky_relu(0.2),
    sample_complexity=2.3,
    width_ratio=1.7,
    ridge=0.07,
    noise_variance=0.13,
    width=350,
)
ONE_CLASS = rmt.SpikedRandomFeatures(
    activation=parse_activation("tanh(x + 0.7)"),
    target=SMOOTH_TARGET,
    sample_complexity=2.6,
    width_ratio=1.4,
    ridge=0.06,
    noise_variance=0.11,
    width=420,
    spike=rmt.ConstantLaw(1.3),
    alignment=0.7,
    bulk_variance=1.2,
)
TWO_CLASSES = ONE_CLASS.replace(activation=rmt.relu, spike=TWO_ATOMS)
CONTINUOUS = ONE_CLASS.replace(activation=rmt.centred(rmt.relu), spike=rmt.GaussianLaw(0.9))
UNRESOLVABLE = ONE_CLASS.replace(  # some hundred periods over the width of kappa: no rule in use resolves them
    activation=parse_activation("cos(40*x)"), ridge=1e-6, spike=rmt.ConstantLaw(5.0), bulk_variance=0.01
)
GENERIC = {"plain": PLAIN, "one class": ONE_CLASS, "two classes": TWO_CLASSES, "continuous": CONTINUOUS}
DISCRETE = {name: model for name, model in GENERIC.items() if name != "continuous"}
SPIKED = {name: model for name, model in GENERIC.items() if name != "plain"}

ACTIVATIONS = (
    "tanh", "erf", "relu", "gelu", "silu", "softplus", "sin", "cos", "sign", "identity", "leaky_relu(0.2)",
    "centred(relu)", "hermite_polynomial(2)", "hermite_polynomial(3)", "polynomial(0.3, 1, -0.4)", "Abs(x)",
    "tanh(x + 0.7) - 0.45", "centred(softplus)", "Max(x - 1, 0)",
)  # fmt: skip
OSCILLATING = ("sin", "cos")  # the rule in kappa is densest at 0 and resolves few periods
WIDTHS = (None, None, 1, 30, 800, 10**5, 10**9, 10**16)
ALIGNMENTS = (0.0, 1.0, -1.0, 0.9999)
ATOMS = (0.0, 1e-6, 0.3, -1.2, 5.0)


def random_model(rng: np.random.Generator) -> rmt.RandomFeatures | rmt.SpikedRandomFeatures:
    """A valid model; hard values (n = p, alignment 1, no noise, tiny spikes, ...) have positive probability."""
    activation = str(rng.choice(ACTIVATIONS))
    common = {
        "activation": parse_activation(activation),
        "target": parse_activation(str(rng.choice(ACTIVATIONS))),
        "sample_complexity": log_uniform(rng, 0.1, 10),
        "width_ratio": log_uniform(rng, 0.1, 10),
        "ridge": log_uniform(rng, 1e-8, 1e2),
        "noise_variance": log_uniform(rng, 1e-3, 1) * rng.integers(2),
        "width": WIDTHS[rng.integers(len(WIDTHS))],
    }
    if rng.random() < 0.2:
        common["width_ratio"] = common["sample_complexity"]  # n = p
    if rng.random() < 0.2:
        return rmt.RandomFeatures(**common)
    alignment = ALIGNMENTS[rng.integers(len(ALIGNMENTS))] if rng.random() < 0.4 else rng.uniform(-1, 1)
    variance = 1.0 if activation in OSCILLATING else log_uniform(rng, 0.01, 100) ** rng.choice([0.3, 1])
    return rmt.SpikedRandomFeatures(spike=random_law(rng), alignment=alignment, bulk_variance=variance, **common)


def random_law(rng: np.random.Generator) -> rmt.ConstantLaw:
    """A law of spike coefficients: constant, Rademacher, Gaussian, or discrete with 1, 2, 3 or 30 atoms."""
    kind = rng.integers(5)
    if kind == 0:
        return rmt.ConstantLaw(float(rng.choice(ATOMS)))
    if kind == 1:
        return rmt.RademacherLaw(log_uniform(rng, 1e-6, 3))
    if kind == 2:
        return rmt.GaussianLaw(log_uniform(rng, 1e-3, 2))
    count = int(rng.choice([1, 2, 3, 30], p=[0.2, 0.35, 0.35, 0.1]))
    values = rng.standard_normal(count) * log_uniform(rng, 0.1, 3)
    probabilities = rng.dirichlet(np.ones(count))
    if rng.random() < 0.3:
        values[-1] = values[0]  # two equal atoms
    if rng.random() < 0.3 and count > 1:
        probabilities[0] = 1e-12
        probabilities[-1] = 1 - probabilities[:-1].sum()
    return rmt.DiscreteLaw(tuple(values.tolist()), tuple(np.clip(probabilities, 0, 1).tolist()))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
