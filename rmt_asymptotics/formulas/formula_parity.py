"""The parity parts of formulas, by exact arithmetic.  Note: closed_span.md [span.2]."""

from fractions import Fraction
from typing import TypeAlias

import numpy as np

from rmt_asymptotics.formulas.formula import Formula, array_function
from rmt_asymptotics.formulas.numbers import digits
from rmt_asymptotics.formulas.operations import UNARY
from rmt_asymptotics.formulas.parity import ParityParts, Part, Polynomial, parts_by_values

Parts: TypeAlias = tuple[Part, Part]

LARGEST_DEGREE = 60  # of exact arithmetic
LARGEST_BITS = 20_000  # of its coefficients
POINTS = np.linspace(0.0719, 3.1847, 41)  # where a polynomial recognised by values is checked at 60 digits
EXACT = 1e-40  # what is left of an identity there, relative
SAFE = 1e300


def parts_of_formula(formula: Formula) -> ParityParts:
    """The parts of a formula: what exact arithmetic shows, and where it does not show a polynomial, what values show.

    A part that looks like a polynomial by its values alone, as x/2 in log(1 + exp(x)), counts as one where it is one at
    60 digits.

    >>> from rmt_asymptotics.expressions import parse_formula
    >>> parts_of_formula(parse_formula("x*(1 + erf(x/sqrt(2)))/2"))
    ParityParts(even=None, odd={1: Fraction(1, 2)}, rounding=0.0)
    """
    parts = _parts(formula)
    if None not in parts:
        return ParityParts(parts[0], parts[1])
    seen = parts_by_values(array_function(formula, "value"))
    rounding = 0.0
    both: list[Part] = []
    for parity, (exact, visible) in enumerate(zip(parts, (seen.even, seen.odd), strict=True)):
        if exact is None and visible is not None and _is_polynomial(formula, parity, max(visible, default=0)):
            exact, rounding = visible, seen.rounding
        both.append(exact)
    return ParityParts(both[0], both[1], rounding)


def _is_polynomial(formula: Formula, parity: int, degree: int) -> bool:
    """Whether a part agrees at 60 digits with the polynomial through degree + 1 of its points."""
    both_sides = np.concatenate([POINTS, -POINTS])
    for inner in formula.parts():
        if not np.all(np.abs(array_function(inner, "value")(both_sides)) < SAFE):
            return False
    from mpmath import mp

    with mp.workdps(60):
        m, x = digits(), [mp.mpf(point) for point in POINTS.tolist()]
        part = [(formula.value(u, m) + (-1) ** parity * formula.value(-u, m)) / 2 for u in x]
        size = max(abs(formula.value(u, m)) for u in x) + max(map(abs, part))
        differences, newton = part[: degree + 1], []
        for k in range(degree + 1):
            newton.append(differences[0])
            differences = [
                (b - a) / (v - u) for a, b, u, v in zip(differences, differences[1:], x, x[k + 1 :], strict=False)
            ]
        for u, value in zip(x[degree + 1 :], part[degree + 1 :], strict=True):
            total = mp.zero
            for k in reversed(range(degree + 1)):
                total = total * (u - x[k]) + newton[k]
            if abs(total - value) > EXACT * size:
                return False
    return True


