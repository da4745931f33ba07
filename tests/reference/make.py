"""Errors of finite-law models at 40 digits, for `finite_laws.json`.

Run `python -m tests.reference.make` from the root of the repository (some minutes). Quadrature, modes and
second moments are those of `theory_notes/checks/high_precision.py`. Its fixed point starts with plain
iterations, too many at tiny ridges; here Newton comes down from above: the map is increasing and concave, so
that no safeguard is needed.
"""

import json
import sys
from pathlib import Path

import numpy as np
from mpmath import mp, mpf

from theory_notes.checks import high_precision
from theory_notes.checks.order_parameters import full_map, inverse

DIGITS = 40
FUNCTIONS = {
    "tanh": (mp.tanh, ()),
    "sin": (mp.sin, ()),
    "identity": (lambda x: x, ()),
    "relu": (lambda x: x if x > 0 else mpf(0), (0,)),
    "sign": (mp.sign, (0,)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), ()),
    "tanh(x + 0.7)": (lambda x: mp.tanh(x + mpf("0.7")), ()),
    "tanh(x) + 0.3*(x**2 - 1)": (lambda x: mp.tanh(x) + mpf("0.3") * (x * x - 1), ()),
    "hermite_polynomial(2)": (lambda x: x * x - 1, ()),
    "hermite_polynomial(3)": (lambda x: x**3 - 3 * x, ()),
}
ERRORS = ("test_error", "training_error", "training_objective")
PLAIN = {"model": "RandomFeatures", "sample_complexity": 2.3, "width_ratio": 1.7, "noise_variance": 0.13}
SPIKED = {
    "model": "SpikedRandomFeatures", "width_ratio": 1.4, "noise_variance": 0.11, "alignment": 0.7, "bulk_variance": 1.2
}  # fmt: skip
NEARLY_NONE = {"law": "ConstantLaw", "value": 1e-6}
OPPOSITE = {"law": "RademacherLaw", "scale": 5e-4}
ONE = {"law": "ConstantLaw", "value": 1.3}
TWO = {"law": "DiscreteLaw", "values": [-1.0, 1.5], "probabilities": [0.3, 0.7]}
THREE = {"law": "DiscreteLaw", "values": [-1.0, 0.4, 2.0], "probabilities": [0.3, 0.45, 0.25]}


def case(base, activation, target, ridge, **others):
    """One model as a dictionary."""
    return base | {"activation": activation, "target": target, "ridge": ridge} | others


SMOOTH = "tanh(x) + 0.3*(x**2 - 1)"
CASES = {
    "plain": case(PLAIN, "softplus", "relu", 0.07, width=350),
    "plain, n near p": case(PLAIN, "hermite_polynomial(3)", "sign", 1.4e-11, sample_complexity=1.7 * 0.999),
    "plain, spurious mean": case(PLAIN, "identity", "relu", 8.7e-9, sample_complexity=1.8, width=10**16),
    "plain, perfect fit": case(PLAIN, "identity", "identity", 1e-12, noise_variance=0.0),
    "one class": case(SPIKED, "tanh(x + 0.7)", SMOOTH, 0.06, spike=ONE, sample_complexity=2.6, width=420),
    "one class, limit": case(SPIKED, "tanh(x + 0.7)", SMOOTH, 0.06, spike=ONE, sample_complexity=2.6),
    "one class, n below p": case(SPIKED, "hermite_polynomial(2)", "tanh", 1e-8, spike=ONE, sample_complexity=1.3986),
    "one class, training error": case(SPIKED, "tanh", "tanh", 1e-12, spike=ONE, sample_complexity=1.3986, width=400),
    "one class, p = 1e16": case(SPIKED, "tanh", "sin", 0.01, spike=NEARLY_NONE, sample_complexity=0.6, width=10**16),
    "two classes": case(SPIKED, "relu", SMOOTH, 0.06, spike=TWO, sample_complexity=2.6, width=420),
    "two classes, limit": case(SPIKED, "tanh", "sign", 0.06, spike=TWO, sample_complexity=2.6),
    "two classes, n below p": case(SPIKED, "tanh", "tanh", 1e-12, spike=TWO, sample_complexity=1.3986, width=400),
    "two classes, n = p": case(SPIKED, "tanh", "tanh", 1e-12, spike=TWO, sample_complexity=1.4, width=400),
    "two classes, n above p": case(SPIKED, "tanh", "tanh", 1e-12, spike=TWO, sample_complexity=1.4014, width=400),
    "two classes, linear": case(SPIKED, "identity", "tanh", 1e-8, spike=TWO, sample_complexity=2.1),
    "two classes, perfect fit": case(
        SPIKED, "identity", "identity", 1e-7, spike=TWO, sample_complexity=2.1, noise_variance=0.0
    ),
    "collinear free modes": case(
        SPIKED, "hermite_polynomial(3)", "softplus", 4e-6, spike=OPPOSITE, sample_complexity=0.9
    ),
    "three classes, n = p": case(SPIKED, "tanh(x + 0.7)", "sin", 1e-9, spike=THREE, sample_complexity=1.4),
}  # fmt: skip


