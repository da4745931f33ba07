"""Logistic regression on random features (loureiro21): rows of the table behind a published figure.

Source: github.com/IdePHICS/GCMProject, commit d7a553e, in code/data/replicas the file
replicas_logistic_teacher=sign_student=erf_lamb=0.01.csv.
erf features, p = 2 d, ridge .01.  Their teacher is a two-layer sign network, which acts as sign(nu + tau z) with
tau^2 = pi/2 - 1; their numbers are the replica equations at the sample covariances of one draw, d = 1000, whose label
signal has the variance .9984 in place of 1: they differ from the limit by a part in a thousand.
"""

import math

import rmt_asymptotics as rmt

# n/p, misclassification, training loss
ROWS = (
    (0.4981632653061225, 0.3772478974041717, 0.10331756857228219),
    (0.986326530612245, 0.33632014301773194, 0.15166812405029428),
    (2.023673469387755, 0.2973154621376937, 0.23987075729189825),
    (3.0, 0.2814000093481068, 0.2937594021581422),
)
ONE_DRAW = 3e-3  # relative


def model(samples_per_feature: float) -> rmt.RandomFeatures:
    """The limit of the setting."""
    return rmt.RandomFeatures(
        activation=rmt.erf, target=rmt.identity, sample_complexity=2 * samples_per_feature, width_ratio=2.0, ridge=0.01,
        loss=rmt.LogisticLoss(), labels=rmt.ProbitLabels(math.sqrt(math.pi / 2 - 1)),
    )  # fmt: skip
