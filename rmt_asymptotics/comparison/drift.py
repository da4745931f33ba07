"""How the gap between simulation and theory falls with the dimension."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics.estimates import Estimate, with_error


@dataclass(frozen=True)
class Drift:
    """Weighted fit of simulation - theory = extrapolated + slope/d over the simulated dimensions d."""

    slope: Estimate
    extrapolated: Estimate

    def __str__(self) -> str:
        sign = "-" if self.slope.mean < 0 else "+"
        return f"{self.extrapolated} {sign} {with_error(abs(self.slope.mean), self.slope.standard_error)}/d"

    @property
    def plain(self) -> dict[str, dict[str, float]]:
        """Means and standard errors by name."""
        return {name: {"mean": e.mean, "standard_error": e.standard_error} for name, e in vars(self).items()}


def drift_of(gaps: Sequence[Estimate], dimensions: Sequence[int], replicas: int) -> Drift:
    """The fit to gaps at two dimensions or more, each weighted by its standard error."""
    errors = np.array([max(gap.standard_error, np.finfo(float).tiny) for gap in gaps])
    design = np.array([[1.0, 1.0 / d] for d in dimensions]) / errors[:, None]
    covariance = np.linalg.inv(design.T @ design)
    extrapolated, slope = covariance @ design.T @ (np.array([gap.mean for gap in gaps]) / errors)
    spread = np.sqrt(np.diagonal(covariance))
    return Drift(
        Estimate(float(slope), float(spread[1]), replicas),
        Estimate(float(extrapolated), float(spread[0]), replicas),
    )
