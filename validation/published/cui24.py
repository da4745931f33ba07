"""The published setting of cui24: tanh student, sin target, p = d, one maximal gradient step.

Spike, bulk variance and alignment follow from step_sample_complexity alpha0 = 20 and rate = 3 by [net.1]-[net.2]
of theory_notes/canonical_problem.md.  TEST_ERRORS are what the equations of the paper give with the plain
spiked model at p = infinity; the outputs stored in the authors' public notebook differ from them by up to 3 %.
"""

import numpy as np

import rmt_asymptotics as rmt

ALPHA0, RATE = 20.0, 3.0
SAMPLE_COMPLEXITY = (0.2, 0.9, 1.6, 2.3, 3.0)
TEST_ERRORS = ("0.0484829019195", "0.0425039287213", "0.0373113280789", "0.0343046647450", "0.0325182080146")


def published_model() -> rmt.SpikedRandomFeatures:
    """The spiked model equivalent to the network after its step; sample_complexity is the first of the table."""
    student, target = rmt.tanh, rmt.sin
    slope = student.hermite_coefficients(1)[1]  # h1
    square_slope = rmt.Activation(lambda x: np.cosh(x) ** -4.0).hermite_coefficients(0)[0]
    excess = square_slope - slope**2  # vs
    target_slope = target.hermite_coefficients(1)[1]  # h1*
    label_variance = rmt.Activation(lambda x: np.sin(x) ** 2).hermite_coefficients(0)[0]  # Y2
    length = np.sqrt(target_slope**2 + label_variance / ALPHA0)  # B  [net.1]
    return rmt.SpikedRandomFeatures(
        activation=student, target=target, sample_complexity=SAMPLE_COMPLEXITY[0], width_ratio=1.0, ridge=0.1,
        spike=rmt.ConstantLaw(float(RATE * slope * length)), alignment=float(target_slope / length),
        bulk_variance=float(1 + RATE**2 * label_variance * excess / ALPHA0),  # [net.2]
    )  # fmt: skip
