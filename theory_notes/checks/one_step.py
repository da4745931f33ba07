"""Networks after one gradient step at 20 digits and more: the corrections of [net.3], and wide networks [stair.1].

By `solve(..., digits=...)`, whose span moments are taken in the directions theta and n, in which they are explicit.
Run `python -m theory_notes.checks.one_step` from the root of the repository.
"""

import numpy as np
from mpmath import mp, mpf

import rmt_asymptotics as rmt
from theory_notes.checks.high_precision import NETWORK

CORRECTED = {0.2: "0.04812", 0.9: "0.04161", 1.6: "0.03633", 3.0: "0.03151"}  # tanh, sin, n0/d = 20, rate 3, p = d
STAIRCASE = rmt.OneStepNetwork(  # target He_1 + .6 He_2 + .3 He_3 + .2 He_4
    activation=rmt.Activation.from_expression("centred(tanh(x + 0.7))"),
    target=rmt.polynomial(0.0, 0.1, -0.6, 0.3, 0.2), sample_complexity=2.0, width_ratio=1.3, ridge=0.1,
    noise_variance=0.1, step=rmt.PowerStep(0.29), step_sample_complexity=6.5,
)  # fmt: skip


def corrected_deviation(sample_complexity, digits=10):
    """Test error less the value printed in CORRECTED: at most half a unit of its last digit."""
    model = NETWORK.replace(sample_complexity=sample_complexity, corrections=True)
    return float(rmt.solve(model, digits=digits).test_error - mpf(CORRECTED[sample_complexity]))


def staircase(exponent, width, classes, digits=30):
    """The errors of STAIRCASE at eta = n^exponent, with the Gauss-Hermite rule of `classes` nodes as readout."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(classes)
    law = rmt.DiscreteLaw(tuple(nodes), tuple(weights / weights.sum()))
    return rmt.solve(STAIRCASE.replace(step=rmt.PowerStep(exponent), width=width, readout=law), digits=digits)


def main():
    """Print the corrected values of the published setting, and a wide network (staircase(.29, 1e12, 18): minutes)."""
    for sample_complexity in CORRECTED:
        print(f"n/d = {sample_complexity}: off the printed value by {corrected_deviation(sample_complexity):+.1e}")
    print("eta = n^.29, p = 1e9, three readouts:", mp.nstr(staircase(0.29, 10**9, 3).test_error, 18))


if __name__ == "__main__":
    main()
