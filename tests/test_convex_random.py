"""Random problems of all losses, short; validation runs three hundred."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from validation.convex_problems import random_model, solved
from validation.published import loureiro21

RESIDUAL = 1e-9


@pytest.mark.parametrize("seed", range(24))
def test_random_problems_converge(seed):
    found = solved(random_model(seed))
    assert found.converged
    assert np.max(np.abs(found.iterate.at.residual)) < RESIDUAL
    assert np.all(np.isfinite([found.outputs[name] for name in ("test_loss", "training_loss", "norm")]))


@pytest.mark.parametrize("row", loureiro21.ROWS[::3])
def test_published_logistic_regression(row):
    ratio, misclassification, training_loss = row
    found = rmt.solve(loureiro21.model(ratio))
    assert found.misclassification == pytest.approx(misclassification, rel=loureiro21.ONE_DRAW)
    assert found.training_loss == pytest.approx(training_loss, rel=loureiro21.ONE_DRAW)
