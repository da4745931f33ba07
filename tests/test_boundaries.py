"""Boundaries: curves of known functions, conditions whose boundary is known, and the reference lines."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

import rmt_asymptotics as rmt
from rmt_asymptotics.optimisation import (
    EqualErrors,
    OutlierLeavesBulk,
    Separable,
    VanishingDerivative,
    best_linear_error,
    gradient,
    kernel_limit,
    noise_floor,
    optimal,
    random_features_of,
    square_loss_of,
    trace_boundary,
)
from rmt_asymptotics.optimisation.continuation import spread
from rmt_asymptotics.optimisation.zero_set import scanned, zero_curves
from tests.problems import ONE_CLASS, PLAIN

MATCHED = 1e-9
NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=0.9, width_ratio=1.2, ridge=0.13, noise_variance=0.3,
    step=rmt.MaximalStep(3.0), step_sample_complexity=2.1,
)  # fmt: skip
RIDGED = rmt.RandomFeatures(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=2.2, width_ratio=1.4, ridge=0.1, noise_variance=0.2
)

CLASSIFIER = rmt.RandomFeatures(
    activation=rmt.tanh, target=rmt.identity, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
    labels=rmt.SignLabels(0.05), loss=rmt.LogisticLoss(),
)  # fmt: skip


def traced(function, count=13, points=60):
    curves = zero_curves(function, scanned(function, count)).curves
    return curves, [spread(function, curve, points) for curve in curves]


def test_closed_curves_close_and_points_are_equally_spaced():
    curves, found = traced(lambda p: (p[0] - 0.5) ** 2 + (p[1] - 0.45) ** 2 - 0.09)
    (points, values), (curve,) = found[0], curves
    assert curve.closed and curve.complete and np.max(np.abs(values)) < 1e-12
    np.testing.assert_allclose(np.hypot(*(points - [0.5, 0.45]).T), 0.3, rtol=1e-10)
    gaps = np.linalg.norm(np.diff(points, axis=0, append=points[:1]), axis=1)
    np.testing.assert_allclose(gaps, 2 * 0.3 * np.sin(np.pi / 60), rtol=1e-3)


def test_all_components_are_found_and_open_curves_end_at_the_border():
    def circle_and_line(p):
        return ((p[0] - 0.3) ** 2 + (p[1] - 0.3) ** 2 - 0.03) * (p[0] - 0.6 - 0.1 * np.sin(9 * p[1]))

    curves, found = traced(circle_and_line)
    assert sorted(curve.closed for curve in curves) == [False, True]
    assert all(curve.complete for curve in curves)
    (line,) = (points for curve, (points, _) in zip(curves, found, strict=True) if not curve.closed)
    assert sorted(line[[0, -1], 1]) == [0.0, 1.0]


def test_a_curve_that_cannot_be_followed_is_not_complete():
    curves, _ = traced(lambda p: np.nan if p[0] > 0.7 else p[1] - 0.4 - 0.1 * p[0])
    assert [curve.complete for curve in curves] == [False]
    assert 0.69 < max(curves[0].points[:, 0]) <= 0.7


class Known:
    """A condition of two known coordinates: log(ridge)/log(100) and the noise."""

    def __init__(self, function):
        self.function = function

    def mismatch(self, model):
        return float(self.function(math.log(model.ridge) / math.log(100), model.noise_variance))

    def meaning(self, sign):
        return "positive" if sign > 0 else "negative"


KNOWN_PLANE = {"ridge": (1.0, 100.0), "noise_variance": (0.0, 1.0)}


def test_a_boundary_through_the_nodes_of_the_scan_is_found():
    """Here the sign at a node, which is rounding, is not that at the same place along an edge."""

    class Tilted(Known):
        def mismatch(self, model):
            return model.ridge - 1 - 0.1 * model.noise_variance

    boundary = trace_boundary(RIDGED, Tilted(None), {"noise_variance": (0.0, 1.0), "ridge": (0.5, 1.5)})
    (curve,) = boundary.curves
    np.testing.assert_allclose(curve[:, 1], 1 + 0.1 * curve[:, 0], rtol=1e-11)
    assert len(curve) == 100 and boundary.message == ""


def test_a_multiple_root_is_found():
    boundary = trace_boundary(RIDGED, Known(lambda x, y: (y - 0.5 - 0.2 * x) ** 3), KNOWN_PLANE)
    for curve in boundary.curves:
        x = np.log(curve[:, 0]) / np.log(100)
        np.testing.assert_allclose(curve[:, 1], 0.5 + 0.2 * x, atol=0.03)  # a residual of 1e-5 is a distance of 0.02
    assert boundary.curves


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "function",
    [lambda x, y: np.sign(x - 0.433 + 0.2 * y), lambda x, y: 1 / (x - 0.433 + 0.1 * y)],
    ids=["jump", "pole"],
)
def test_jumps_and_poles_are_no_boundaries(function):
    boundary = trace_boundary(RIDGED, Known(function), KNOWN_PLANE)
    assert boundary.curves == () and "the condition jumps through 0 at" in boundary.message


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda x, y: 0.0, "holds everywhere"), (lambda x, y: (y - 0.5) ** 2, "positive, or the mismatch is 0 without")],
)
def test_no_curve_where_the_mismatch_is_zero_without_a_change_of_sign(function, words):
    boundary = trace_boundary(RIDGED, Known(function), KNOWN_PLANE)
    assert boundary.curves == () and words in boundary.message


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("function", [lambda x, y: x, lambda x, y: y - 1], ids=["first", "last"])
def test_a_side_of_the_window_can_be_the_boundary(function, sign):
    boundary = trace_boundary(RIDGED, Known(lambda x, y: sign * function(x, y)), KNOWN_PLANE)
    assert [len(curve) for curve in boundary.curves] == [100] and boundary.message == ""


@pytest.mark.parametrize("window", [(0.01, 1.0), (1.0, 100.0)])
def test_a_model_equals_itself_on_the_side_of_the_window(window):
    plane = {"ridge": window, "noise_variance": (0.0, 1.0)}
    boundary = trace_boundary(RIDGED, EqualErrors({"ridge": 1.0}), plane, points=20, scan=4)
    assert any(np.all(curve[:, 0] == 1) for curve in boundary.curves)


def test_a_closed_curve_is_returned_once():
    """Its crossing with a line of the grid may lie between the last of its points and the first."""
    circle = Known(lambda x, y: (x * np.log(100) / 4.6 - 0.5) ** 2 + (y - 0.5) ** 2 - 0.499**2)
    boundary = trace_boundary(RIDGED, circle, KNOWN_PLANE, points=40)
    assert boundary.closed == (True,) and len(boundary.curves[0]) == 40


def test_network_against_random_features():
    """A hundred points on which the two models have the same test error; beside the curve the sign changes."""
    plane = {"step.rate": (0.1, 30.0), "sample_complexity": (0.2, 5.0)}
    boundary = trace_boundary(NETWORK, EqualErrors(random_features_of), plane, points=100, scan=7)
    assert boundary.message == "" and boundary.fields == ("step.rate", "sample_complexity")
    assert sum(map(len, boundary.curves)) == 100
    for rate, complexity in boundary.curves[0][::20]:
        at = NETWORK.replace(**{"step.rate": rate, "sample_complexity": complexity})
        own, plain = rmt.solve(at).test_error, rmt.solve(random_features_of(at)).test_error
        assert own == pytest.approx(plain, rel=MATCHED)
    assert max(np.max(np.abs(mismatch)) for mismatch in boundary.mismatch) < MATCHED
    dataset = boundary.to_dataset()
    assert dict(dataset.sizes) == {"point": 100}
    np.testing.assert_array_equal(dataset["step.rate"], boundary.curves[0][:, 0])


def test_where_the_derivative_vanishes_is_the_optimum():
    plane = {"sample_complexity": (0.5, 4.0), "ridge": (0.01, 10.0)}
    boundary = trace_boundary(RIDGED, VanishingDerivative("ridge"), plane, points=5, scan=5)
    for complexity, ridge in boundary.curves[0]:
        at = RIDGED.replace(sample_complexity=complexity)
        assert optimal(at).model.ridge == pytest.approx(ridge, rel=1e-8)


def test_a_start_replaces_the_scan():
    plane = {"sample_complexity": (0.5, 4.0), "ridge": (0.01, 10.0)}
    condition = VanishingDerivative("ridge")
    boundary = trace_boundary(RIDGED, condition, plane, points=3, start={"sample_complexity": 2.0, "ridge": 0.5})
    assert max(np.abs(boundary.mismatch[0])) < MATCHED
    np.testing.assert_allclose(np.sort(boundary.curves[0][[0, -1], 0]), [0.5, 4.0])


def test_outlier_leaves_the_bulk_at_a_fixed_step_size():
    """p = infinity, step Theta(1): the spectrum has its outlier on one side of the root only."""
    network = NETWORK.replace(step=rmt.FixedStep(2.0), readout=rmt.RademacherLaw())
    condition = OutlierLeavesBulk()

    def mismatch(eta):
        return condition.mismatch(network.replace(**{"step.eta": eta}))

    eta = brentq(mismatch, 1.5, 4.5, xtol=1e-4)
    counts = [len(rmt.spectrum(network.replace(**{"step.eta": eta * factor})).outliers) for factor in (0.99, 1.01)]
    assert counts == [0, 1] and mismatch(0.99 * eta) > 0 > mismatch(1.01 * eta)


def test_a_bulk_with_a_tail_has_no_edge_to_leave():
    with pytest.raises(rmt.OutOfDomain, match="tail"):
        OutlierLeavesBulk().mismatch(ONE_CLASS.replace(activation=rmt.hermite_polynomial(2)))


def test_no_boundary_is_said_in_words():
    boundary = trace_boundary(RIDGED, EqualErrors(noise_floor), {"ridge": (0.1, 1), "width_ratio": (1, 2)}, scan=3)
    assert boundary.curves == () and "larger than that of the other" in boundary.message
    assert boundary.to_dataset().sizes["point"] == 0


@pytest.mark.parametrize(
    ("plane", "more", "field"),
    [
        ({"ridge": (0.1, 1)}, {}, "plane"),
        ({"ridge": (1, 0.1), "width_ratio": (1, 2)}, {}, "bounds of ridge"),
        ({"ridge": (0.1, 1), "width": (10, 20)}, {}, "field"),
        ({"ridge": (-0.1, 1), "width_ratio": (1, 2)}, {}, "ridge"),
        ({"ridge": (0.1, 1), "width_ratio": (1, 2)}, {"start": {"ridge": 0.2}}, "start"),
        ({"ridge": (0.1, 1), "width_ratio": (1, 2)}, {"logarithmic": ["alignment"]}, "logarithmic"),
        ({"ridge": (0.1, 1), "width_ratio": (1, 2)}, {"logarithmic": 3}, "logarithmic"),
        ({"ridge": (0.1, 1), "width_ratio": (1, 2)}, {"start": {"ridge": "a", "width_ratio": 1.5}}, "ridge"),
        ({"ridge": (0.1, 1), "width_ratio": None}, {}, "plane"),
        ({"ridge": (0.1, 1), "width_ratio": 1.0}, {}, "bounds of width_ratio"),
        ({"ridge": 1.0}, {}, "plane"),
        (None, {}, "plane"),
    ],
)
def test_bad_planes_are_refused(plane, more, field):
    with pytest.raises(rmt.OutOfDomain) as error:
        trace_boundary(RIDGED, EqualErrors(noise_floor), plane, **more)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("condition", "field"),
    [(None, "condition"), (EqualErrors({"rigde": 1}), "field"), (VanishingDerivative("foo"), "field")],
)
def test_bad_conditions_are_refused_before_anything_is_evaluated(condition, field):
    with pytest.raises(rmt.OutOfDomain) as error:
        trace_boundary(RIDGED, condition, {"ridge": (0.1, 1), "width_ratio": (1, 2)})
    assert error.value.field == field


@pytest.mark.parametrize("function", [kernel_limit, noise_floor, best_linear_error, random_features_of, EqualErrors])
def test_what_is_no_model_is_refused(function):
    with pytest.raises(rmt.OutOfDomain, match=r"model = 3|other = 3"):
        function(3)


@pytest.mark.parametrize("quantity", ["test_error", "training_error", "training_objective", "excess_error"])
@pytest.mark.parametrize("activation", [rmt.softplus, rmt.tanh, rmt.hermite_polynomial(2)], ids=str)
def test_kernel_limit_is_approached_like_one_over_the_width(activation, quantity):
    model = PLAIN.replace(activation=activation, width=None)
    wide = [getattr(rmt.solve(model.replace(width_ratio=w)), quantity) for w in (1e4, 1e6)]
    gaps = [value / kernel_limit(model, quantity) - 1 for value in wide]
    assert abs(gaps[1]) < 1e-5 and gaps[0] == pytest.approx(100 * gaps[1], rel=0.05)


def expected(function):
    """E function(z), by scipy."""
    return quad(lambda z: function(z) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), -12, 12, epsabs=1e-13, limit=200)[0]


@pytest.mark.parametrize("activation", [rmt.softplus, rmt.tanh], ids=str)
def test_kernel_limit_is_the_closed_form(activation):
    """[ref.3]; E tanh = 0, so that its intercept fits nothing of E f_*."""
    model = PLAIN.replace(activation=activation, target=rmt.Activation.from_expression("sin(x) + 0.6*cos(1.5*x)"))
    alpha, ridge, target = model.sample_complexity, model.ridge, model.target
    mean, b = expected(activation), expected(lambda z: activation(z) * z)
    m2 = expected(lambda z: (activation(z) - mean - b * z) ** 2)
    h0, h1 = expected(target), expected(lambda z: target(z) * z)
    v = brentq(lambda v: v - ridge - m2 - b**2 / (1 + alpha * b**2 / v), ridge, ridge + m2 + b**2, xtol=1e-15)
    x = alpha * b**2 / v
    fitted = h0 if activation is rmt.softplus else 0.0
    base = expected(lambda z: (target(z) - fitted - h1 * z) ** 2) + model.noise_variance + (h1 / (1 + x)) ** 2
    test = base / (1 - (x / (1 + x)) ** 2 / alpha)
    objective = ridge * (base / v + (h1 * x / ((1 + x) * b)) ** 2 / alpha)
    found = [kernel_limit(model, name) for name in ("test_error", "training_error", "training_objective")]
    assert found == pytest.approx([test, test * (ridge / v) ** 2, objective], rel=MATCHED)


def test_best_linear_error_is_what_many_samples_leave_to_linear_features():
    model = PLAIN.replace(activation=rmt.identity, width=None, sample_complexity=1e9, ridge=1e-6)
    assert kernel_limit(model) == pytest.approx(best_linear_error(model, intercept=False), rel=1e-6)
    shifted = model.replace(activation=rmt.Activation.from_expression("x + 0.3"))
    assert kernel_limit(shifted) == pytest.approx(best_linear_error(model), rel=1e-6)
    assert best_linear_error(model) > noise_floor(model) == 0.13


def test_reference_lines_of_labels_of_two_values():
    """Signs of N(0, 1) with flips, of which E y^2 = 1 and E y z = (1 - 2 eps) sqrt(2/pi); and the kernel."""
    assert noise_floor(CLASSIFIER) == pytest.approx(4 * 0.05 * 0.95, rel=1e-12)
    assert best_linear_error(CLASSIFIER) == pytest.approx(1 - (0.9**2) * 2 / np.pi, rel=1e-12)
    wide = rmt.solve(CLASSIFIER.replace(width_ratio=1e6)).misclassification
    assert kernel_limit(CLASSIFIER, "misclassification") == pytest.approx(wide, rel=1e-6)
    assert random_features_of(CLASSIFIER).loss == CLASSIFIER.loss


def test_boundary_between_two_losses():
    """Where logistic regression gives fewer errors than the square loss at the same ridge."""
    plane = {"sample_complexity": (1.5, 3.0), "ridge": (0.02, 1.0)}
    condition = EqualErrors(square_loss_of, "misclassification", tolerance=1e-7)
    (found,) = trace_boundary(CLASSIFIER, condition, plane, points=3, scan=3).curves
    n, ridge = found[1].tolist()
    at = CLASSIFIER.replace(sample_complexity=n, ridge=ridge)
    square = rmt.solve(at.replace(loss=rmt.SquareLoss()))
    assert rmt.solve(at).misclassification == pytest.approx(square.misclassification, rel=1e-8)


def test_separability_is_a_boundary():
    condition, threshold = Separable(), rmt.separability(CLASSIFIER).sample_complexity
    at = CLASSIFIER.replace(sample_complexity=1.1 * threshold)
    assert condition.mismatch(at) == pytest.approx(0.1, rel=1e-9)
    assert condition.meaning(condition.mismatch(at)) == "samples are not separable"
    with pytest.raises(rmt.OutOfDomain, match="labels"):
        trace_boundary(PLAIN, Separable(), {"sample_complexity": (1, 2), "ridge": (0.1, 1)}, points=3)


def test_gradient_is_that_of_the_kernel_limit():
    wide = PLAIN.replace(width=None, width_ratio=1e7)
    ends = [kernel_limit(wide.replace(ridge=0.07 * (1 + s))) for s in (-1e-4, 1e-4)]
    assert gradient(wide)["ridge"] == pytest.approx((ends[1] - ends[0]) / (2 * 0.07e-4), rel=1e-6)
