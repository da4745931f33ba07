"""Parameters of the papers as fields of models, and back.  Table: theory_notes/conventions.md.

In each the readout minimises the paper's own objective, given in its docstring; n samples, d inputs, p features
sigma(<w_i, x>) with |w_i| = 1 and x ~ N(0, I_d).  `tests/test_notation.py` minimises these objectives as they are
written and compares the predictors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rmt_asymptotics.errors import OutOfDomain, number

Fields = dict[str, float]


def mei22(psi1: float, psi2: float, lambda_: float) -> Fields:
    """(1/n) sum (y - sum_i a_i sigma_i)^2 + (p lambda/d) |a|^2, psi1 = p/d, psi2 = n/d.

    >>> mei22(2.0, 3.0, 0.1)
    {'width_ratio': 2.0, 'sample_complexity': 3.0, 'ridge': 0.30000000000000004}
    """
    return {"width_ratio": psi1, "sample_complexity": psi2, "ridge": lambda_ * psi2}


def hastie22(gamma: float, lambda_: float, sigma2: float) -> Fields:
    """(1/n) sum (y - <b, x>)^2 + lambda |b|^2, gamma = d/n, noise of variance sigma2."""
    return {"sample_complexity": 1 / gamma, "ridge": lambda_ / gamma, "noise_variance": sigma2}


def gerace20(alpha: float, gamma: float, lambda_: float) -> Fields:
    """sum l(y, f) + (lambda/2) |w|^2 of f = sum_i w_i sigma_i/sqrt(p), with l = (y - f)^2/2 for ridge regression;
    alpha = n/p, gamma = d/p.
    """
    return {"sample_complexity": alpha / gamma, "width_ratio": 1 / gamma, "ridge": lambda_}


def moniri24(phi: float, psi: float, lambda_: float) -> Fields:
    """(1/n) sum (y - sum_i a_i sigma_i)^2 + lambda |a|^2, phi = d/n, psi = d/p; the step has n samples of its own."""
    ridge = lambda_ * psi / phi
    return {"sample_complexity": 1 / phi, "width_ratio": 1 / psi, "ridge": ridge, "step_sample_complexity": 1 / phi}


def ba22(psi1: float, psi2: float, lambda_: float) -> Fields:
    """(1/n) sum (y - sum_i a_i sigma_i)^2 + lambda |a|^2, psi1 = n/d, psi2 = p/d; the step has n samples of its own."""
    ridge = lambda_ * psi1 / psi2
    return {"sample_complexity": psi1, "width_ratio": psi2, "ridge": ridge, "step_sample_complexity": psi1}


def cui24(alpha: float, beta: float, alpha0: float, lambda_: float) -> Fields:
    """sum (y - f)^2 + lambda |a|^2 of f = sum_i a_i sigma_i/sqrt(p); alpha = n/d, beta = p/d, alpha0 = n0/d."""
    return {"sample_complexity": alpha, "width_ratio": beta, "step_sample_complexity": alpha0, "ridge": lambda_}


@dataclass(frozen=True)
class Notation:
    """fields: of a model from the paper's parameters.  parameters: of the paper from a model."""

    fields: Callable[..., Fields]
    parameters: Callable[[Any], Fields]


NOTATIONS: Mapping[str, Notation] = {
    "mei22": Notation(
        mei22, lambda m: {"psi1": m.width_ratio, "psi2": m.sample_complexity, "lambda_": m.ridge / m.sample_complexity}
    ),
    "hastie22": Notation(
        hastie22,
        lambda m: {
            "gamma": 1 / m.sample_complexity,
            "lambda_": m.ridge / m.sample_complexity,
            "sigma2": m.noise_variance,
        },
    ),
    "gerace20": Notation(
        gerace20,
        lambda m: {"alpha": m.sample_complexity / m.width_ratio, "gamma": 1 / m.width_ratio, "lambda_": m.ridge},
    ),
    "moniri24": Notation(
        moniri24,
        lambda m: {"phi": 1 / m.sample_complexity, "psi": 1 / m.width_ratio, "lambda_": _mean_penalty(m)},
    ),
    "ba22": Notation(ba22, lambda m: {"psi1": m.sample_complexity, "psi2": m.width_ratio, "lambda_": _mean_penalty(m)}),
    "cui24": Notation(
        cui24,
        lambda m: {
            "alpha": m.sample_complexity,
            "beta": m.width_ratio,
            "alpha0": m.step_sample_complexity,
            "lambda_": m.ridge,
        },
    ),
}


def _mean_penalty(model: Any) -> float:
    """lambda beside the mean over samples and readouts without 1/sqrt(p): ridge p/n."""
    return float(model.ridge * model.width_ratio / model.sample_complexity)


def fields_of(paper: str, parameters: Mapping[str, Any]) -> Fields:
    """The fields of a model; raises `OutOfDomain` for parameters that are no positive numbers (noise: not negative)."""
    checked = {
        name: number(name, value, **({"least": 0} if name == "sigma2" else {"above": 0}))
        for name, value in parameters.items()
    }
    return NOTATIONS[paper].fields(**checked)


def parameters_of(model: Any, paper: str) -> Fields:
    """The parameters of a paper; raises `OutOfDomain` for another paper, and for a model that it has not."""
    if not isinstance(paper, str) or paper not in NOTATIONS:
        raise OutOfDomain("paper", paper, f"one of {', '.join(NOTATIONS)}")
    try:
        return NOTATIONS[paper].parameters(model)
    except AttributeError:
        raise OutOfDomain("model", type(model).__name__, f"one that {paper} has parameters for") from None
