"""
Losses for classification
=========================

Labels of two values, 10 % of them flipped, and a small ridge: the share of wrong predictions for three losses along a
learning curve. The square loss has a peak at n = p, the others do not.
"""

import rmt_asymptotics as rmt

model = rmt.RandomFeatures(
    activation=rmt.tanh,
    target=rmt.identity,
    sample_complexity=3.0,
    width_ratio=1.5,
    ridge=0.002,
    labels=rmt.SignLabels(0.1),
)
curve = rmt.sweep(
    model,
    loss=[rmt.LogisticLoss(), rmt.HingeLoss(), rmt.SquareLoss()],
    sample_complexity=[0.5, 0.8, 1.1, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0],
)
axes = rmt.plot(curve, "misclassification", x="sample_complexity", hue="loss")
