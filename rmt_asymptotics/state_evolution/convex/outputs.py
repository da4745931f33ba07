"""What follows from the fixed point: losses and errors on fresh and training data.  Note: convex_losses.md [gl.14]."""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import BinaryChannel, Channel, RealChannel
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.state_evolution.convex.binary_channel import margins
from rmt_asymptotics.state_evolution.convex.channel import Field
from rmt_asymptotics.state_evolution.convex.real_channel import cells

OUTPUTS = (
    "test_loss", "training_loss", "test_error", "training_error", "misclassification", "training_misclassification"
)  # fmt: skip


def outputs(channel: Channel, kappa: Array, field: Field, loss: ConvexFunction, order: int) -> Array:
    """The `OUTPUTS` given kappa, (6, N); misclassification is NaN for real labels."""
    if isinstance(channel, BinaryChannel):
        return _binary(channel, kappa, field, loss, order)
    return _real(channel, kappa, field, loss, order)


def _bends(field: Field, loss: ConvexFunction) -> Array:
    """Where the loss and its proximal operator bend, and where labels are predicted wrongly from."""
    zero = np.zeros((len(field.V), 1))
    kinks = np.broadcast_to(loss.kinks, (len(field.V), len(loss.kinks)))
    return np.concatenate([loss.bends(field.V), kinks, zero, loss.images(zero, field.V)], axis=1)


def _binary(channel: BinaryChannel, kappa: Array, field: Field, loss: ConvexFunction, order: int) -> Array:
    at = margins(channel, kappa, field, _bends(field, loss), order)
    prox = loss.proximal(at.margin, field.V[at.node]).prox
    weights = at.labels[0] * at.panels.weights
    terms = [loss.value(at.margin), loss.value(prox), (1 - at.margin) ** 2, (1 - prox) ** 2, at.margin < 0, prox < 0]
    sums = at.panels.sums(np.array([np.where(weights > 0, term, 0.0) * weights for term in terms]))
    return sums.reshape(len(terms), 2, -1).sum(axis=1)


def _real(channel: RealChannel, kappa: Array, field: Field, loss: ConvexFunction, order: int) -> Array:
    at = cells(channel, kappa, field, order)
    rule, u = at.panels(_bends(field, loss), order)
    prox = loss.proximal(u, field.V[at.node][rule.owner]).prox
    terms = [loss.value(u), loss.value(prox), u**2, prox**2]
    sums = rule.sums(np.array([term * rule.weights for term in terms])) * at.weight
    known = [np.bincount(at.node, term, minlength=len(kappa)) for term in sums]
    return np.array([*known, *np.full((2, len(kappa)), np.nan)])
