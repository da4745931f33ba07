"""The parts of a test error, from errors of pairs of readouts: inclusion and exclusion.  [two.4]

Theory and simulation share it.  Note: theory_notes/two_readouts.md.
"""

from typing import NamedTuple

import numpy as np

from rmt_asymptotics._types import Array


class Shared(NamedTuple):
    """What two readouts have in common: the noise of their labels, their samples, the first layer under them."""

    noise: bool = True
    samples: bool = True
    weights: bool = True


SAME = Shared()
OTHER_WEIGHTS = Shared(weights=False)
NOTHING = Shared(noise=False, samples=False, weights=False)
PAIRS = (SAME, Shared(noise=False), Shared(samples=False), OTHER_WEIGHTS, Shared(noise=False, weights=False), NOTHING)
PARTS = (
    "noise",
    "bias",
    "label_noise",
    "samples",
    "initialisation",
    "samples_and_initialisation",
    "label_noise_and_initialisation",
)


def parts_of(pairs: Array, noise_variance: Array | float) -> Array:
    """The parts in the order of `PARTS`, (7, ...), from E (y - f1)(y - f2) in the order of `PAIRS`, (6, ...).

    >>> parts_of(np.array([0.9, 0.6, 0.5, 0.6, 0.45, 0.4]), 0.3).sum().round(12)
    np.float64(0.9)
    """
    same, noise, samples, weights, both, nothing = pairs  # by what differs; both: noise and weights
    return np.array(
        [
            np.broadcast_to(noise_variance, np.shape(same)),
            nothing - noise_variance,
            weights - both,
            both - nothing,
            samples - nothing,
            noise - samples - both + nothing,
            same - noise - weights + both,
        ]
    )
