"""The leading eigenvector of the inputs as a spike: what few directions carry is no bulk.

Note: theory_notes/structure.md [lead.1].
"""

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.covariances import Covariance
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import RandomFeatures, SpikedRandomFeatures

EMPTY = 1e-12  # eigenvalue, relative to the largest, of the direction that has left the bulk
ROUNDING = 1e-9  # relative, of a share
COMMON = (
    "activation", "target", "sample_complexity", "width_ratio", "ridge", "noise_variance", "width", "loss", "labels",
    "intercept",
)  # fmt: skip


@checked_arguments
def with_leading_direction(model: RandomFeatures) -> SpikedRandomFeatures:
    """Random features of inputs with a covariance, their leading eigenvector e moved from the bulk into kappa.

    Weights have <Sigma^(1/2) w_i, e> ~ N(0, s_1/d), a Gaussian law of spikes; d is width/width_ratio.  At a low
    effective rank this is closer to networks of that dimension than the limit of `model`.  Equation lead.1.
    Raises `OutOfDomain` for a model without a covariance or a width, and for a dimension so small that a d-th of it is
    more than the largest eigenvalue has.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.3, width_ratio=1.5,
    ...                            ridge=0.05, covariance=rmt.Covariance.power_law(1.0, 200), width=300)
    >>> spiked = with_leading_direction(model)
    >>> round(spiked.spike.scale**2, 4), round(spiked.bulk_variance, 4)   # of the variance of an argument
    (0.1701, 0.8299)
    """
    if not isinstance(model, RandomFeatures):
        raise OutOfDomain("model", model, "a RandomFeatures(...)")
    if model.covariance is None:
        raise OutOfDomain("covariance", None, "a Covariance")
    if model.width is None:
        raise OutOfDomain("width", None, "a number, which says what the dimension is")
    # notation: s, rho, tau; of the leading direction share and t
    s, rho, tau = model.covariance.nodes, model.covariance.weights, model.teacher_profile
    first, share = int(np.argmax(s)), model.width_ratio / model.width
    if share > rho[first] * (1 + ROUNDING):
        raise OutOfDomain("width", model.width, "that of a dimension of which a d-th has the largest eigenvalue")
    part = min(share / rho[first], 1.0)
    left = 1 - part * (np.arange(len(s)) == first)
    kept = left > ROUNDING
    t = float(part * tau[first])
    profile = np.append((left * tau)[kept], t)
    shares = np.append((left * rho)[kept], share)
    alone = (*[0.0] * int(kept.sum()), 1.0)
    covariance = Covariance((*s[kept].tolist(), EMPTY * float(s[first])), (shares / shares.sum()).tolist())
    common = {name: getattr(model, name) for name in vars(model) if name in COMMON}
    return SpikedRandomFeatures(
        **common, covariance=covariance, teacher=(profile / profile.sum()).tolist(),
        spike=GaussianLaw(float(np.sqrt(s[first] * share))), bulk_variance=float(1 - s[first] * share),
        alignment=float(np.sqrt(t)), spike_profile=alone, alignment_profile=alone,
    )  # fmt: skip
