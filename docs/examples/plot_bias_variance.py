"""
Bias and variance along the width
=================================

Where the test error of random features comes from: the bias, and what samples, label noise and initialisation do alone
and together. At n = p only interactions with the initialisation grow.
"""

import numpy as np

import rmt_asymptotics as rmt

model = rmt.RandomFeatures(
    activation=rmt.relu,
    target=rmt.Activation.from_expression("tanh(2*x)"),
    sample_complexity=2.0,
    width_ratio=1.0,
    ridge=0.01,
    noise_variance=0.1,
)
axes = rmt.plot(rmt.bias_variance_curve(model, width_ratio=np.geomspace(0.2, 20, 41)))
