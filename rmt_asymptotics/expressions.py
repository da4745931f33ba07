"""From text to activations: "tanh", "centred(leaky_relu(0.1))", "tanh(x) + 0.3*(x**2 - 1)".

Text becomes a tree of known operations; nothing is executed, and nothing takes longer than the tree is large.
"""

import ast
import re
from functools import cache, lru_cache

import numpy as np
from numpy.polynomial.hermite_e import herme2poly

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import BUILT_IN, FAMILIES, Activation
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.formulas.formula import MOST_KINKS, Formula, array_function
from rmt_asymptotics.formulas.formula_parity import parts_of_formula
from rmt_asymptotics.formulas.operations import ALIASES, EXTREMES, UNARY
from rmt_asymptotics.targets import MOST_DIRECTIONS, MultiIndexTarget

ALLOWED = (
    f"a built-in ({', '.join([*BUILT_IN, *FAMILIES])}) or a formula in x made of numbers, pi, + - * / ** and "
    f"{', '.join(UNARY)}, Max, Min, where(x < 0, a, b), Piecewise((a, x < 0), (b, True)), He2(x), He3(x), ..."
)
ALLOWED_SEVERAL = f"a formula in x1, ..., x{MOST_DIRECTIONS}, of what formulas in x are made of"
LONGEST = 2000  # characters
MOST_PARTS = 200  # operations of a formula
DEEPEST = 100  # operations inside one another
LARGEST_HERMITE = 40
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
X = Formula("x")
VARIABLES = {f"x{place + 1}": Formula("variable", number=float(place)) for place in range(MOST_DIRECTIONS)}


def parse_activation(text: str) -> Activation:
    """The activation that `text` names: a built-in, a family with its numbers, or a formula in x.

    Raises `OutOfDomain` for anything else, with what it does not know.

    >>> parse_activation("centred(leaky_relu(0.1))").kinks
    (0.0,)
    >>> parse_activation("max(x - 1, 0) + x^2/5").kinks
    (1.0,)
    """
    if not isinstance(text, str):
        raise OutOfDomain("expression", text, ALLOWED)
    return _built_in(_syntax(text), text) or activation_from_expression(text)


@lru_cache(maxsize=256)
def activation_from_expression(text: str) -> Activation:
    """The function of x that a formula describes, with its derivative and kinks; see `Activation.from_expression`."""
    formula = parse_formula(text)
    kinks = formula.kinks()
    if len(kinks) > MOST_KINKS:
        raise OutOfDomain(
            "expression",
            text,
            f"a formula with at most {MOST_KINKS} kinks; give those of others in Activation(kinks=...)",
        )
    function, slope = (array_function(formula, what) for what in ("value", "slope"))
    return Activation(function, slope, kinks, text, True, cache(lambda: parts_of_formula(formula)))


def parse_formula(text: str) -> Formula:
    """The tree of a formula in x; raises `OutOfDomain` for what is none.

    >>> float(parse_formula("where(x < 0, -x, He3(x))").value(np.array(2.0)))
    2.0
    """
    return _Reader(text).read(_syntax(text))


@lru_cache(maxsize=256)
def multi_index_from_expression(text: str) -> MultiIndexTarget:
    """The function of x1, x2, ... that a formula describes; see `MultiIndexTarget.from_expression`."""
    formula = _Reader(text, several=True).read(_syntax(text, ALLOWED_SEVERAL))
    used = [int(part.number) + 1 for part in formula.parts() if part.operation == "variable"]

    def function(*x: Array) -> Array:
        return np.broadcast_to(np.asarray(formula.value(x), float), x[0].shape)

    return MultiIndexTarget(function, max(used, default=1), text, True)


