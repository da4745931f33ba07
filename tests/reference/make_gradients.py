"""Derivatives of the errors at 16 digits, for `gradients.json`.

Run `python -m tests.reference.make_gradients` from the root of the repository (some minutes).  The errors are those of
`solve(..., digits=30)`; a central difference with a step of 1e-8 of the field leaves about 1e-15 of the derivative: the
truncation is of the order of the square of the step over the scale of the field.
"""

import json
import sys
from pathlib import Path

from mpmath import mp, mpf

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict

DIGITS, STEP = 30, 1e-8
ERRORS = ("test_error", "training_error", "training_objective")
PLAIN = {"model": "RandomFeatures", "sample_complexity": 2.3, "width_ratio": 1.7, "noise_variance": 0.13}
SPIKED = {
    "model": "SpikedRandomFeatures", "sample_complexity": 2.6, "width_ratio": 1.4, "noise_variance": 0.11,
    "alignment": 0.7, "bulk_variance": 1.2,
}  # fmt: skip
NETWORK = {
    "model": "OneStepNetwork", "sample_complexity": 1.6, "width_ratio": 1.3, "noise_variance": 0.09,
    "step_sample_complexity": 7.0,
}  # fmt: skip
ONE = {"law": "ConstantLaw", "value": 1.3}
OPPOSITE = {"law": "RademacherLaw", "scale": 0.8}
MAXIMAL = {"step": "MaximalStep", "rate": 2.2}
SMOOTH = "tanh(x) + 0.3*(x**2 - 1)"
RATIOS = ("ridge", "sample_complexity", "width_ratio", "noise_variance")
SPIKES = (*RATIOS, "spike.value", "alignment", "bulk_variance")


def case(base, activation, target, ridge, wrt, **others):
    """A model as a dictionary, and the fields with respect to which its errors are differentiated."""
    return base | {"activation": activation, "target": target, "ridge": ridge} | others, wrt


CASES = {
    "plain": case(PLAIN, "softplus", "relu", 0.07, RATIOS, width=350),
    "plain, n = 0.995 p": case(PLAIN, "hermite_polynomial(3)", "sign", 1e-6, RATIOS, sample_complexity=1.6915),
    "one class": case(SPIKED, "tanh(x + 0.7)", SMOOTH, 0.06, SPIKES, spike=ONE, width=420),
    "one class, limit": case(SPIKED, "relu", "tanh", 0.06, SPIKES, spike=ONE, alignment=-0.6),
    "one class, n = 1.005 p": case(
        SPIKED, "tanh", "sin", 1e-6, (*SPIKES[:3], *SPIKES[4:6]), spike=ONE, sample_complexity=1.407
    ),
    "one class, aligned, ridge 1e-8": case(
        SPIKED, "tanh(x + 0.7)", "relu", 1e-8, ("ridge", "alignment"), spike=ONE, alignment=0.97
    ),
    "two classes": case(
        SPIKED, "tanh(x + 0.7)", SMOOTH, 0.06, ("sample_complexity", "spike.scale", "alignment"),
        spike=OPPOSITE, width=420,
    ),
    "network": case(
        NETWORK, "tanh(x + 0.7)", SMOOTH, 0.06, (*RATIOS, "step.rate", "step_sample_complexity"), step=MAXIMAL
    ),
    "network, two readouts": case(
        NETWORK, "tanh", "sin", 0.06, ("ridge", "step.eta", "readout.scale"),
        step={"step": "FixedStep", "eta": 40.0}, readout=OPPOSITE, width=500,
    ),
    "network, power of n": case(
        NETWORK, "relu", "tanh", 0.03, ("sample_complexity", "width_ratio", "step.exponent", "step.prefactor"),
        step={"step": "PowerStep", "exponent": 0.3, "prefactor": 1.4}, width=600,
    ),
}  # fmt: skip


def derivatives(model, name):
    """Of the three errors with respect to one field, as text."""
    model = model_from_dict(model)
    values = [model.value(name) * (1 + sign * STEP) for sign in (1, -1)]  # floats, whose difference is exact
    plus, minus = (rmt.solve(model.replace(**{name: value}), digits=DIGITS) for value in values)
    with mp.workdps(DIGITS):
        step = mpf(values[0]) - mpf(values[1])
        return {error: mp.nstr((getattr(plus, error) - getattr(minus, error)) / step, 16) for error in ERRORS}


def main():
    """Write all references, or print the ones whose names are given."""
    names = sys.argv[1:] or list(CASES)
    references = {}
    for name in names:
        model, wrt = CASES[name]
        references[name] = {"model": model, "derivatives": {field: derivatives(model, field) for field in wrt}}
    text = json.dumps(references, indent=1) + "\n"
    if len(names) == len(CASES):
        (Path(__file__).parent / "gradients.json").write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
