"""explain(): the equations behind a result with the numbers of a model in them.

The tags are those of theory_notes/canonical_problem.md, where the equations are derived.
"""

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import control_points, ridge_solution, solve
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.explanation import parts
from rmt_asymptotics.explanation.shown import Explanation
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.state_evolution.fixed_point import fixed_points
from rmt_asymptotics.tables import titled


@checked_arguments
def explain(model: RidgeModel, *, tolerance: float | None = None) -> Explanation:
    """What the theory computes for a model: the model with its normalisations, its regime, the equations and errors.

    Where there is one class of neurons and nothing depends on a spike, all unknowns stand in their equations; else
    their ranges.
    tolerance: as in `solve`.
    Raises as `solve` does.  Equations cge.1, se.1-se.5, err.1-err.3.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> print(explain(model).text.splitlines()[-1].split("   [")[0].strip())
    training error, mean (y - f)^2                 E e/(1+V)^2 = 0.158464
    """
    if not model.is_ridge_regression:
        result = solve(model, tolerance=tolerance)
        sections = [("Model", tuple(parts.setting(model))), ("Outputs", tuple(parts.outputs(result)))]
        return Explanation(titled(model), tuple(sections))
    result, solutions = ridge_solution(model, tolerance)
    features = translate(model, int(solutions.levels[0])).features
    controls = control_points(model, {})
    V = (features.class_weights @ features.power / controls.ridge[:, None]) * np.ones((1, len(features.weights)))
    found = fixed_points(features, controls, V, np.full((1, len(features.class_weights)), 1 / model.ridge))
    sections = [
        ("Model", tuple(parts.setting(model))),
        ("Features given the spike coordinate kappa", tuple(parts.features(features))),
        ("Fixed point", tuple(parts.fixed_point(model, features, found))),
        ("Errors", tuple(parts.errors(result))),
    ]
    return Explanation(titled(model), tuple(sections))
