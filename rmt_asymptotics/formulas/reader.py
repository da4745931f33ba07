"""From text to formulas: a tree of known operations; nothing is executed.

Nothing takes longer than the tree is large.
"""

import ast
import re
from collections.abc import Mapping

import numpy as np
from numpy.polynomial.hermite_e import herme2poly

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.formulas.formula import Formula, array_function
from rmt_asymptotics.formulas.operations import ALIASES, EXTREMES, UNARY

LONGEST = 2000  # characters
MOST_PARTS = 200  # operations of a formula
DEEPEST = 100  # operations inside one another
LARGEST_HERMITE = 40
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


def syntax(text: str, allowed: str) -> ast.expr:
    """The tree of a text; raises `OutOfDomain` with what is allowed, and why it is none."""
    try:
        if len(text) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST} characters")
        return ast.parse(text.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "it is nested too deeply"
        raise OutOfDomain("expression", text[:LONGEST], f"{allowed} ({reason})") from None


class Reader:
    """Reads one text in the variables given; a refusal says what is allowed, and which part is not known."""

    def __init__(self, text: str, variables: Mapping[str, Formula], allowed: str) -> None:
        self.text, self.variables, self.allowed, self.count = text, variables, allowed, 0

    def refuse(self, reason: str) -> OutOfDomain:
        return OutOfDomain("expression", self.text, f"{self.allowed} ({reason})")

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
            case ast.Name(id=name) if name in self.variables:
                return self.variables[name]
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
