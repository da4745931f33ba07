"""The law of the margin y f, confidence and calibration, for labels of two values.  Note: convex_losses.md [gl.14]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import convex_solution, convex_task
from rmt_asymptotics.canonical.channels import BinaryChannel
from rmt_asymptotics.errors import OutOfDomain, numerical_failures
from rmt_asymptotics.gaussian.quadrature import gaussian_density
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.state_evolution.convex.binary_channel import Margins, margins
from rmt_asymptotics.state_evolution.convex.channel import Field

ORDER = 16  # nodes a panel


@dataclass(frozen=True)
class MarginLaw:
    """Of fresh data and of the training set, at the solution of a model; made by `margin_law`."""

    model: RidgeModel
    _channel: BinaryChannel
    _kappa: Array
    _weights: Array
    _field: Field
    _loss: ConvexFunction

    def distribution(self, margins: ArrayLike, *, training: bool = False) -> Array:
        """P(y f <= m) for each m, on fresh data or on the training set, where it may jump (hinge: at m = 1)."""
        values = np.asarray(margins, float)
        found = [self._probability(m, training) for m in values.ravel().tolist()]
        return np.array(found).reshape(values.shape)

    def confidence(self, *, training: bool = False) -> float:
        """E 1/(1 + exp(-|f|)): of a logistic model, the probability that it gives its own predictions."""
        zero = np.zeros((len(self._kappa), 1))
        at = self._at(
            np.concatenate([self._loss.bends(self._field.V), zero, self._loss.images(zero, self._field.V)], 1)
        )
        u = self._loss.proximal(at.margin, self._field.V[at.node]).prox if training else at.margin
        return self._mean(at, special.expit(np.abs(u)))

    def calibration(self, outputs: ArrayLike) -> Array:
        """P(y = 1 | f) for each output f, on fresh data.

        A calibrated logistic model has 1/(1 + exp(-f)).
        """
        f, field = np.asarray(outputs, float), self._field
        deviation = np.sqrt(field.G1**2 + field.Q)
        h = (f[..., None] - field.G0) / deviation
        gamma, rho = self._channel.alignment, self._channel.complement
        mean = gamma * self._kappa + rho * field.G1 / deviation * h
        positive = self._channel.moments(mean, rho * np.sqrt(field.Q) / deviation + 0 * h)[0]
        density = self._weights * gaussian_density(h) / deviation
        return np.asarray(np.sum(density * positive, axis=-1) / np.sum(density, axis=-1))

    def _probability(self, margin: float, training: bool) -> float:
        place = np.full((len(self._kappa), 1), margin)
        if training:
            place = place + self._field.V[:, None] * self._loss.slopes(place)[1]
        at = self._at(place)
        return self._mean(at, (at.margin <= place[at.node]).astype(float))

    def _at(self, bends: Array) -> Margins:
        return margins(self._channel, self._kappa, self._field, bends, ORDER)

    def _mean(self, at: Margins, values: Array) -> float:
        sums = at.panels.sums(values * at.labels[0] * at.panels.weights).reshape(2, -1).sum(axis=0)
        return float(self._weights @ sums)


@checked_arguments
@numerical_failures()
def margin_law(model: RidgeModel, *, tolerance: float | None = None) -> MarginLaw:
    """The law of the margin of a model with labels of two values; raises `OutOfDomain` for others, and as `solve`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.identity, sample_complexity=2.0, width_ratio=1.5,
    ...                            ridge=0.1, loss=rmt.HingeLoss(), labels=rmt.SignLabels(0.1))
    >>> law = margin_law(model)
    >>> law.distribution([0.0]).round(6) == round(rmt.solve(model).misclassification, 6)
    array([ True])
    """
    if not model.labels.two_values:
        raise OutOfDomain("labels", model.labels, "of two values: SignLabels(), ProbitLabels() or LogisticLabels()")
    _, solutions = convex_solution(model, tolerance)
    solved, task = solutions.solved[0], convex_task(model)
    system = solved.system
    assert isinstance(system.labels, BinaryChannel)
    field = system.field(solved.iterate.state)
    problem = system.problem
    return MarginLaw(
        model, system.labels, problem.features.nodes, problem.features.weights, field, task.function(model.loss)
    )
