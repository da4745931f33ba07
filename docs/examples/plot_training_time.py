"""
Training time
=============

Gradient flow of the readout from 0: the training error falls for ever, the test error has a best time to stop. The
theory of all times follows from one set of complex ridges.
"""

import numpy as np

import rmt_asymptotics as rmt

model = rmt.RandomFeatures(
    activation=rmt.Activation.from_expression("tanh(x + 0.7)"),
    target=rmt.Activation.from_expression("tanh(2*x)"),
    sample_complexity=3.0,
    width_ratio=1.5,
    ridge=0.05,
    noise_variance=0.3,
    width=225,
)
theory = rmt.training_curve(model, time=np.geomspace(0.1, 1000, 60), weight_decay=0.0)
points = rmt.simulate_training(
    model, time=[0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0], weight_decay=0.0, dimension=150, replicas=20
)
axes = rmt.plot(theory, simulation=points)
