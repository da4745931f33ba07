"""
A spectrum with outliers
========================

The eigenvalues of spiked random features of two classes of neurons: the limiting density, its outliers at finite width,
and the eigenvalues of simulated networks. Far outliers have a panel of their own, so that nothing is cut off.
"""

import rmt_asymptotics as rmt

model = rmt.SpikedRandomFeatures(
    activation=rmt.centred(rmt.relu),
    target=rmt.sin,
    sample_complexity=3.0,
    width_ratio=1.5,
    ridge=0.05,
    spike=rmt.DiscreteLaw((-0.5, 0.9), (0.4, 0.6)),
    bulk_variance=1.1,
    alignment=0.8,
    width=450,
)
eigenvalues = rmt.feature_eigenvalues(model, dimension=300, replicas=8)
axes = rmt.plot(rmt.spectrum(model), simulation=eigenvalues)
