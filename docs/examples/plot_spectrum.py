"""
A spectrum with outliers
========================

The eigenvalues of the features of a network after one gradient step: the limiting density, its outliers at finite
width, and the eigenvalues of simulated networks. Far outliers have a panel of their own, so that nothing is cut off.
"""

import rmt_asymptotics as rmt
from rmt_asymptotics.spectra.histogram import with_histogram

network = rmt.OneStepNetwork(
    activation=rmt.centred(rmt.relu),
    target=rmt.Activation.from_expression("x + (x**2 - 1)/2"),
    sample_complexity=3.0,
    width_ratio=1.5,
    ridge=0.05,
    step=rmt.MaximalStep(1.0),
    step_sample_complexity=2.0,
    width=450,
)
limit = rmt.spectrum(network).to_dataset()
eigenvalues = rmt.feature_eigenvalues(network, dimension=300, replicas=5)
axes = rmt.plot(with_histogram(limit, eigenvalues, {"dimension": 300, "replicas": 5}))
