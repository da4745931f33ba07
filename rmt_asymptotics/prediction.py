"""What is predicted of ridge regression on rows of data: the intercept, and where rows are too uneven for the theory.

Note: theory_notes/real_data.md.
"""

import math
from dataclasses import replace
from typing import Any

from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.models import RegressionOnData

UNEVEN = 0.05  # Var V(x)/(1 + V)^2, above which predictions are off by about as much


def intercept_factors(samples: Any) -> dict[str, Any]:
    """What an intercept makes of the errors of n - 1 samples without one: exact for Gaussian rows.  [data.4]"""
    up, down = 1 + 1 / samples, 1 - 1 / samples
    return {"test_error": up, "training_error": down, "training_objective": down}


def predicted(model: RegressionOnData, samples: int) -> Asymptotics:
    """The prediction for n rows and an intercept; raises `NotConverged` as `solve` does."""
    d = model.data.summary.rank
    found = solve(model.replace(sample_complexity=(samples - 1) / d))
    values = {name: factor * getattr(found, name) for name, factor in intercept_factors(samples).items()}
    losses = {"test_loss": values["test_error"], "training_loss": values["training_error"]}
    return replace(found, model=model.replace(sample_complexity=samples / d), **values, **losses)


def doubts(prediction: Asymptotics) -> tuple[str, ...]:
    """Why a prediction of `predicted` may be wrong, in words.  [data.3]"""
    model = prediction.model
    assert isinstance(model, RegressionOnData)
    n = model.samples
    ratio = prediction.test_error / prediction.training_error * (1 - 1 / n) / (1 + 1 / n)
    uneven = model.data.summary.unevenness(model.ridge, n - 1, math.sqrt(ratio))  # test/training = (1 + V)^2  [err.2]
    if uneven <= UNEVEN:
        return ()
    return (f"rows too uneven for this ridge and n: Var V/(1 + V)^2 = {uneven:.2g}, data may do as much worse",)
