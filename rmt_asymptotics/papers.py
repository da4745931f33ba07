"""Constructors of models in the parameters of the papers, and back.  Table: theory_notes/conventions.md."""

import dataclasses
import math
from typing import Any, Self, TypeVar, cast

from rmt_asymptotics.activations import polynomial
from rmt_asymptotics.errors import OutOfDomain, number
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.notation import fields_of, parameters_of
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep

Model = TypeVar("Model")


def _built(model: type[Model], fields: dict[str, Any], sizes: dict[str, float]) -> Model:
    """The model; raises `OutOfDomain` for fields that the paper gives, that are none, or that are missing."""
    known: dict[str, Any] = {field.name: field for field in dataclasses.fields(cast("Any", model))}
    for name, value in fields.items():
        if name in sizes:
            raise OutOfDomain(name, value, "left out: the parameters of the paper give it")
        if name not in known:
            raise OutOfDomain("field", name, f"a field of {model.__name__}: {', '.join(known)}")
    for name, field in known.items():
        if name not in fields | sizes and field.default is dataclasses.MISSING:
            raise OutOfDomain(name, None, f"given: {model.__name__} has no default for it")
    return model(**fields, **sizes)


class InPapers:
    """What all models have."""

    def in_notation(self, paper: str) -> dict[str, float]:
        """The sizes and the penalty in a paper's parameters: mei22, hastie22, gerace20, moniri24, ba22 or cui24.

        Raises `OutOfDomain` for another paper, and for a model that it has no parameters for.
        """
        return parameters_of(self, paper)


class OfRandomFeatures:
    """Constructors of `RandomFeatures`."""

    @classmethod
    def from_mei_montanari(cls, psi1: float, psi2: float, lambda_: float, **fields: Any) -> Self:
        """The model by mei22: p/d, n/d and the penalty (p lambda/d) |a|^2 beside the mean over samples.

        fields: the others, `activation` and `target` at least.  Raises `OutOfDomain` as the class does.

        >>> import rmt_asymptotics as rmt
        >>> model = rmt.RandomFeatures.from_mei_montanari(2.0, 3.0, 0.1, activation=rmt.relu, target=rmt.sign)
        >>> round(model.ridge, 9), model.in_notation("mei22")
        (0.3, {'psi1': 2.0, 'psi2': 3.0, 'lambda_': 0.10000000000000002})
        """
        return _built(cls, fields, fields_of("mei22", {"psi1": psi1, "psi2": psi2, "lambda_": lambda_}))

    @classmethod
    def from_gerace(cls, alpha: float, gamma: float, lambda_: float, **fields: Any) -> Self:
        """The model by gerace20: n/p, d/p and the penalty (lambda/2) |w|^2 beside the sum of the losses.

        fields: the others, `activation` and `target` at least; `loss` and `labels`.  Ridge regression is the loss
        (y - f)^2/2, f = <w, sigma>/sqrt(p).  Raises `OutOfDomain` as the class does.
        """
        return _built(cls, fields, fields_of("gerace20", {"alpha": alpha, "gamma": gamma, "lambda_": lambda_}))


class OfNetworks:
    """Constructors of `OneStepNetwork`."""

    @classmethod
    def from_moniri(cls, phi: float, psi: float, lambda_: float, alpha: float, c: float = 1.0, **fields: Any) -> Self:
        """The network by moniri24: d/n, d/p, lambda |a|^2 beside the mean, a step of size c n^alpha.

        fields: the others, `activation` and `target` at least; the readout is Gaussian unless it is among them.
        Raises `OutOfDomain` as the class does.

        >>> import rmt_asymptotics as rmt
        >>> network = rmt.OneStepNetwork.from_moniri(0.5, 0.8, 0.01, 0.3, activation=rmt.tanh, target=rmt.sin)
        >>> network.sample_complexity, network.width_ratio, network.ridge, network.step
        (2.0, 1.25, 0.016, PowerStep(exponent=0.3, prefactor=1.0))
        """
        sizes = fields_of("moniri24", {"phi": phi, "psi": psi, "lambda_": lambda_})
        return _built(cls, {"readout": GaussianLaw(), "step": PowerStep(alpha, c)} | fields, sizes)

    @classmethod
    def from_ba(cls, psi1: float, psi2: float, lambda_: float, eta: float, **fields: Any) -> Self:
        """The network by ba22: n/d, p/d, lambda |a|^2 beside the mean, a step of size eta.

        fields: the others, `activation` and `target` at least; the readout is Gaussian unless it is among them.
        Raises `OutOfDomain` as the class does.
        """
        sizes = fields_of("ba22", {"psi1": psi1, "psi2": psi2, "lambda_": lambda_})
        return _built(cls, {"readout": GaussianLaw(), "step": FixedStep(eta)} | fields, sizes)

    @classmethod
    def from_cui(cls, alpha: float, beta: float, alpha0: float, lambda_: float, rate: float, **fields: Any) -> Self:
        """The network by cui24: n/d, p/d, n0/d, lambda |a|^2 beside the sum, a step rate sqrt(p).

        fields: the others, `activation` and `target` at least.  The paper has no [net.3]: `corrections` are off unless
        among them.  Raises `OutOfDomain` as the class does.
        """
        sizes = fields_of("cui24", {"alpha": alpha, "beta": beta, "alpha0": alpha0, "lambda_": lambda_})
        return _built(cls, {"step": MaximalStep(rate), "corrections": False} | fields, sizes)


class OfRidgeRegression:
    """Constructors of `RidgeRegression`."""

    @classmethod
    def from_hastie(cls, gamma: float, lambda_: float, r2: float = 1.0, sigma2: float = 0.0, **fields: Any) -> Self:
        """The model by hastie22: d/n, lambda |b|^2 beside the mean, a linear teacher of r2 = |beta|^2.

        fields: the others.  Raises `OutOfDomain` as the class does.

        >>> import rmt_asymptotics as rmt
        >>> model = rmt.RidgeRegression.from_hastie(0.5, 0.1, sigma2=0.2)
        >>> model.sample_complexity, model.ridge, model.in_notation("hastie22")["gamma"]
        (2.0, 0.2, 0.5)
        """
        sizes = fields_of("hastie22", {"gamma": gamma, "lambda_": lambda_, "sigma2": sigma2})
        target = polynomial(0.0, math.sqrt(number("r2", r2, above=0)))
        return _built(cls, {"target": target} | fields, sizes)