def from_above(bulk):
    """Order parameters (V1, pi t) by Newton from a point above the solution, and the relative residual."""
    tables = bulk.features, bulk.multiplicity
    classes, size = len(bulk.b), len(bulk.multiplicity)
    order = np.array([mpf(0)] * size)
    order[-classes:] = bulk.probabilities / bulk.ridge
    order = full_map(bulk, order, tables)
    order[-classes:] = bulk.probabilities / bulk.ridge
    for _ in range(120):
        defect = full_map(bulk, order, tables) - order
        residual = max(abs(defect)) / max(abs(order))
        if residual < mpf(10) ** (6 - mp.dps):
            return order, residual
        order = order + inverse(np.identity(size, dtype=int) - slopes(bulk, order, tables)).dot(defect)
    raise RuntimeError(f"Newton from above stays at residual {mp.nstr(residual, 3)}")


def slopes(bulk, order, tables):
    """Jacobian of the map, by differences at three times the digits."""
    with mp.workdps(3 * mp.dps):
        step = max(abs(order)) * mpf(10) ** (-mp.dps // 3)
        columns = []
        for row in np.identity(len(order), dtype=int):
            plus, minus = (full_map(bulk, order + sign * step * row, tables) for sign in (1, -1))
            columns.append((plus - minus) / (2 * step))
        return np.array(columns).T


def exact_errors(model, digits=DIGITS, step=0.1):
    """The three errors of a model given as a dictionary."""
    high_precision.state_evolution = from_above
    spike = model.get("spike", {"law": "ConstantLaw", "value": 0.0})
    if spike["law"] == "RademacherLaw":
        spike = {"values": [-spike["scale"], spike["scale"]], "probabilities": [0.5, 0.5]}
    elif spike["law"] == "ConstantLaw":
        spike = {"values": [spike["value"]], "probabilities": [1]}
    (activation, kinks), (target, target_kinks) = FUNCTIONS[model["activation"]], FUNCTIONS[model["target"]]
    solution = high_precision.solve(
        activation, target, spikes=spike["values"], probabilities=spike["probabilities"],
        alignment=model.get("alignment", 0.0), bulk_variance=model.get("bulk_variance", 1.0),
        sample_complexity=model["sample_complexity"], width_ratio=model["width_ratio"], ridge=model["ridge"],
        noise_variance=model["noise_variance"], width=model.get("width", float("inf")),
        activation_kinks=kinks, target_kinks=target_kinks, digits=digits, step=step,
    )  # fmt: skip
    return {name: mp.nstr(getattr(solution, name), 20) for name in ERRORS}


def main():
    """Write all references, or print the ones whose names are given."""
    names = sys.argv[1:] or list(CASES)
    references = {name: {"model": CASES[name]} | exact_errors(CASES[name]) for name in names}
    text = json.dumps(references, indent=1) + "\n"
    if len(names) == len(CASES):
        (Path(__file__).parent / "finite_laws.json").write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