def _parts(formula: Formula) -> Parts:
    """Exact arithmetic with (even, odd); None is what it does not know as a polynomial, {} is zero."""
    if formula.constant:
        return _constant(float(array_function(formula, "value")(np.zeros(1))[0]))
    if formula.operation == "x":
        return {}, {1: Fraction(1)}
    if formula.operation in ("where", "<", "<=", "and"):
        return None, None
    parts = [_parts(argument) for argument in formula.arguments]
    if formula.operation in UNARY:
        return _of_function(formula.operation, parts[0])
    a, b = parts
    match formula.operation:
        case "+":
            return _plus(a, b)
        case "-":
            return _plus(a, _scaled(b, Fraction(-1)))
        case "*":
            return _times(a, b)
        case "/":
            divisor = formula.arguments[1]
            return _scaled(a, 1 / b[0][0]) if divisor.constant and b[0] else _times(a, _blurred(b))
        case "**":
            exponent = formula.arguments[1]
            return _power(a, exponent.number if exponent.operation == "number" else None, b)
    sign = Fraction(1 if formula.operation == "largest" else -1, 2)  # max(a, b) = (a + b)/2 + |a - b|/2
    distance = _of_function("Abs", _plus(a, _scaled(b, Fraction(-1))))
    return _plus(_scaled(_plus(a, b), Fraction(1, 2)), _scaled(distance, sign))


def _constant(value: float) -> Parts:
    if not np.isfinite(value):
        return None, None
    return ({0: Fraction(value)} if value else {}), {}


def _of_function(name: str, u: Parts) -> Parts:
    operation, (even, odd) = UNARY[name], u
    if name == "identity":
        return u
    if not odd and odd is not None and (even is None or set(even) <= {0}):
        return (None, {}) if even is None else _constant(float(_at_constant(name, even)))
    if odd == {}:
        return None, {}
    if even != {}:
        return None, None
    if operation.parity:
        return ({}, None) if operation.parity < 0 else (None, {})
    if operation.linear is not None:
        return None, _scaled(u, Fraction(operation.linear))[1]
    return ({0: Fraction(1, 2)}, None) if name in ("sigmoid", "Heaviside") else (None, None)


def _at_constant(name: str, even: Polynomial) -> float:
    """A function of a constant."""
    return float(
        array_function(Formula(name, (Formula("number", number=float(even.get(0, 0))),)), "value")(np.zeros(1))[0]
    )


def _power(base: Parts, exponent: float | None, powers: Parts) -> Parts:
    if exponent is not None and exponent in range(LARGEST_DEGREE + 1):
        result = _constant(1.0)
        for _ in range(int(exponent)):
            result = _times(result, base)
        return result
    if exponent is not None:  # negative, broken or large
        odd_power = exponent % 2 == 1
        return ({}, None) if base[0] == {} and odd_power else _blurred(base) if base[1] == {} else (None, None)
    return (None, {}) if base[1] == {} and powers[1] == {} else (None, None)


def _blurred(parts: Parts) -> Parts:
    """What is left to say of 1/f: that its parity is that of f."""
    even, odd = parts
    return (None, {}) if odd == {} else ({}, None) if even == {} else (None, None)


def _plus(a: Parts, b: Parts) -> Parts:
    return _sum(a[0], b[0]), _sum(a[1], b[1])


def _times(a: Parts, b: Parts) -> Parts:
    even = _sum(_product(a[0], b[0]), _product(a[1], b[1]))
    return even, _sum(_product(a[0], b[1]), _product(a[1], b[0]))


def _scaled(parts: Parts, factor: Fraction) -> Parts:
    return _product(parts[0], {0: factor}), _product(parts[1], {0: factor})


def _sum(p: Part, q: Part) -> Part:
    if p is None or q is None:
        return None
    return _checked({k: p.get(k, Fraction(0)) + q.get(k, Fraction(0)) for k in p.keys() | q.keys()})


def _product(p: Part, q: Part) -> Part:
    if p == {} or q == {}:
        return {}
    if p is None or q is None:
        return None
    result: Polynomial = {}
    for k, a in p.items():
        for j, b in q.items():
            result[k + j] = result.get(k + j, Fraction(0)) + a * b
    return _checked(result)


def _checked(p: Polynomial) -> Part:
    """A polynomial without zeros, unless it has become too large to go on with."""
    p = {k: c for k, c in p.items() if c}
    large = any(c.numerator.bit_length() + c.denominator.bit_length() > LARGEST_BITS for c in p.values())
    return None if large or max(p, default=0) > LARGEST_DEGREE else p
