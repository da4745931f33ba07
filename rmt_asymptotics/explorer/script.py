"""A view as a script: what a page shows, in the public names of the package."""

import ast
import dataclasses
import math
from typing import Any

from rmt_asymptotics.activations import BUILT_IN, FAMILIES, Activation
from rmt_asymptotics.explorer import simulated, theory
from rmt_asymptotics.explorer.view import Span, View
from rmt_asymptotics.finite.setting import has_finite_size
from rmt_asymptotics.serialisation import KINDS

PACKAGE = "rmt"


def script(view: View) -> str:
    """Python that computes the curve and, where the page shows them, the band, the simulated points and the map."""
    field, plan = view.curve.field, view.plan
    lines = ["import numpy as np", "", f"import rmt_asymptotics as {PACKAGE}", "", f"model = {model_code(view)}"]
    lines.append(f"theory = rmt.sweep(model, {{{field!r}: {_axis(view.curve, theory.POINTS)}}})")
    if view.band and has_finite_size(view.model):
        replaced = f"model.replace(**{{{field!r}: value}})"
        values = _axis(view.curve, theory.BAND_POINTS)
        lines.append(f"band = [rmt.finite_size({replaced}, {plan.dimension}) for value in {values}]")
    if view.simulate:
        numbers = f"dimension={plan.dimension}, replicas={plan.replicas}, seed={plan.seed}"
        lines.append(f"plan = rmt.SimulationPlan({numbers})")
        values = _axis(view.curve, simulated.POINTS)
        lines.append(f"simulation = rmt.sweep(model, {{{field!r}: {values}}}, theory=False, simulation=plan)")
    if view.plane:
        spans = ((view.plane.up, theory.MAP_UP), (view.plane.across, theory.MAP_ACROSS))
        axes = ", ".join(f"{span.field!r}: {_axis(span, count)}" for span, count in spans)
        lines.append(f"plane = rmt.sweep(model, {{{axes}}})  # plane.{view.plane.output}")
    return "\n".join(lines) + "\n"


def _axis(span: Span, count: int) -> str:
    return f"np.{'geomspace' if span.logarithmic else 'linspace'}({span.low!r}, {span.high!r}, {count})"


def model_code(view: View) -> str:
    """The constructor of the model, with its fields that are not at their defaults."""
    model = view.model
    shown = [f for f in dataclasses.fields(model) if getattr(model, f.name) != f.default]
    lines = "".join(f"    {f.name}={_made(view.fields.get(f.name)) or code(getattr(model, f.name))},\n" for f in shown)
    return f"{PACKAGE}.{type(model).__name__}(\n{lines})"


def _made(plain: Any) -> str:
    """The call of a function that makes a record, such as `Covariance.power_law`; empty for other values."""
    for kind, (_, makers) in KINDS.items():
        maker = makers.get(plain.get(kind, "")) if isinstance(plain, dict) else None
        if maker is not None and not isinstance(maker, type):
            arguments = ", ".join(f"{name}={value!r}" for name, value in plain.items() if name != kind)
            return f"{PACKAGE}.{maker.__qualname__}({arguments})"
    return ""


def code(value: Any) -> str:
    """A value of a field as Python.

    >>> import rmt_asymptotics as rmt
    >>> code(rmt.GaussianLaw(1.3)), code(rmt.centred(rmt.relu)), code((0.5, 1.5))
    ('rmt.GaussianLaw(scale=1.3)', 'rmt.centred(rmt.relu)', '(0.5, 1.5)')
    >>> code(rmt.Activation.from_expression("x + x**2/2"))
    "rmt.Activation.from_expression('x + x**2/2')"
    """
    if isinstance(value, Activation):
        return _function(ast.parse(value.name, mode="eval").body, value.name)
    if dataclasses.is_dataclass(value):
        fields = ", ".join(f"{f.name}={code(getattr(value, f.name))}" for f in dataclasses.fields(value))
        return f"{PACKAGE}.{type(value).__name__}({fields})"
    return "np.inf" if value == math.inf else repr(value)


def _function(node: ast.expr, text: str) -> str:
    """A function by its name, by its family with its arguments, or as a formula."""
    if isinstance(node, ast.Name) and node.id in BUILT_IN:
        return f"{PACKAGE}.{node.id}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAMILIES:
        inner = [
            _function(each, ast.unparse(each)) if node.func.id == "centred" else ast.unparse(each) for each in node.args
        ]
        return f"{PACKAGE}.{node.func.id}({', '.join(inner)})"
    return f"{PACKAGE}.Activation.from_expression({text!r})"
