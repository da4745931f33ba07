"""Errors at any number of digits against more digits, the ordinary solution and references; refusals by name."""

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
from mpmath import mp

import rmt_asymptotics as rmt
from rmt_asymptotics.activations import BUILT_IN
from rmt_asymptotics.canonical import expansion
from rmt_asymptotics.cli import main
from rmt_asymptotics.digits import expansion as digits_expansion
from rmt_asymptotics.digits.algebra import numbers
from rmt_asymptotics.digits.functions import twin
from rmt_asymptotics.serialisation import model_from_dict
from rmt_asymptotics.vocabulary.quantities import SOLVED_ERRORS
from tests import problems

REFERENCES = json.loads((Path(__file__).parent / "reference" / "finite_laws.json").read_text())
DOUBLE = 4e-15  # what double precision leaves of a function that is not hard
ROUNDED = 1e-15  # relative, of the ordinary errors: the unit in the last place, a few times
FAMILIES = ("leaky_relu(-0.3)", "polynomial(0.3, 1, -0.4)", "hermite_polynomial(5)", "centred(relu)", "centred(x**2)")
FORMULAS = ("tanh(x + 0.7) - 0.45", "Max(x - 1, 0)", "Abs(x)*x + sign(x)", "Heaviside(x - 0.3)*x", "x/sqrt(1 + x**2)")

NETWORK = rmt.OneStepNetwork(
    activation=rmt.Activation.from_expression("tanh(x + 0.7)"), target=problems.SMOOTH_TARGET, sample_complexity=1.6,
    width_ratio=1.3, ridge=0.06, noise_variance=0.09, step=rmt.MaximalStep(1.7), step_sample_complexity=7.0, width=420,
)  # fmt: skip
MIXED = rmt.Regression(noise=rmt.MixtureNoise((0.4, 0.6), (0.6, -0.4), (0.1, 0.2)))
TWO = rmt.DiscreteLaw((-0.8, 1.3), (0.45, 0.55))
CENTRED = rmt.Activation.from_expression("centred(tanh(x + 0.7))")
NETWORKS = {
    "maximal step": {"width": None},
    "no corrections": {"corrections": False, "readout": TWO},
    "fixed step": {"step": rmt.FixedStep(40.0), "activation": rmt.relu},
    "power step": {"step": rmt.PowerStep(0.3, 1.4), "readout": rmt.RademacherLaw(0.9)},
    "free and finite powers": {
        "step": rmt.PowerStep(0.25, 1.2), "width": None, "readout": rmt.GaussianLaw(0.9), "activation": CENTRED
    },
    "fixed step, p = infinity": {
        "step": rmt.FixedStep(2.5), "width": None, "readout": TWO, "activation": rmt.centred(rmt.softplus)
    },
    "vanishing step": {"step": rmt.PowerStep(-0.3), "width": None},
}  # fmt: skip


CONTINUOUS = [
    problems.CONTINUOUS.replace(width=None, activation=rmt.relu),
    problems.CONTINUOUS.replace(width=None, activation=rmt.tanh),
    NETWORK.replace(readout=rmt.GaussianLaw(0.8)),
    NETWORK.replace(readout=rmt.GaussianLaw(0.8), width=None),
]


def difference(a, b):
    """The largest relative difference of an error."""
    with mp.workdps(100):
        return float(max(abs(mp.mpf(getattr(a, name)) / getattr(b, name) - 1) for name in SOLVED_ERRORS))


@pytest.mark.parametrize(("name", "fewer", "more"), [("plain", 30, 60), ("one class", 12, 22), ("two classes", 8, 15)])
def test_more_digits_change_nothing(name, fewer, more):
    model = problems.GENERIC[name]
    coarse, fine, ordinary = rmt.solve(model, digits=fewer), rmt.solve(model, digits=more), rmt.solve(model)
    assert difference(coarse, fine) <= min(coarse.solution.error_estimate + 10.0 ** -(fewer + 5), 10.0 ** (2 - fewer))
    assert coarse.solution.error_estimate <= 10.0**-fewer
    assert difference(ordinary, fine) <= ordinary.solution.error_estimate + ROUNDED
    assert isinstance(fine.test_error, mpmath.mpf)
    with mp.workdps(200):
        assert fine.excess_error == fine.test_error - mp.mpf(model.noise_variance)


@pytest.mark.parametrize(
    "name", ["plain, n near p", "plain, perfect fit", "one class, n below p", "collinear free modes"]
)
def test_hard_points_agree_with_references(name):
    """References of 20 digits by an earlier quadrature; numbers in their formulas are decimal."""
    reference = REFERENCES[name]
    found = rmt.solve(model_from_dict(reference["model"]), digits=16)
    for error in SOLVED_ERRORS:
        assert float(abs(getattr(found, error) / mp.mpf(reference[error]) - 1)) < 1e-15


