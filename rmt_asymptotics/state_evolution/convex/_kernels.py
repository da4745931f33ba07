"""Compiled sums of the channel of labels of two values.  Note: convex_losses.md [gl.3], [gl.5]-[gl.7]."""

from rmt_asymptotics.compilation import compiled


@compiled()
def binary_sums(node, sign, h, weights, labels, g, slope, a, b, root, sums):
    """The arguments of `channel.expectations`, (13, N), added to `sums`; by rows (P, M) of one node and one label each.

    node, sign (P,): kappa's place and y.  labels (3, P, M): E[r^m 1(y) | h].  g, slope: of y omega.
    a, b, root (N,): G1 and sqrt(Q) over the standard deviation of the field, and sqrt(Q).
    """
    for row in range(node.size):
        n, y = node[row], sign[row]
        A, B, zeta = a[n], b[n], 1.0 / root[n]
        for column in range(h.shape[1]):
            x, w = h[row, column], weights[row, column]
            r0, r1, r2 = w * labels[0, row, column], w * labels[1, row, column], w * labels[2, row, column]
            along, across = A * x, B * x
            s, ss = along * r0 + B * r1, along * along * r0 + 2.0 * along * B * r1 + B * B * r2
            z, zz = across * r0 - A * r1, across * across * r0 - 2.0 * across * A * r1 + A * A * r2 - r0
            sz = along * across * r0 + (B * B - A * A) * x * r1 - A * B * r2  # [gl.7]
            pull, rate = y * g[row, column], slope[row, column]
            both = pull * rate
            sums[0, n] += pull * r0
            sums[1, n] += pull * pull * r0
            sums[2, n] += pull * s
            sums[3, n] += rate * r0
            sums[4, n] += rate * s
            sums[5, n] += rate * ss
            sums[6, n] += rate * z * zeta
            sums[7, n] += rate * sz * zeta
            sums[8, n] += rate * zz * zeta * zeta
            sums[9, n] += both * r0
            sums[10, n] += both * s
            sums[11, n] += both * z * zeta
            sums[12, n] += pull * both * r0