def _syntax(text: str, allowed: str = ALLOWED) -> ast.expr:
    try:
        if len(text) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST} characters")
        return ast.parse(text.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "it is nested too deeply"
        raise OutOfDomain("expression", text[:LONGEST], f"{allowed} ({reason})") from None


def _built_in(node: ast.expr, text: str) -> Activation | None:
    """The built-in or family member that a syntax tree spells, or None if it is not one."""
    if isinstance(node, ast.Name):
        return BUILT_IN.get(node.id)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in FAMILIES:
        return None
    try:
        if node.keywords:
            raise TypeError("no keywords")
        if node.func.id == "centred":
            inner = [ast.unparse(argument) for argument in node.args]
            return FAMILIES["centred"](
                *(_built_in(a, text) or activation_from_expression(t) for a, t in zip(node.args, inner, strict=True))
            )
        return FAMILIES[node.func.id](*(ast.literal_eval(a) for a in node.args))
    except OutOfDomain:
        raise
    except (TypeError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise OutOfDomain("expression", text, f"a call with the right arguments ({error})") from None


class _Reader:
    """Reads one text, of a formula in x or, if `several`, in x1, x2, ...; a refusal says which part is not known."""

    def __init__(self, text: str, several: bool = False) -> None:
        self.text, self.several, self.count = text, several, 0

    def refuse(self, reason: str) -> OutOfDomain:
        return OutOfDomain("expression", self.text, f"{ALLOWED_SEVERAL if self.several else ALLOWED} ({reason})")

    def read(self, node: ast.expr, depth: int = 0) -> Formula:
        """The formula of a syntax tree, whose constants are finite."""
        self.count += 1
        if depth > DEEPEST or self.count > MOST_PARTS:
            raise self.refuse(f"it has more than {MOST_PARTS} operations, or {DEEPEST} inside one another")
        formula = self._formula(node, depth + 1)
        if formula.constant and not np.all(np.isfinite(array_function(formula, "value")(np.zeros(1)))):
            raise self.refuse(f"{_shown(node)} is not a finite real number")
        return formula

    def _formula(self, node: ast.expr, depth: int) -> Formula:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return _number(float(number) if abs(number) < 1e308 else np.inf)
            case ast.Name(id="x") if not self.several:
                return X
            case ast.Name(id=name) if self.several and name in VARIABLES:
                return VARIABLES[name]
            case ast.Name(id="pi"):
                return Formula("pi")
            case ast.UnaryOp(op=ast.UAdd()):
                return self.read(node.operand, depth)
            case ast.UnaryOp(op=ast.USub()):
                inner = self.read(node.operand, depth)
                return _number(-inner.number) if inner.operation == "number" else Formula("*", (_number(-1.0), inner))
            case ast.BinOp() if type(node.op) in ARITHMETIC:
                sides = self.read(node.left, depth), self.read(node.right, depth)
                return Formula(ARITHMETIC[type(node.op)], sides)
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self._call(name, node, depth)
            case ast.Name(id=name) if name in UNARY or name in ALIASES:
                raise self.refuse(f"{name} is a function: write {name}(x)")
        raise self.refuse(f"{_shown(node)} is not one of them")

    def _call(self, name: str, node: ast.Call, depth: int) -> Formula:
        name = ALIASES.get(name, name)
        hermite = re.fullmatch(r"He(\d{1,3})", name)
        count = len(node.args)
        if name in UNARY and count == 1:
            return Formula(name, (self.read(node.args[0], depth),))
        if hermite and int(hermite[1]) <= LARGEST_HERMITE and count == 1:
            return _polynomial(herme2poly([0] * int(hermite[1]) + [1]).tolist(), self.read(node.args[0], depth))
        if name in EXTREMES and count >= 2:
            arguments = [self.read(a, depth) for a in node.args]
            formula = arguments[0]
            for argument in arguments[1:]:
                formula = Formula("largest" if EXTREMES[name] > 0 else "least", (formula, argument))
            return formula
        if name == "where" and count == 3:
            return Formula(
                "where", (self._condition(node.args[0], depth), *(self.read(a, depth) for a in node.args[1:]))
            )
        if name == "Piecewise" and all(isinstance(a, ast.Tuple) and len(a.elts) == 2 for a in node.args):
            pieces = [(self.read(a.elts[0], depth), self._condition(a.elts[1], depth)) for a in node.args]  # type: ignore[attr-defined]
            if pieces and pieces[-1][1] == ALWAYS:
                formula = pieces[-1][0]
                for value, condition in reversed(pieces[:-1]):
                    formula = Formula("where", (condition, value, formula))
                return formula
            raise self.refuse("the last piece of Piecewise has the condition True")
        known = name in UNARY or name in EXTREMES or name in ("where", "Piecewise") or hermite
        raise self.refuse(f"{name}(...) has other arguments" if known else f"{name} is not one of them")

    def _condition(self, node: ast.expr, depth: int) -> Formula:
        """a < b, a <= b, a > b, a >= b, chains of them, and True."""
        if isinstance(node, ast.Constant) and node.value is True:
            return ALWAYS
        if not isinstance(node, ast.Compare):
            raise self.refuse(f"{_shown(node)} is not a condition such as x < 1")
        sides = [self.read(side, depth) for side in (node.left, *node.comparators)]
        conditions = []
        for operator, low, high in zip(node.ops, sides, sides[1:], strict=False):
            match operator:
                case ast.Lt():
                    conditions.append(Formula("<", (low, high)))
                case ast.LtE():
                    conditions.append(Formula("<=", (low, high)))
                case ast.Gt():
                    conditions.append(Formula("<", (high, low)))
                case ast.GtE():
                    conditions.append(Formula("<=", (high, low)))
                case _:
                    raise self.refuse(f"{_shown(node)} compares otherwise than by < <= > >=")
        formula = conditions[0]
        for condition in conditions[1:]:
            formula = Formula("and", (formula, condition))
        return formula


def _number(value: float) -> Formula:
    return Formula("number", number=value)


def _polynomial(coefficients: list[float], argument: Formula) -> Formula:
    """c0 + c1 u + c2 u^2 + ..., by powers, as the exact arithmetic of parity parts reads it."""
    terms = [
        Formula("*", (_number(c), Formula("**", (argument, _number(float(k))))))
        for k, c in enumerate(coefficients)
        if c
    ]
    formula = terms[0]
    for term in terms[1:]:
        formula = Formula("+", (formula, term))
    return formula


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


ALWAYS = Formula("<=", (_number(0.0), _number(0.0)))
