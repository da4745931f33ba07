"""Errors of finite-law models at 20 digits, for `finite_laws.json`.

Run `python -m tests.reference.make` from the root of the repository (minutes): `solve(..., digits=20)`, whose
quadrature, fixed point and second moments are not those of the ordinary solution.
"""

import json
import sys
from pathlib import Path

from mpmath import mp

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict

DIGITS = 20
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


def exact_errors(model):
    """The three errors of a model given as a dictionary."""
    solution = rmt.solve(model_from_dict(model), digits=DIGITS)
    return {name: mp.nstr(getattr(solution, name), DIGITS) for name in ERRORS}


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
