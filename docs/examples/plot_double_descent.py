"""
Double descent at several ridges
================================

The test error of random features peaks where the number of samples meets the number of features, n = p, and a larger
ridge takes the peak away.
"""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.plotting import plot_curve

model = rmt.RandomFeatures(
    activation=rmt.relu,
    target=rmt.Activation.from_expression("tanh(2*x)"),
    sample_complexity=1.0,
    width_ratio=1.5,
    ridge=1e-3,
    noise_variance=0.1,
)
curve = rmt.learning_curve(model, sample_complexity=np.linspace(0.2, 5, 60))
axes = plot_curve(curve)