@pytest.mark.parametrize("model", CONTINUOUS)
def test_gaussian_laws_have_the_classes_of_the_ordinary_solution(monkeypatch, model):
    """The same classes, so that only rounding separates the two; the closed span of class means is found likewise."""
    monkeypatch.setattr("rmt_asymptotics.canonical.grids.CLASS_COUNTS", (4,) + (6,) * 8)
    ordinary, precise = rmt.solve(model), rmt.solve(model, digits=6)
    assert precise.solution.classes == ordinary.solution.classes == 6
    assert difference(precise, ordinary) < 1e-10


@pytest.mark.parametrize("order", range(8))
def test_expansion_of_class_means_is_the_ordinary_one(order):
    """Up to the order at which three quadratic terms meet."""
    coefficients, kappa = [0.3, -0.2, 0.7, 0.4, -0.6, 0.5, 0.1, -0.3, 0.2], [-1.3, 0.4, 2.1]
    precise = digits_expansion.mean_expansion([mp.mpf(c) for c in coefficients], 1.2, 0.8, 0.6, order, numbers(kappa))
    ordinary = expansion.mean_expansion(np.array(coefficients), 1.2, 0.8, 0.6, order, np.array(kappa))
    assert precise.astype(float) == pytest.approx(ordinary, rel=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_in_all_regimes(name):
    """Corrections on and off, span noise, finite width, and all steps at p = infinity."""
    model = NETWORK.replace(**NETWORKS[name])
    ordinary, precise = rmt.solve(model), rmt.solve(model, digits=8)
    assert precise.solution.error_estimate <= 1e-8
    assert difference(ordinary, precise) <= ordinary.solution.error_estimate + 1e-10


@pytest.mark.parametrize("text", [*BUILT_IN, *FAMILIES, *FORMULAS])
def test_twins_are_the_activations(text):
    activation = rmt.Activation.from_expression(text)
    known = twin(activation, "activation")
    x = np.array([-2.6, -0.7, -0.1, 0.2, 0.9, 1.7])
    for values, ours in ((activation(x), known.value), (activation.derivative(x), known.slope)):
        assert np.asarray(values) == pytest.approx([float(ours(mp.mpf(t))) for t in x.tolist()], abs=DOUBLE, rel=DOUBLE)


@pytest.mark.parametrize("digits", [0, -3, 2.5, "30", True, float("nan"), 10**6])
def test_bad_digits_are_refused(digits):
    with pytest.raises(rmt.OutOfDomain, match=r"^digits = "):
        rmt.solve(problems.PLAIN, digits=digits)


def test_what_has_no_formula_is_refused():
    opaque = rmt.Activation(lambda x: np.tanh(x), name="opaque")
    with pytest.raises(rmt.OutOfDomain, match=r"^activation = .* one with a formula"):
        rmt.solve(problems.PLAIN.replace(activation=opaque), digits=10)
    with pytest.raises(rmt.OutOfDomain, match=r"^target = .* one with a formula"):
        rmt.solve(problems.PLAIN.replace(target=opaque), digits=10)
    with pytest.raises(rmt.OutOfDomain, match=r"^tolerance = "):
        rmt.solve(problems.PLAIN, digits=10, tolerance=1e-5)


@pytest.mark.parametrize(
    ("field", "value"), [("loss", rmt.HuberLoss(1.0)), ("labels", MIXED), ("intercept", True)]
)  # fmt: skip
def test_fields_without_digits_are_refused_by_name(field, value):
    with pytest.raises(rmt.OutOfDomain, match=f"^{field} = .* with digits"):
        rmt.solve(problems.PLAIN.replace(**{field: value}), digits=10)


def test_the_command_line_prints_all_digits(capsys):
    model = ["--activation", "relu", "--target", "sign", "--width-ratio", "3", "--ridge", "0.1"]
    assert main(["solve", *model, "--sample-complexity", "2", "--digits", "25"]) == 0
    values = {name: value for name, value, *_ in map(str.split, capsys.readouterr().out.splitlines()[2:5])}
    expected = rmt.solve(
        rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2, width_ratio=3, ridge=0.1),
        digits=35,
    )
    with mp.workdps(40):
        assert all(abs(mp.mpf(values[name]) - getattr(expected, name)) < 1e-25 for name in SOLVED_ERRORS)
    assert main(["solve", *model, "--sample-complexity", "2,3"]) == 2
