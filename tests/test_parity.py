"""Which parity parts are polynomials, of formulas and of callables, and what the class means therefore span."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.polynomial.hermite_e import poly2herme

import rmt_asymptotics as rmt
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.formulas.parity import ParityParts
from rmt_asymptotics.gaussian.quadrature import sinh_rule

ALL, NONE = None, {}
HALF = {1: 0.5}
PARTS = {  # even part, odd part: powers with their coefficients, or all functions of that parity
    "tanh": (NONE, ALL), "erf": (NONE, ALL), "sin": (NONE, ALL), "sign": (NONE, ALL), "cos": (ALL, NONE),
    "relu": (ALL, HALF), "gelu": (ALL, HALF), "silu": (ALL, HALF), "softplus": (ALL, HALF), "identity": (NONE, {1: 1}),
    "leaky_relu(0.25)": (ALL, {1: 0.625}), "leaky_relu(1)": (NONE, {1: 1}), "leaky_relu(-1)": (ALL, NONE),
    "hermite_polynomial(3)": (NONE, {1: -3, 3: 1}), "polynomial(0.5, 0, -2, 7)": ({0: 0.5, 2: -2}, {3: 7}),
    "centred(relu)": (ALL, HALF), "centred(x^4/3 + x)": ({0: -1, 4: 1 / 3}, {1: 1}), "centred(tanh)": (NONE, ALL),
    "tanh(0.3*x)": (NONE, ALL), "tanh(1e-6*x)": (NONE, ALL), "sin(x/50)": (NONE, ALL), "erf(x/4)": (NONE, ALL),
    "tanh(x + 0.7)": (ALL, ALL), "cosh(x/3)": (ALL, NONE), "exp(x/3)": (ALL, ALL), "sinh(x/3) + cos(x)": (ALL, ALL),
    "max(x, 0)": (ALL, HALF), "max(x - 1, 0)": (ALL, ALL),
    "min(max(x, -1), 1)": (NONE, ALL),
    "abs(x) - x": (ALL, {1: -1}),
    "Piecewise((x, x > 0), (x/4, True))": (ALL, {1: 0.625}), "where(x < 0, -x^2, x^2)": (NONE, ALL),
    "where(x < 0.5, x, x)": (NONE, {1: 1}), "log(1 + exp(x))": (ALL, HALF), "x/(1 + exp(-x))": (ALL, HALF),
    "x*(1 + erf(x/sqrt(2)))/2": (ALL, HALF), "sigmoid(2*x) + x^2": ({0: 0.5, 2: 1}, ALL),
    "sigmoid(2*x)": ({0: 0.5}, ALL),
    "He3(x) - He2(x/2)": ({0: 1, 2: -0.25}, {1: -3, 3: 1}), "(x - 1)^3": ({0: -1, 2: -3}, {1: 3, 3: 1}),
    "x/(1 + x^2)": (NONE, ALL), "sin(x)^2 + cos(x)^2": ({0: 1}, NONE), "tanh(x) - tanh(x) + x": (NONE, {1: 1}),
    "x + 1e-14*tanh(x)": (NONE, ALL), "x^2 + 1e-6*sin(x)": ({2: 1}, ALL), "x + 1e-30*exp(-exp(exp(x)))": (ALL, ALL),
    "3": ({0: 3}, NONE), "pi*x": (NONE, {1: np.pi}), "x^3/(2 + 1)": (NONE, {3: 1 / 3}),
}  # fmt: skip
LOST = ("x + 1e-14*tanh(x)", "x + 1e-30*exp(-exp(exp(x)))")  # values in double precision do not show it


def agree(found, expected):
    if expected is None:
        return found is None
    return found is not None and {k: float(c) for k, c in found.items()} == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("text", PARTS)
def test_formulas_know_their_parts(text):
    parts = parse_activation(text).parity_parts()
    assert agree(parts.even, PARTS[text][0]) and agree(parts.odd, PARTS[text][1]), parts


@pytest.mark.parametrize("text", [text for text in PARTS if text not in LOST])
def test_values_show_the_parts_of_callables(text):
    activation = parse_activation(text)
    parts = rmt.Activation(activation.function, kinks=activation.kinks).parity_parts()
    assert (parts.even is None, parts.odd is None) == tuple(part is None for part in PARTS[text])
    for parity, part in enumerate(PARTS[text]):
        if part:
            expected, found = activation.parity_parts().hermite(parity, 1.7), parts.hermite(parity, 1.7)
            assert found[: len(expected)] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("variance", [1.0, 0.37])
def test_hermite_coefficients_of_polynomials_are_exact(variance):
    """Zero where they vanish, however near the next variance: He_3 has degree 1 except at variance 1."""
    powers = [0.3, -1.2, 0.5, 2.0, 0.0, -0.7]
    even, odd = ({k: Fraction(c) for k, c in enumerate(powers) if c and k % 2 == parity} for parity in (0, 1))
    parts = ParityParts(even, odd)
    scaled = poly2herme([c * variance ** (k / 2) for k, c in enumerate(powers)])
    found = np.append(parts.hermite(0, variance), [0, 0, 0]) + parts.hermite(1, variance)
    np.testing.assert_allclose(found, scaled, rtol=1e-14, atol=1e-15)
    cubic = rmt.hermite_polynomial(3).parity_parts()
    assert cubic.hermite(1, 1.0)[1] == 0 and cubic.hermite(1, 1 + 1e-12)[1] == pytest.approx(3e-12, rel=1e-3)


SPIKED = {"spike": rmt.GaussianLaw(1.3), "sample_complexity": 3.0, "width_ratio": 1.5, "ridge": 0.05}
ENTIRE = [  # test errors with all functions of the parity free, from a class basis set by hand
    ("sin", 1.0, "tanh(3*x)", 0.198298), ("tanh(0.3*x)", 1.0, "sign", 0.344889), ("tanh", 0.05, "sign", 0.328551),
    ("erf(x/4)", 1.0, "tanh(3*x)", 0.133969),
]  # fmt: skip


def spiked(activation, variance, target, alignment):
    return rmt.SpikedRandomFeatures(
        activation=parse_activation(activation), target=parse_activation(target), alignment=alignment,
        bulk_variance=variance, **SPIKED,
    )  # fmt: skip


@pytest.mark.parametrize(("activation", "variance", "target", "error"), ENTIRE)
def test_entire_and_gently_curved_functions_span_their_parity(activation, variance, target, error):
    """The limit is below all finite widths, which come down to it."""
    model = spiked(activation, variance, target, 0.9)
    limit = rmt.solve(model).test_error
    assert limit == pytest.approx(error, abs=1.5e-6)
    same = rmt.Activation(model.activation.function, kinks=model.activation.kinks)
    assert rmt.solve(model.replace(activation=same)).test_error == pytest.approx(limit, rel=1e-9)
    wide = [rmt.solve(model.replace(width=width), tolerance=1e-5).test_error for width in (10**4, 10**8, 10**12)]
    assert wide[0] > wide[1] > wide[2] > limit


@pytest.mark.parametrize(("activation", "target"), [("sin", "sign"), ("cos", "abs(x)")])
def test_what_is_spanned_is_learnt_without_error(activation, target):
    """Alignment 1, no noise, the target in the span: 0, and no digit of it is promised."""
    with pytest.raises(rmt.NotConverged) as caught:
        rmt.solve(spiked(activation, 1.0, target, 1.0))
    assert 0 <= caught.value.asymptotics.test_error < 1e-20


@pytest.mark.parametrize(("name", "even", "odd"), [("sin", 0, 20), ("relu", 20, 1), ("hermite_polynomial(3)", 0, 1)])
def test_number_of_functions(name, even, odd):
    """Pairs of nodes, or the powers that are present."""
    functions = closed_span(parse_activation(name), 1.0, sinh_rule(40))
    parities = [np.allclose(f, f[::-1]) for f in functions]
    assert (sum(parities), len(parities) - sum(parities)) == (even, odd)
