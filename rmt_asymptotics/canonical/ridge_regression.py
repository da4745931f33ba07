"""Translation: ridge regression on the inputs themselves -> canonical problem.  Note: theory_notes/structure.md.

One class without a residual: f = <a, x>/sqrt(d) is linear in x, and d/p = 0, as no neuron pulls on another.
"""

import numpy as np

from rmt_asymptotics.canonical.grids import Grid
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.random_features import labels_alone
from rmt_asymptotics.canonical.spectrum import spectrum_of, teacher_alone
from rmt_asymptotics.gaussian.conditional import ConditionalMoments
from rmt_asymptotics.models import RidgeRegression


def ridge_regression_problem(model: RidgeRegression, grid: Grid) -> Problem:
    """The problem on its single node."""
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    bulk = ConditionalMoments(zero, one, zero, zero)
    spectrum = spectrum_of(model)
    if spectrum is None:
        modes, directions = Modes.of_classes(0, one, per_width_ratio=1), None
    else:
        modes, directions = Modes.none(2, 1), teacher_alone(model.teacher_profile)
    return Problem(
        Features.assemble(grid.kappa, np.ones(1), bulk, modes, spectrum, directions), labels_alone(model.target)
    )
