"""se.1-se.5 of one class of neurons without kappa, with their numbers."""

from collections.abc import Iterator

from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.explanation.shown import Line
from rmt_asymptotics.models import RidgeModel

EQUATIONS = (  # words, text, LaTeX, tag
    (
        "fluctuations of the prediction",
        "V = b^2 V1 + t m2^2 = %(b2)s * %(V1)s + %(t)s * %(m2)s = %(V)s",
        r"V = b^2 V_1 + t\,m_2^2 = %(b2)s \cdot %(V1)s + %(t)s \cdot %(m2)s = %(V)s",
        "se.1",
    ),
    (
        "response of the samples, linear part",
        "Vh1 = (n/p) b^2/(1+V) = %(ratio)s * %(b2)s/%(above)s = %(Vh1)s",
        r"\hat V_1 = \tfrac{n}{p} \tfrac{b^2}{1+V} = %(ratio)s \cdot \tfrac{%(b2)s}{%(above)s} = %(Vh1)s",
        "se.2",
    ),
    (
        "response of the samples, the rest",
        "Vh2 = (n/p) m2^2/(1+V) = %(ratio)s * %(m2)s/%(above)s = %(Vh2)s",
        r"\hat V_2 = \tfrac{n}{p} \tfrac{m_2^2}{1+V} = %(ratio)s \cdot \tfrac{%(m2)s}{%(above)s} = %(Vh2)s",
        "se.2",
    ),
    (
        "neurons over inputs",
        "C = (p/d) t = %(beta)s * %(t)s = %(C)s",
        r"C = \tfrac{p}{d} t = %(beta)s \cdot %(t)s = %(C)s",
        "se.3",
    ),
    (
        "variance of a neuron",
        "1/t = ridge + Vh2 + Vh1/(1 + C Vh1) = %(ridge)s + %(Vh2)s + %(M)s = %(inverse)s",
        r"\tfrac1t = \lambda + \hat V_2 + \tfrac{\hat V_1}{1 + C \hat V_1} = %(ridge)s + %(Vh2)s + %(M)s = %(inverse)s",
        "se.4",
    ),
    (
        "along the inputs",
        "V1 = (d/p) C/(1 + C Vh1) = %(V1)s",
        r"V_1 = \tfrac{d}{p} \tfrac{C}{1 + C \hat V_1} = %(V1)s",
        "se.5",
    ),
)


def with_numbers(model: RidgeModel, features: Features, V: float, t: float) -> Iterator[Line]:
    """The equations with V and t that solve them."""
    ratio, beta, ridge = model.sample_complexity / model.width_ratio, model.width_ratio, model.ridge
    b2, m2 = float(features.linear[0, 0] ** 2), float(features.residual[0, 0])
    Vh1, Vh2, C = ratio * b2 / (1 + V), ratio * m2 / (1 + V), beta * t
    M = Vh1 / (1 + C * Vh1)
    values = {"b2": b2, "m2": m2, "V": V, "t": t, "Vh1": Vh1, "Vh2": Vh2, "C": C, "M": M, "V1": C * M / (Vh1 * beta)}
    values |= {"ratio": ratio, "beta": beta, "ridge": ridge, "above": 1 + V, "inverse": 1 / t}
    written = {name: f"{value:.6g}" for name, value in values.items()}
    for words, text, latex, tag in EQUATIONS:
        yield Line(words, text % written, latex % written, tag)
