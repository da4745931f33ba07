"""Make high_precision.json: generic points at 30 digits by the independent route (minutes).

Run from the repository root: python -m validation.reference.make
"""

import json
from pathlib import Path

import mpmath

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict

ERRORS = ("test_error", "training_error", "training_objective")
GENERIC = {"sample_complexity": 1.8, "width_ratio": 1.3, "ridge": 0.04, "noise_variance": 0.07}
SPIKED = {"model": "SpikedRandomFeatures", "bulk_variance": 1.15}
TWO = {"law": "DiscreteLaw", "values": (-1.0, 1.5), "probabilities": (0.3, 0.7)}
POINTS = {
    "one class, smooth": SPIKED
    | {"activation": "tanh(x + 0.7) - 0.45", "target": "sin", "alignment": 0.7, "width": 90}
    | {"spike": {"law": "ConstantLaw", "value": 1.2}},
    "one class, ReLU, sign target, p = infinity": SPIKED
    | {"activation": "relu", "target": "sign", "alignment": -0.6, "width": None}
    | {"spike": {"law": "ConstantLaw", "value": 0.8}},
    "one class, 1 % from interpolation, ridge 1e-6": SPIKED
    | {"activation": "tanh", "target": "sin", "alignment": 0.9, "width": None, "sample_complexity": 1.313}
    | {"spike": {"law": "ConstantLaw", "value": 1.1}, "ridge": 1e-6},
    "two classes, smooth": SPIKED
    | {"activation": "tanh", "target": "tanh(x) + 0.3*(x**2 - 1)", "alignment": 0.8, "width": 300}
    | {"spike": TWO},
    "two classes, ReLU, n < p": SPIKED
    | {"activation": "relu", "target": "tanh(x) + 0.3*(x**2 - 1)", "alignment": 0.8, "width": 170}
    | {"spike": TWO, "sample_complexity": 0.8, "ridge": 1e-4},
}


def solved(name: str, point: dict) -> dict:
    """The point's model as a dictionary of the package, with its errors as strings of 20 digits."""
    model = GENERIC | point
    solution = rmt.solve(model_from_dict(model), digits=30)
    digits = {error: mpmath.nstr(getattr(solution, error), 20) for error in ERRORS}
    return {"name": name, "model": model, "errors": ERRORS, **digits}


if __name__ == "__main__":
    path = Path(__file__).with_name("high_precision.json")
    path.write_text(json.dumps([solved(name, point) for name, point in POINTS.items()], indent=1) + "\n")
