"""
The staircase of step sizes
===========================

After one gradient step of learning rate eta = n^exponent the features hold one more power of the spike each time the
exponent passes a critical value. In the limit the error is a staircase; finite widths, even astronomical ones,
smooth it.
"""

import numpy as np

import rmt_asymptotics as rmt

network = rmt.OneStepNetwork(
    activation=rmt.centred(rmt.Activation.from_expression("tanh(x + 0.7)")),
    target=rmt.Activation.from_expression("2*sin(1.5*x + 1.2)"),
    sample_complexity=2.0,
    width_ratio=1.3,
    ridge=0.1,
    noise_variance=0.1,
    readout=rmt.RademacherLaw(),
    step=rmt.PowerStep(0.0),
    step_sample_complexity=6.5,
)
exponents = np.union1d(np.linspace(-0.15, 0.395, 41), [0.0, 0.25, 1 / 3, 0.375])
stairs = rmt.sweep(network, {"step.exponent": exponents, "width": [None, 10**4, 10**8, 10**16]}, tolerance=1e-5)
axes = rmt.plot(stairs, "test_error")
