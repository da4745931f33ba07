"""Decay curves as an xarray Dataset."""

import dataclasses
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.support_learning.comparison import Comparison
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.support_learning.theory import Prediction

if TYPE_CHECKING:
    import xarray


def predicted_curve(law: Prediction, steps: Array) -> "xarray.Dataset":
    """`irrelevant_norm` over `steps`, by the law; parameters, rates and package version are attributes."""
    import xarray

    rates = {name: getattr(law, name) for name in ("decay_rate", "half_life", "readout_rate", "sharpness")}
    name = {"long_name": "norm of the irrelevant weights off the readout", "units": "1"}
    return xarray.Dataset(
        {"irrelevant_norm": ("steps", law.irrelevant_norm(steps), name)},
        {"steps": ("steps", steps, {"long_name": "steps", "units": "1"})},
        {"parameters": json.dumps(_plain(law.parameters)), "rmt_asymptotics_version": version("rmt_asymptotics")}
        | rates,
    )


def compared_curves(comparison: Comparison) -> "xarray.Dataset":
    """The same with `irrelevant_norm_sample`, for the sample's own Lambda, and the mean and spread over the runs.

    `irrelevant_norm_simulation` is the mean of the norms over the runs, `..._standard_error` its standard error.
    """
    simulation = comparison.simulation
    dataset = predicted_curve(comparison.law, simulation.steps.astype(float))
    spread = simulation.norms.std(axis=0, ddof=1) / np.sqrt(len(simulation.norms))
    curves = {
        "sample": comparison.prediction.irrelevant_norm(simulation.steps),
        "simulation": simulation.norms.mean(axis=0),
        "standard_error": spread,
    }
    attributes = dataset.irrelevant_norm.attrs
    for name, values in curves.items():
        dataset[f"irrelevant_norm_{name}"] = ("steps", values, attributes | {"kind": name.replace("_", " ")})
    rate = simulation.decay_rate
    return dataset.assign_attrs(
        seed=simulation.seed,
        runs=rate.runs,
        decay_rate_sample=comparison.decay_rate,
        decay_rate_simulation=rate.mean,
        decay_rate_standard_error=rate.standard_error,
    )


def _plain(parameters: SupportLearning) -> dict[str, Any]:
    fields = {f.name: getattr(parameters, f.name) for f in dataclasses.fields(parameters)}
    return {"theory": type(parameters).__name__, **fields, "activation": parameters.activation.name}
