"""A sweep of 10,000 points, for tests that kill who runs it: `python -m tests.sweep_runs STORE WORKERS`."""

import sys
from typing import Any

import numpy as np

import rmt_asymptotics as rmt

NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh,
    target=rmt.sin,
    sample_complexity=1.0,
    width_ratio=0.8,
    ridge=0.07,
    step=rmt.MaximalStep(3.0),
    step_sample_complexity=2.0,
)
AXES = {"step.rate": np.linspace(0, 10, 25), "sample_complexity": np.linspace(0.2, 5, 400)}
BLOCK_SIZE = 200


def run(**options: Any) -> Any:
    """The Dataset of the sweep."""
    return rmt.sweep(NETWORK, AXES, block_size=BLOCK_SIZE, progress=False, **options)


if __name__ == "__main__":
    run(store=sys.argv[1], executor=int(sys.argv[2]))
