"""All corrections of order 1/d together, and the variance of one draw.  Note: theory_notes/finite_size.md."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.finite.circles import circles
from rmt_asymptotics.finite.loop import loop, nongaussian, responses, tilted
from rmt_asymptotics.finite.samples import class_expansion, sample_expansion, smooth
from rmt_asymptotics.finite.setting import Setting
from rmt_asymptotics.finite.spread import bulk_covariance, of_test_sample
from rmt_asymptotics.finite.state import Measure, Numbers, projected, smooth_errors, solved_bulk

RADIUS_EPS = 1e-4  # of the central difference in eps, in units of that at which V2 would double


@dataclass(frozen=True)
class Corrections:
    """Test error, training error and objective, (3,) each.

    samples: of the mean, from finitely many samples and neurons [fs.1, fs.6].  bulk: from one loop, with what is not
    Gaussian [fs.2].  variance: of one draw.  fresh: of (y - f)^2 on one test sample, labels with and without noise.
    """

    samples: Array
    bulk: Array
    variance: Array
    fresh: tuple[float, float]

    @property
    def shift(self) -> Array:
        """Of the mean, in all."""
        return self.samples + self.bulk


def corrections(at: Setting) -> Corrections:
    """The corrections of a setting."""
    bulk, modes = smooth(at)
    errors = smooth_errors(at, bulk, modes)
    samples, classes = sample_expansion(at, bulk, modes), class_expansion(at, bulk, modes)
    shift, variance = _bulk_part(at, bulk.start, bulk.t, float(np.sum(at.mass / (1 + bulk.V))))
    fresh = [of_test_sample(at, modes, errors.excess, noisy) for noisy in (True, False)]
    return Corrections(
        samples.shift + classes.shift, shift, samples.variance + classes.variance + variance, (fresh[0], fresh[1])
    )


def _bulk_part(at: Setting, start: Numbers, t: Numbers, weight: float) -> tuple[Array, Array]:
    """Shifts of the means by one loop, and variances from the bulk, of the three errors."""
    points = circles(at.ridge, weight, at.samples)
    masses = np.broadcast_to(at.mass, (len(points.ridge), len(at.mass)))
    measure = Measure(masses, points.tau, points.ridge, at.class_weights)
    bulk = solved_bulk(at, measure, (start, t))
    modes = projected(at, bulk, bulk.den)
    errors = smooth_errors(at, bulk, modes)
    Q = responses(at, bulk, modes, errors)
    eps = RADIUS_EPS * float(np.min(np.abs(at.class_weights * bulk.t[0] / Q[1][0]))) * np.array([1, -1])
    moved = tilted(at, bulk, Q, eps)
    gamma = loop(at, bulk, modes, moved) + nongaussian(at, modes, points.tau, moved)
    return points.errors(gamma @ (0.5 / eps)), points.variances(bulk_covariance(at, bulk, modes))
