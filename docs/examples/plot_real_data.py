"""
Ridge regression on real data
=============================

Pictures of handwritten digits, 8 by 8 pixels, and whether the digit is larger than 4. From all rows follow the
spectrum, the profile of the best linear predictor and the noise; from these the errors of ridge regression on any
number of rows, which is then measured on rows drawn at random. Pixels are far from Gaussian, and where rows are few the
theory is off by some per cent: it says so itself, in the warning about tails.
"""

import numpy as np
from sklearn.datasets import load_digits

import rmt_asymptotics as rmt

X, digit = load_digits(return_X_y=True)
model = rmt.RidgeRegression.from_data(X / 16, np.where(digit > 4, 1.0, -1.0), penalty=1.0)
print(model.data)
per_row = model.sample_complexity / model.samples
curve = rmt.compare_curve(model, sample_complexity=per_row * np.array([70, 100, 150, 250, 400, 600, 890]), replicas=20)
axes = rmt.plot(curve)
