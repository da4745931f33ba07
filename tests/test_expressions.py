"""From text to activations, and only to activations."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.expressions import parse_activation

POINTS = np.linspace(-3.1, 3.3, 41)


@pytest.mark.parametrize(
    ("text", "function", "kinks"),
    [
        ("tanh(x) + 0.3*(x**2 - 1)", lambda x: np.tanh(x) + 0.3 * (x**2 - 1), ()),
        ("Max(x - 1, 0)", lambda x: np.maximum(x - 1, 0), (1.0,)),
        ("Min(x, 1) + Abs(x + 2)", lambda x: np.minimum(x, 1) + np.abs(x + 2), (-2.0, 1.0)),
        ("relu(x) - relu(x - 1)", lambda x: np.clip(x, 0, 1), (0.0, 1.0)),
        ("sign(x - 1/2)*x", lambda x: np.sign(x - 0.5) * x, (0.5,)),
        ("Piecewise((x, x > 0), (x/5, True))", lambda x: np.where(x > 0, x, x / 5), (0.0,)),
        ("x/sqrt(1 + x**2)", lambda x: x / np.sqrt(1 + x**2), ()),
        ("-sin(pi*x)", lambda x: -np.sin(np.pi * x), ()),
        ("erf(x)*exp(-x**2)", lambda x: rmt.erf(x) * np.exp(-(x**2)), ()),
        ("3", lambda x: np.full_like(x, 3.0), ()),
        ("centred(x**2)", lambda x: x**2 - 1, ()),
        ("centred(leaky_relu(-0.5))", lambda x: np.where(x > 0, x, -x / 2) - 1.5 / np.sqrt(2 * np.pi), (0.0,)),
        ("polynomial(0.5, -1)", lambda x: 0.5 - x, ()),
    ],
)
def test_formulas(text, function, kinks):
    parsed = parse_activation(text)
    np.testing.assert_allclose(parsed(POINTS), function(POINTS), atol=1e-14)
    np.testing.assert_allclose(parsed.kinks, kinks, atol=1e-14)
    away = POINTS[np.all(np.abs(POINTS[:, None] - np.array([*kinks, 9.0])) > 1e-3, axis=1)]
    difference = (function(away + 1e-5) - function(away - 1e-5)) / 2e-5
    np.testing.assert_allclose(parsed.derivative(away), difference, atol=1e-8)
    assert parse_activation(parsed.name) == parsed


def test_from_expression_is_the_same():
    assert rmt.Activation.from_expression("x**2/5") == parse_activation("x**2/5")
    np.testing.assert_allclose(rmt.Activation.from_expression("tanh(x)")(POINTS), np.tanh(POINTS), atol=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "", "tanh(", "y + 1", "x + y", "gamma(x)", "x.real", "x[0]", "lambda: 3", "[x]", "x if x else 1", "x; x",
        "__import__('os').system('true')", "().__class__.__bases__", "open('a')", "exec('1')", "'x'", "x = 2", "f'{x}'",
        "x**2j", "I*x", "polynomial('1')", "polynomial()", "hermite_polynomial(-1)", "leaky_relu()", "leaky_relu(1, 2)",
        "centred()", "centred(y)", "log(", "print(x)", "x and 1", "not x", "{x}", "(x for x in x)",
        "sqrt(-1)*x", "zoo", "nan",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(rmt.OutOfDomain):
        function = rmt.Activation.from_expression(text)
        rmt.RandomFeatures(activation=function, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"]])
def test_what_is_not_text_is_refused(value):
    with pytest.raises(rmt.OutOfDomain):
        parse_activation(value)


def test_nothing_was_executed(tmp_path):
    target = tmp_path / "made"
    for text in (f"__import__('pathlib').Path({str(target)!r}).touch()", f"open({str(target)!r}, 'w')"):
        with pytest.raises(rmt.OutOfDomain):
            parse_activation(text)
    assert not target.exists()


@pytest.mark.parametrize("text", ["x**(10**9)"])
def test_hostile_formulas_end(text):
    """Refused or evaluated, but not forever."""
    try:
        parse_activation(text)
    except rmt.OutOfDomain:
        return
