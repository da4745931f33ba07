"""From text to activations, and only to activations."""

import re
import signal

import numpy as np
import pytest
from mpmath import mp

import rmt_asymptotics as rmt
from rmt_asymptotics.expressions import parse_activation, parse_formula
from rmt_asymptotics.formulas.numbers import digits
from rmt_asymptotics.formulas.operations import UNARY

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


@pytest.mark.parametrize(
    ("text", "function", "kinks"),
    [
        ("abs(x) + arctan(x)", lambda x: np.abs(x) + np.arctan(x), (0.0,)),
        ("max(x - 1, 0) + maximum(-x, 0.3)", lambda x: np.maximum(x - 1, 0) + np.maximum(-x, 0.3), (-0.3, 1.0)),
        ("min(x, 1, x^2) - minimum(x, -2)", lambda x: np.minimum(np.minimum(x, 1), x * x) - np.minimum(x, -2),
         (-2.0, 0.0, 1.0)),
        ("where(x < 0.5, x/3, 2*x)", lambda x: np.where(x < 0.5, x / 3, 2 * x), (0.5,)),
        ("where(-1 < x < 2, x^3, 0)", lambda x: np.where((x > -1) & (x < 2), x**3, 0), (-1.0, 2.0)),
        ("Piecewise((0, x <= -1), (x + 1, x < 1), (2, True))", lambda x: np.clip(x + 1, 0, 2), (-1.0, 1.0)),
        ("2*x^2 - x", lambda x: 2 * x**2 - x, ()),
        ("sigmoid(2*x)", lambda x: 1 / (1 + np.exp(-2 * x)), ()),
        ("He3(x)/6 - He2(x/2)", lambda x: (x**3 - 3 * x) / 6 - (x * x / 4 - 1), ()),
        ("gelu(x) - silu(x/2) + softplus(x)", lambda x: rmt.gelu(x) - rmt.silu(x / 2) + rmt.softplus(x), ()),
        ("Abs(tanh(x) - 0.5)", lambda x: np.abs(np.tanh(x) - 0.5), (np.arctanh(0.5),)),
        ("sign(relu(x) - relu(x - 1))", lambda x: 1.0 * (x > 0), (0.0, 1.0)),
        ("sign((x - 0.3)^2*(x + 1)^3)", lambda x: np.sign(x + 1), (-1.0,)),
        ("Heaviside(x - 1)", lambda x: 1.0 * (x > 1), (1.0,)),
        ("2^x/(1 + 2^x)", lambda x: 2**x / (1 + 2**x), ()),
        ("(1 + x^2)^(x/9)", lambda x: (1 + x * x) ** (x / 9), ()),
        ("+".join(f"Max(x-{k/2},0)*{(-1)**k}" for k in range(12)),
         lambda x: sum((-1) ** k * np.maximum(x - k / 2, 0) for k in range(12)), tuple(k / 2 for k in range(12))),
    ],
)  # fmt: skip
def test_what_users_write(text, function, kinks):
    test_formulas(text, function, kinks)


@pytest.mark.parametrize("name", UNARY)
def test_elementary_functions_in_both_arithmetics(name):
    """Value and slope in double precision are those of mpmath; the slope is the derivative."""
    formula, m = parse_formula(f"{name}(x*x + x/3)"), digits()
    for x in (-1.7, 0.4, 2.3) if name not in ("log", "sqrt") else (0.4, 2.3):
        with mp.workdps(30):
            exact, slope = formula.value(mp.mpf(x), m), formula.slope(mp.mpf(x), m)
            assert float(formula.value(np.array(x))) == pytest.approx(float(exact), rel=1e-13)
            assert float(formula.slope(np.array(x))) == pytest.approx(float(slope), rel=1e-12, abs=1e-14)
            assert float(mp.diff(lambda x: formula.value(x, m), x)) == pytest.approx(float(slope), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "token"),
    [("x + gamma(x)", "gamma is not one of them"), ("y + 1", "y is not one of them"), ("x.real", "x.real"),
     ("tanh(x, 2)", "other arguments"), ("x + 1/0", "1 / 0"), ("where(x, 1, 2)", "condition"), ("x < 1", "x < 1"),
     ("9**99999999 + x", "9 ** 99999999"), ("sqrt(-1)*x", "sqrt(-1)"), ("x = 2", "invalid syntax"),
     ("Piecewise((x, x > 0))", "True"), ("relu + x", "write relu(x)"),
     ("x" * 3000, "2000"), ("Abs(sin(x))", "kinks"), ("x if x else 1", "x if x")],
)  # fmt: skip
def test_refusals_say_what_is_not_known(text, token):
    with pytest.raises(rmt.OutOfDomain, match=re.escape(token)) as caught:
        parse_activation(text)
    assert caught.value.field == "expression"


