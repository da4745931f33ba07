"""
The best ridge along a learning curve
=====================================

At each n/d the ridge with the least test error, found with exact derivatives. With the best ridge more data never harm.
"""

import numpy as np

import rmt_asymptotics as rmt

model = rmt.RandomFeatures(
    activation=rmt.relu,
    target=rmt.Activation.from_expression("tanh(2*x)"),
    sample_complexity=1.0,
    width_ratio=1.5,
    ridge=1.0,
    noise_variance=0.1,
)
best = rmt.optimal_curve(model, over=("ridge",), sample_complexity=np.geomspace(0.2, 10, 15))
axes = rmt.plot(best)
