"""From text to activations: "tanh", "centred(leaky_relu(0.1))", "tanh(x) + 0.3*(x**2 - 1)".

Text becomes a tree of known operations; nothing is executed, and nothing takes longer than the tree is large.
"""

import ast
from functools import cache, lru_cache

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import BUILT_IN, FAMILIES, Activation
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.formulas.formula import MOST_KINKS, Formula, array_function
from rmt_asymptotics.formulas.formula_parity import parts_of_formula
from rmt_asymptotics.formulas.operations import UNARY
from rmt_asymptotics.formulas.reader import Reader, syntax
from rmt_asymptotics.targets import MOST_DIRECTIONS, MultiIndexTarget

ALLOWED = (
    f"a built-in ({', '.join([*BUILT_IN, *FAMILIES])}) or a formula in x made of numbers, pi, + - * / ** and "
    f"{', '.join(UNARY)}, Max, Min, where(x < 0, a, b), Piecewise((a, x < 0), (b, True)), He2(x), He3(x), ..."
)
ALLOWED_SEVERAL = f"a formula in x1, ..., x{MOST_DIRECTIONS}, of what formulas in x are made of"
VARIABLE = {"x": Formula("x")}
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
    return _built_in(syntax(text, ALLOWED), text) or activation_from_expression(text)


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
    return Reader(text, VARIABLE, ALLOWED).read(syntax(text, ALLOWED))


@lru_cache(maxsize=256)
def multi_index_from_expression(text: str) -> MultiIndexTarget:
    """The function of x1, x2, ... that a formula describes; see `MultiIndexTarget.from_expression`."""
    formula = Reader(text, VARIABLES, ALLOWED_SEVERAL).read(syntax(text, ALLOWED_SEVERAL))
    used = [int(part.number) + 1 for part in formula.parts() if part.operation == "variable"]

    def function(*x: Array) -> Array:
        return np.broadcast_to(np.asarray(formula.value(x), float), x[0].shape)

    return MultiIndexTarget(function, max(used, default=1), text, True)


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
