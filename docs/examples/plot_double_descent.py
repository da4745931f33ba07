"""
Double descent at several ridges
================================

The test error of random features peaks where there are as many samples as features, n = p. A larger ridge takes the
peak away, and costs little elsewhere.
"""

import numpy as np

import rmt_asymptotics as rmt

model = rmt.RandomFeatures(
    activation=rmt.relu,
    target=rmt.Activation.from_expression("tanh(2*x)"),
    sample_complexity=1.0,
    width_ratio=1.5,
    ridge=1e-3,
    noise_variance=0.1,
)
family = rmt.sweep(model, sample_complexity=np.geomspace(0.2, 10, 61), ridge=[1e-3, 1e-2, 0.05, 0.3])
axes = rmt.plot(family, "test_error", x="n/p", hue="ridge")
