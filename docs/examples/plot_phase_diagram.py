"""
A phase diagram
===============

The test error of a network after one gradient step over the ridge and the rate of the step. On the lines the error is
stationary in one of them; where they cross is the optimum. The lines are traced, not read off the grid.
"""

import numpy as np

import rmt_asymptotics as rmt

network = rmt.OneStepNetwork(
    activation=rmt.centred(rmt.relu),
    target=rmt.Activation.from_expression("x + (x**2 - 1)/2"),
    sample_complexity=3.0,
    width_ratio=1.5,
    ridge=0.05,
    step=rmt.MaximalStep(1.0),
    step_sample_complexity=2.0,
    width=600,
)
rates = rmt.sweep(network, {"step.rate": np.geomspace(0.1, 10, 16)}, ridge=np.geomspace(0.01, 5, 16))
window = {"step.rate": (0.1, 10), "ridge": (0.01, 5)}
boundaries = {
    "best ridge": rmt.trace_boundary(network, rmt.VanishingDerivative("ridge"), window, points=40),
    "best rate": rmt.trace_boundary(network, rmt.VanishingDerivative("step.rate"), window, points=40),
}
axes = rmt.plot(rates, x="ridge", boundaries=boundaries)
