"""Compiled scalar functions, vectorised by the compiler: for these NumPy takes as long as a third of a matrix product.

Products of matrices, normal variates and factorisations are already compiled; fusing what remains (residuals, scaling,
checks) saves nothing measurable beside them.
"""

from rmt_asymptotics.compilation import vectorised

SUMS = {"reassoc", "contract"}  # NaN and infinities keep their meaning
SATURATED = 0.5975  # tanh(32 * 0.5975) rounds to 1


@vectorised(fastmath=SUMS)
def tanh(x):
    """tanh x to 4 units in the last place: the continued fraction at x/32, then tanh 2a = 2 t/(1 + t^2) five times."""
    a = 0.03125 * x
    a = SATURATED if a > SATURATED else a
    a = -SATURATED if a < -SATURATED else a
    q = a * a
    t = a * (135135.0 + q * (17325.0 + q * (378.0 + q))) / (135135.0 + q * (62370.0 + q * (3150.0 + 28.0 * q)))
    for _ in range(5):
        t = 2.0 * t / (1.0 + t * t)
    return t


@vectorised(fastmath=SUMS)
def tanh_derivative(x):
    """1 - tanh^2 x, to an absolute 2e-15."""
    t = tanh(x)
    return 1.0 - t * t


@vectorised(fastmath=SUMS)
def relu_derivative(x):
    """1 for x > 0, 0 for x < 0, 1/2 at 0."""
    return 0.5 if x == 0.0 else (1.0 if x > 0.0 else 0.0)
