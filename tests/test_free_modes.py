"""Free modes that are small, or nearly parallel, count as fully as large ones: their span matters, not their size.

At p = infinity class means cost nothing.  What is asserted is known without the solver: a constant added to the
activation moves nothing but a free function, and two classes that approach each other keep a derivative between them.
"""

import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.expressions import parse_activation
from tests import problems

TARGET = parse_activation("tanh(x) + 0.3*x**2 + 0.2")  # its mean is for the constants to learn
ROUNDING = 1e-12
ERRORS = ("test_error", "training_error", "training_objective")


def shifted(model, function, constant):
    return model.replace(width=None, target=TARGET, activation=parse_activation(f"{function} + {constant:.12f}"))


def assert_same(found, expected, rel):
    for name in ERRORS:
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=rel), name


@pytest.mark.parametrize("constant", [1e-3, 1e-6, 1e-7, 1e-8])
@pytest.mark.parametrize(
    ("model", "function"), [(problems.PLAIN, "tanh(x)"), (problems.TWO_CLASSES, "x")], ids=["plain", "two classes"]
)
def test_any_constant_is_the_intercept(model, function, constant):
    """Odd activations have no constants in their span: with one of 1e-8 all labels' mean is learnt, as with 0.5."""
    found, expected = (rmt.solve(shifted(model, function, c), tolerance=1e-6) for c in (constant, 0.5))
    assert_same(found, expected, ROUNDING + found.solution.error_estimate)


def test_without_a_constant_the_mean_is_not_learnt():
    """What is lost with the function, so that the test above can fail."""
    with_constant, without = (rmt.solve(shifted(problems.PLAIN, "tanh(x)", c)).test_error for c in (0.5, 0.0))
    assert without > 1.05 * with_constant


def pair(distance):
    law = rmt.DiscreteLaw((1.3 - distance, 1.3 + distance), (0.5, 0.5))
    return rmt.solve(problems.ONE_CLASS.replace(width=None, spike=law), tolerance=1e-6)


@pytest.mark.parametrize("distance", [1e-4, 1e-6, 1e-7, 1e-8])
def test_two_nearby_classes_span_a_derivative(distance):
    """Errors are even in the distance: the limit follows from two classes far apart, by Richardson's rule."""
    near, far, farther = pair(distance), pair(0.01), pair(0.02)
    for name in ERRORS:
        limit = (4 * getattr(far, name) - getattr(farther, name)) / 3  # up to 0.01^4
        assert getattr(near, name) == pytest.approx(limit, rel=3 * 0.01**4 + near.solution.error_estimate), name
    one = rmt.solve(problems.ONE_CLASS.replace(width=None))
    assert one.test_error > 1.03 * near.test_error


def test_nearly_equal_atoms_are_not_said_to_be_solved():
    """At p = infinity the third class mean of atoms 1e-6 apart is a free direction of 1e-13: rounding decides on it."""
    model = problems.ONE_CLASS.replace(width=None, spike=rmt.DiscreteLaw((1.0, 1.000001, 1.000002), (0.5, 0.3, 0.2)))
    with pytest.raises(rmt.NotConverged, match="rounding"):
        rmt.solve(model)
    apart = model.replace(spike=rmt.DiscreteLaw((1.0, 1.01, 1.02), (0.5, 0.3, 0.2)))
    assert rmt.solve(apart).solution.error_estimate < 1e-6
