"""The hinge loss on random features at 25 digits, from the scalar equations gl.5, gl.8-gl.11 of one class.

tanh features at p = infinity, y = sign s with flips: the only mode is the teacher direction s b_1.  Means over the
field are integrals of mpmath over the three pieces of the proximal operator, the label enters through error functions,
and the five equations go to a root finder: no grid, no panels, no complex step, no Jacobian of the package.

Run `python -m theory_notes.checks.convex_losses`.
"""

import mpmath as mp

DIGITS = 25
ALPHA, BETA, RIDGE, FLIPS = "2.3", "1.4", "0.2", "0.05"


def _moments() -> tuple[mp.mpf, mp.mpf]:
    """b_1 = E[z tanh z] and m2^2 = E tanh^2 - b_1^2."""
    points = [-12, -6, -3, -1, 0, 1, 3, 6, 12]
    linear = mp.quad(lambda z: z * mp.tanh(z) * mp.npdf(z), points)
    return linear, mp.quad(lambda z: mp.tanh(z) ** 2 * mp.npdf(z), points) - linear**2


def _channel(G: mp.mpf, Q: mp.mpf, V: mp.mpf, flips: mp.mpf) -> tuple[list[mp.mpf], mp.mpf]:
    """E[s g], q, v and the misclassification for omega = G s + sqrt(Q) z; y = -1 is the mirror image of y = 1."""
    deviation = mp.sqrt(G**2 + Q)
    a, c = G / deviation, mp.sqrt(Q) / deviation

    def weights(h: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
        """P(y = 1 | h) and E[s 1(y = 1) | h]."""
        positive = mp.ncdf(a * h / c)
        r0 = flips + (1 - 2 * flips) * positive
        r1 = (1 - 2 * flips) * mp.npdf(a * h / c)
        return r0, a * h * r0 + c * r1

    def g(u: mp.mpf) -> mp.mpf:
        return min(max((1 - u) / V, mp.mpf(0)), mp.mpf(1))

    cuts = sorted([mp.mpf(-14), mp.mpf(14), (1 - V) / deviation, 1 / deviation, *map(mp.mpf, (-6, -3, -1, 0, 1, 3, 6))])

    def mean(term, cuts=cuts):  # type: ignore[no-untyped-def]
        return 2 * mp.quad(lambda h: term(h) * mp.npdf(h), cuts)

    E1 = mean(lambda h: g(deviation * h) * weights(h)[1])
    q = mean(lambda h: g(deviation * h) ** 2 * weights(h)[0])
    kink = [(1 - V) / deviation, 1 / deviation]
    v = mean(lambda h: weights(h)[0] / V, kink)
    wrong = mean(lambda h: weights(h)[0], [x for x in cuts if x <= 0])
    return [E1, q, v], wrong


def solution() -> dict[str, mp.mpf]:
    """The misclassification and |a|^2/p."""
    mp.mp.dps = DIGITS
    alpha, b, ridge, flips = mp.mpf(ALPHA), 1 / mp.mpf(BETA), mp.mpf(RIDGE), mp.mpf(FLIPS)
    linear, m2 = _moments()

    def bulk(t, den):  # type: ignore[no-untyped-def]
        N = 1 / (1 + t * den * linear**2)
        M = den * linear**2 * N
        return N, M, 1 / (1 / t**2 - b * M**2)

    def equations(V, Q, G, t):  # type: ignore[no-untyped-def]
        (E1, q, v), _ = _channel(G, Q, V, flips)
        den, qh, hat = alpha * v, alpha * q, alpha * linear * E1
        N, M, theta = bulk(t, den)
        Y, X = linear**2 * N**2 + m2, t * N
        sigma = b * hat**2
        L = b * Y**2 * theta + (linear**2 * X) ** 2
        return [
            1 / t - (ridge + b * alpha * v * m2 + b * M), V - linear**2 * X - t * m2,
            Q - L * qh - Y * theta * sigma, G - linear * t * hat,
        ]  # fmt: skip

    V, Q, G, t = mp.findroot(equations, (0.9, 0.5, 0.6, 1.2), tol=mp.mpf(10) ** (2 - DIGITS))
    (E1, q, v), wrong = _channel(G, Q, V, flips)
    N, _, theta = bulk(t, alpha * v)
    norm = theta * (b * (linear**2 * N**2 + m2) * alpha * q + b * (alpha * linear * E1) ** 2)
    return {"misclassification": wrong, "norm": norm}


def deviation() -> float:
    """Largest relative deviation of the package from the solution."""
    import rmt_asymptotics as rmt

    found = rmt.solve(
        rmt.RandomFeatures(
            activation=rmt.tanh, target=rmt.identity, sample_complexity=float(ALPHA), width_ratio=float(BETA),
            ridge=float(RIDGE), loss=rmt.HingeLoss(), labels=rmt.SignLabels(float(FLIPS)),
        )
    )  # fmt: skip
    return max(abs(float(getattr(found, name) / value - 1)) for name, value in solution().items())


if __name__ == "__main__":
    for name, value in solution().items():
        print(name, mp.nstr(value, DIGITS - 5))
    print("package, relative deviation:", deviation())