HOSTILE = [
    "x**(10**9)", "9**99999999", "(9**9999)**9999", "10**(10*10*10*10*10*10*10*10*10)", "Float(2,99999999)*x",
    "Integer(9)**9999999", "Abs(" * 20 + "x" + "-1)" * 20, "Abs(" * 90 + "x" + "-1)" * 90, "2**1000000000",
    "cos(10**100000)", "x<1", "x,x", "x**" + "9" * 400, "hermite_polynomial(1" + "0" * 30 + ")",
    "hermite_polynomial(10000000)", "polynomial(" + "9" * 400 + ")", "(" * 500 + "x" + ")" * 500, "-" * 1500 + "x",
    "+".join(["x"] * 900), "*".join(["(x+1)"] * 300), "exp(" * 30 + "x" + ")" * 30, "centred(" * 60 + "x" + ")" * 60,
    "x" + "**x" * 90, "1e400*x", "0**(-x)", "x**1e308", "He999(x)", "tan(1e300*x)", "\x00", "x" * 1999,
    "\N{MATHEMATICAL ITALIC SMALL X} + 1", "None",
    "where(" * 80 + "x<0,x,x" + ")" * 80, "max(" + ",".join(["x"] * 300) + ")", "pi()", "x(x)", "centred(x=1)",
    "polynomial(*x)", "leaky_relu(1e400)", "polynomial(1,2,(3))", "centred(tanh,tanh)", "b'x'", "...", "x @ x", "~x",
    "cosh(log(log(0/x)^0.1))", "exp(1/(x - x))", "1/(x - x) + x",
]  # fmt: skip
ATOMS = ["x", "pi", "0", "9", "-1", "1e308", "0.1", "9**9**9", "1e-300", "y", "True", "x<1", "1j", "(x, x)"]
CALLS = [*UNARY, "max", "Min", "where", "Piecewise", "He7", "centred", "polynomial", "leaky_relu", "Float", "print"]


def random_text(rng, depth):
    """An expression that is wrong in some place more often than not."""
    kind = rng.integers(8) if depth else 0
    inner = [random_text(rng, depth - 1) for _ in range(3)] if kind else []
    if kind == 0:
        return str(rng.choice(ATOMS[:3] if rng.random() < 0.7 else ATOMS))
    if kind < 4:
        return f"({inner[0]}){rng.choice(['+', '-', '*', '/', '**', '^', '%'])}({inner[1]})"
    return f"{rng.choice(CALLS)}({','.join(inner[: 1 if rng.random() < 0.8 else rng.integers(4)])})"


@pytest.fixture
def two_seconds():
    """A test that takes longer is interrupted."""

    def stop(*_):
        pytest.fail("longer than 2 s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 2.0)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("text", HOSTILE + [random_text(np.random.default_rng(seed), 5) for seed in range(200)])
def test_hostile_formulas_end(text, two_seconds):
    """Refused by name or evaluated, within seconds, in a model too."""
    try:
        function = parse_activation(text)
        function(np.zeros(2))
        function.slope()(np.zeros(2))
        function.parity_parts()
        rmt.RandomFeatures(activation=function, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    except rmt.OutOfDomain as refusal:
        assert refusal.field in ("expression", "activation", "k", "slope", "coefficients", "function")
