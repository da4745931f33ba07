"""
Theory against simulation
=========================

Spiked random features at d = 100: the limit, the theory of the finite network with the spread of one draw, and
simulated networks. The spike makes effects of order 1/d large; the corrected theory has them.
"""

import numpy as np

import rmt_asymptotics as rmt

model = rmt.SpikedRandomFeatures(
    activation=rmt.tanh,
    target=rmt.sin,
    sample_complexity=1.0,
    width_ratio=1.0,
    ridge=0.1,
    spike=rmt.ConstantLaw(1.134),
    bulk_variance=1.019,
    alignment=0.972,
    width=100,
)
theory = rmt.finite_size_curve(model, 100, sample_complexity=np.linspace(0.2, 3, 15), test_samples=2000)
points = rmt.simulation_curve(model, sample_complexity=[0.2, 0.5, 1.0, 2.0, 3.0], dimension=100, replicas=40)
axes = rmt.plot(theory, simulation=points)
