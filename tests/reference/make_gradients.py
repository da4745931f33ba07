"""Derivatives of the errors at 34 digits, for `gradients.json`.

Run `python -m tests.reference.make_gradients` from the root of the repository (some minutes).  The errors are those
of `theory_notes/checks/high_precision.py` and `one_step.py`; a central difference with a step of 1e-9 of the field
leaves about 1e-16 of the derivative: the truncation is of the order of the square of the step over the scale of the
field, and the errors carry 26 digits.
"""

import copy
import json
import sys
from pathlib import Path

from mpmath import mp, mpf

from tests.reference.make import FUNCTIONS, from_above
from theory_notes.checks import high_precision, one_step

DIGITS, STEP, GRID = 34, mpf("1e-9"), 0.125
ERRORS = ("test_error", "training_error", "training_objective")
SLOPES = {
    "tanh": lambda x: mp.sech(x) ** 2,
    "relu": lambda x: mpf(x > 0),
    "tanh(x + 0.7)": lambda x: mp.sech(x + mpf("0.7")) ** 2,
}
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


def errors(model):
    """The three errors of a model given as a dictionary whose numbers may be mpf."""
    (activation, kinks), (target, target_kinks) = FUNCTIONS[model["activation"]], FUNCTIONS[model["target"]]
    names = ("sample_complexity", "width_ratio", "ridge", "noise_variance")
    common = {name: model[name] for name in names} | {
        "width": model.get("width", float("inf")), "activation_kinks": kinks, "target_kinks": target_kinks,
        "digits": DIGITS, "step": GRID,
    }  # fmt: skip
    if model["model"] == "OneStepNetwork":
        values, probabilities = atoms(model.get("readout", {"law": "ConstantLaw", "value": 1}))
        solution = one_step.solve(
            activation, SLOPES[model["activation"]], target, readouts=values, probabilities=probabilities,
            rate=relative_rate(model), step_sample_complexity=model["step_sample_complexity"], **common,
        )  # fmt: skip
    else:
        values, probabilities = atoms(model.get("spike", {"law": "ConstantLaw", "value": 0}))
        solution = high_precision.solve(
            activation, target, spikes=values, probabilities=probabilities, alignment=model.get("alignment", 0),
            bulk_variance=model.get("bulk_variance", 1), **common,
        )  # fmt: skip
    return [getattr(solution, name) for name in ERRORS]


def atoms(law):
    """Values and probabilities of a constant or a Rademacher law."""
    if law["law"] == "ConstantLaw":
        return [law["value"]], [1]
    return [-law["scale"], law["scale"]], [0.5, 0.5]


def relative_rate(model):
    """eta/sqrt(p)."""
    step = model["step"]
    if "rate" in step:
        return step["rate"]
    samples = mpf(model["sample_complexity"]) * model["width"] / mpf(model["width_ratio"])
    eta = step["eta"] if "eta" in step else step["prefactor"] * samples ** mpf(step["exponent"])
    return eta / mp.sqrt(model["width"])


def changed(model, name, value):
    """The model with one field, or one field of a record, replaced."""
    model = copy.deepcopy(model)
    record, _, inner = name.partition(".")
    if inner:
        model[record][inner] = value
    else:
        model[record] = value
    return model


def derivatives(model, name):
    """Of the three errors with respect to one field, as text."""
    record, _, inner = name.partition(".")
    value = mpf(model[record][inner] if inner else model[record])
    plus, minus = (errors(changed(model, name, value * (1 + sign * STEP))) for sign in (1, -1))
    return {error: mp.nstr((p - m) / (2 * STEP * value), 16) for error, p, m in zip(ERRORS, plus, minus, strict=True)}


def main():
    """Write all references, or print the ones whose names are given."""
    high_precision.state_evolution = one_step.state_evolution = from_above
    mp.dps = DIGITS
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
