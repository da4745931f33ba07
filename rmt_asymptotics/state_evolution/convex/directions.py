"""Modes along directions of inputs with a spectrum, as part of the fixed point.  Note: structure.md [cov.8]."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.equations.bulk import conjugates, respond
from rmt_asymptotics.equations.directions import capacity
from rmt_asymptotics.state_evolution.convex.bulk import TINY, Bulk


@dataclass(frozen=True)
class Along:
    """coef (J,), leak (N,) and pull (K,) of hats (J,) at den (N,), and by rows their derivatives in den and in hat."""

    coef: Array
    leak: Array
    pull: Array
    coef_by: tuple[Array, Array]
    leak_by: tuple[Array, Array]
    pull_by: tuple[Array, Array]


def along_at(features: Features, den: Array, at: Bulk, b: float, ridge: float, hat: Array) -> Along:
    """All by one complex step in each node's den and in each hat, together."""
    directions, bulk, nodes, count = features.directions, features.plain_bulk, len(den), len(hat)
    assert directions is not None
    steps = 1j * TINY * np.eye(nodes + count)
    t = at.t - steps[:, :nodes] @ (b * (at.theta @ at.Y)).T / features.class_weights
    ratio, ridges = np.full(len(steps), b), np.full(len(steps), ridge)
    sums = conjugates(bulk, den + steps[:, :nodes], ratio, ridges)
    response = respond(bulk, sums, ratio, t)
    found = capacity(directions.overlaps, directions.vectors, directions.count, response)
    hats = hat + steps[:, nodes:]
    share = found.share(hats, bulk.functions)
    values = ((found.matrix @ hats[..., None])[..., 0], share.leak, share.pull)
    by = [(value.imag[:nodes].T / TINY, value.imag[nodes:].T / TINY) for value in values]
    return Along(*(value.real[0] for value in values), *by)
