"""Random problems of all losses, short; validation runs three hundred."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from validation.convex_losses import SPIKED
from validation.convex_problems import random_model, solved
from validation.published import loureiro21

RESIDUAL = 1e-9


@pytest.mark.parametrize("seed", [*range(24), 103, 149, 173])  # the last need the ways around
def test_random_problems_converge(seed):
    found = solved(random_model(seed))
    assert found.converged
    assert np.max(np.abs(found.iterate.at.residual)) < RESIDUAL
    assert np.all(np.isfinite([found.outputs[name] for name in ("test_loss", "training_loss", "norm")]))


def test_hinge_where_all_functions_of_kappa_are_free():
    """A continuous law at p = infinity, against p = 1e8 at a tolerance of 1e-4: .214665."""
    model = SPIKED.replace(spike=rmt.GaussianLaw(1.0), loss=rmt.HingeLoss(), width=None)
    found = solved(model)
    assert found.converged and np.sum(~found.system.modes.penalised) == len(found.system.problem.features.nodes)
    assert found.outputs["misclassification"] == pytest.approx(0.214665, rel=2e-3)


@pytest.mark.parametrize("row", loureiro21.ROWS[::3])
def test_published_logistic_regression(row):
    ratio, misclassification, training_loss = row
    found = rmt.solve(loureiro21.model(ratio))
    assert found.misclassification == pytest.approx(misclassification, rel=loureiro21.ONE_DRAW)
    assert found.training_loss == pytest.approx(training_loss, rel=loureiro21.ONE_DRAW)
