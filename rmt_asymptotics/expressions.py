"""From text to activations: "tanh", "centred(leaky_relu(0.1))", "tanh(x) + 0.3*(x**2 - 1)".

Text is checked against a short list of allowed syntax before anything evaluates it.
"""

import ast
from functools import lru_cache
from typing import Any

import numpy as np

from rmt_asymptotics.activations import BUILT_IN, FAMILIES, Activation
from rmt_asymptotics.errors import OutOfDomain

FORMULA_FUNCTIONS = (
    "tanh", "sinh", "cosh", "sin", "cos", "atan", "asinh", "exp", "log", "sqrt", "erf",
    "Abs", "sign", "Max", "Min", "Heaviside", "Piecewise", "relu",
)  # fmt: skip
ALLOWED = (
    f"a built-in ({', '.join([*BUILT_IN, *FAMILIES])}) or a formula in x made of "
    f"+ - * / ** and {', '.join(FORMULA_FUNCTIONS)}"
)
SYNTAX = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant, ast.Tuple, ast.Compare,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip


def parse_activation(text: str) -> Activation:
    """The activation that `text` names: a built-in, a family with its numbers, or a formula in x.

    Raises `OutOfDomain` for anything else.

    >>> parse_activation("centred(leaky_relu(0.1))").kinks
    (0.0,)
    >>> parse_activation("Max(x - 1, 0)").kinks
    (1.0,)
    """
    tree = _syntax(text)
    return _built_in(tree) or activation_from_expression(text)


def _syntax(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, AttributeError, TypeError, RecursionError, MemoryError):
        raise OutOfDomain("expression", text, ALLOWED) from None
    for node in ast.walk(tree):
        number = not isinstance(node, ast.Constant) or type(node.value) in (int, float, bool)
        if not isinstance(node, SYNTAX) or not number or _is_tower(node):
            raise OutOfDomain("expression", text, ALLOWED)
    return tree.body


def _is_tower(node: ast.AST) -> bool:
    """A power in an exponent, as in 9**9**9, which could keep sympy busy for ever."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
        return False
    return any(isinstance(inner, ast.Pow) for inner in ast.walk(node.right))


def _built_in(node: ast.expr) -> Activation | None:
    """The built-in or family member that a syntax tree spells, or None if it is not one."""
    if isinstance(node, ast.Name):
        return BUILT_IN.get(node.id)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in FAMILIES:
        return None
    try:
        if node.func.id == "centred":
            return FAMILIES["centred"](*(_built_in(a) or activation_from_expression(ast.unparse(a)) for a in node.args))
        return FAMILIES[node.func.id](*(ast.literal_eval(a) for a in node.args))
    except OutOfDomain:
        raise
    except (TypeError, ValueError) as error:
        raise OutOfDomain("expression", ast.unparse(node), f"a call with the right arguments ({error})") from None


@lru_cache(maxsize=256)
def activation_from_expression(text: str) -> Activation:
    """The function of x that a formula describes, with its derivative and kinks; see `Activation.from_expression`."""
    import sympy

    x, formula, derivative = parse_formula(text)
    function, slope = (sympy.lambdify(x, f, ["scipy", "numpy"]) for f in (formula, derivative))
    return Activation(function, lambda x: slope(x) + np.zeros_like(x), _kinks(formula, x, text), text, rebuildable=True)


def parse_formula(text: str) -> tuple[Any, Any, Any]:
    """The variable x, the formula that a text spells, and its derivative without jumps, as sympy has them."""
    _syntax(text)
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    x = sympy.Symbol("x", real=True)
    names: dict[str, Any] = {name: getattr(sympy, name) for name in FORMULA_FUNCTIONS if name != "relu"}
    names |= {"x": x, "pi": sympy.pi, "relu": lambda argument: sympy.Max(argument, 0)}
    try:
        formula = parse_expr(text, local_dict=names, global_dict={"Integer": sympy.Integer, "Float": sympy.Float})
        smooth = sympy.piecewise_fold(sympy.sympify(formula).rewrite((sympy.Max, sympy.Min), sympy.Piecewise))
        derivative = sympy.diff(smooth, x).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)
    except Exception:
        raise OutOfDomain("expression", text, ALLOWED) from None
    if not smooth.free_symbols <= {x} or smooth.has(sympy.I, sympy.zoo, sympy.nan):
        raise OutOfDomain("expression", text, ALLOWED)
    return x, smooth, derivative


def _kinks(formula: Any, x: Any, text: str) -> tuple[float, ...]:
    """The real points where a piece begins or the argument of |.|, sign or a step vanishes."""
    import sympy

    edges = [a.args[0] for a in formula.atoms(sympy.Abs, sympy.sign, sympy.Heaviside)]
    for piecewise in formula.atoms(sympy.Piecewise):
        edges += [
            r.lhs - r.rhs for _, condition in piecewise.args for r in condition.atoms(sympy.core.relational.Relational)
        ]
    kinks: set[float] = set()
    for edge in edges:
        roots = sympy.solveset(edge, x, sympy.S.Reals)
        if roots is sympy.S.EmptySet:
            continue
        if not isinstance(roots, sympy.FiniteSet):
            raise OutOfDomain(
                "expression", text, "a formula whose kinks sympy can find; give them in Activation(kinks=...)"
            )
        kinks |= {float(root) for root in roots}
    return tuple(sorted(kinks))
