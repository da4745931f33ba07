"""Gradient flow with located events: exact flights between changes of the active pattern [tp.2]-[tp.4], [tp.9].

A row is the state at the start of a flight and the coefficients that hold during it:
time, ratio R = P/N, log N, clocks A = rate int P dt and B = rate int N dt, and a, b, g, h with
d log R = b dB - a dA and d log N = g dA - h dB.  Lengths of flights are measured by the clock B.
Kernels take arrays and floats, validate nothing and return arrays.
"""

import math

import numpy as np

from rmt_asymptotics.compilation import compiled

TIME, RATIO, LOG_N, CLOCK_A, CLOCK_B, SLOPE_A, SLOPE_B, SLOPE_G, SLOPE_H = range(9)  # columns of a row
COEFFICIENTS, COLUMNS = SLOPE_A, 9
BOTH, PLUS, MINUS, DEAD, SLIDE = 0, 1, 2, 3, 4  # active on: both points, x+, x-, none; sliding on its kink
DIED, SLID, LEFT = 0, 1, 2  # a neuron's own events: death, first sliding on a kink, leaving it
RELAXED = 1e-12  # relative distance of R from its limit at which the last flight ends
AT_REST = 1e-14  # relative distance at which R no longer shows in the duration of a flight
ROUNDING = 4e-16
E_FOLDS = 2.0  # of N over a panel of ten Gauss points
FIRST_ROWS = 1024
NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)
ACROSS = np.array([[MINUS, PLUS], [DEAD, BOTH], [BOTH, DEAD], [DEAD, DEAD], [DEAD, DEAD]])  # beyond u = 0, v = 0


@compiled()
def _relaxation(B, b):
    """(1 - e^(-b B))/b."""
    return B if b == 0.0 else -math.expm1(-b * B) / b


@compiled()
def ratio_after(row, B):
    """R at length B of the flight: a logistic curve [tp.3]."""
    R, a, b = row[RATIO], row[SLOPE_A], row[SLOPE_B]
    return R / (1.0 + (a * R - b) * _relaxation(B, b))


@compiled()
def clock_after(row, B):
    """How far A runs while B runs the length B [tp.3]."""
    R, a, b = row[RATIO], row[SLOPE_A], row[SLOPE_B]
    return (b * B + math.log1p((a * R - b) * _relaxation(B, b))) / a


@compiled()
def length_to_ratio(row, target):
    """The length at which R is `target`, which lies between R and its limit b/a."""
    R, a, b = row[RATIO], row[SLOPE_A], row[SLOPE_B]
    E = (R / target - 1.0) / (a * R - b)
    return max(0.0, E if b == 0.0 else -math.log1p(-b * E) / b)


@compiled()
def duration(row, B, rate):
    """t = int dB/(rate N) over a panel of length B, by Gauss-Legendre."""
    total = 0.0
    for i in range(NODES.size):
        x = 0.5 * B * (1.0 + NODES[i])
        total += WEIGHTS[i] * math.exp(row[SLOPE_H] * x - row[SLOPE_G] * clock_after(row, x))
    return 0.5 * B * total / (rate * math.exp(row[LOG_N]))


@compiled()
def _panel(row):
    """A length over which `duration` is exact to rounding: not beyond the nearest pole of R, few e-folds of N."""
    R, a, b, g, h = row[RATIO], row[SLOPE_A], row[SLOPE_B], row[SLOPE_G], row[SLOPE_H]
    slope = max(abs(h - g * R), abs(h - g * b / a)) if b > 0.0 else abs(h) + g * R
    x = a * R - b
    if abs(x) <= AT_REST * b:
        pole = math.inf
    elif b == 0.0:
        pole = 1.0 / x
    elif x > 0.0:
        pole = -math.log1p(-b / (a * R)) / b
    else:
        pole = math.pi / b
    return min(pole, E_FOLDS / slope) if slope > 0.0 else pole


@compiled()
def length_of(row, time, B, rate):
    """The length after which `time` has passed, within a panel of length B: Newton, kept in its bracket."""
    low, high = 0.0, B
    x = min(B, time * rate * math.exp(row[LOG_N]))
    while True:
        miss = duration(row, x, rate) - time
        if miss > 0.0:
            high = x
        else:
            low = x
        slope = math.exp(row[SLOPE_H] * x - row[SLOPE_G] * clock_after(row, x) - row[LOG_N]) / rate
        step = miss / slope
        if abs(step) <= ROUNDING * x or high - low <= ROUNDING * high:
            return x
        x = x - step if low < x - step < high else 0.5 * (low + high)


@compiled()
def moved(row, B, rate):
    """The row after a panel of length B; the coefficients stay."""
    after = row.copy()
    A = clock_after(row, B)
    after[TIME] += duration(row, B, rate)
    after[RATIO] = ratio_after(row, B)
    after[LOG_N] += row[SLOPE_G] * A - row[SLOPE_H] * B
    after[CLOCK_A] += A
    after[CLOCK_B] += B
    return after


@compiled()
def fly(rows, last, length, rate, horizon):
    """Continue from rows[last] by `length`, panel by panel; returns rows, the last of them, and whether it arrived.

    It does not arrive when `horizon` comes first: then the last row is the state at the horizon.
    """
    left = length
    while left > 0.0:
        if last + 1 == len(rows):
            rows = np.concatenate((rows, np.empty_like(rows)))
        B = min(left, _panel(rows[last]))
        after = moved(rows[last], B, rate)
        if not after[TIME] <= horizon:
            B = length_of(rows[last], horizon - rows[last, TIME], B, rate)
            rows[last + 1] = moved(rows[last], B, rate)
            return rows, last + 1, False
        last += 1
        rows[last] = after
        left -= B
    return rows, last, True


@compiled()
def length_to_rest(row):
    """The length until R has relaxed to its limit b/a."""
    limit = row[SLOPE_B] / row[SLOPE_A]
    gap = row[RATIO] / limit - 1.0
    return 0.0 if abs(gap) <= RELAXED else length_to_ratio(row, limit * (1.0 + math.copysign(RELAXED, gap)))


@compiled()
def reach(row, by_A, by_B, distance, most):
    """The length at which |by_A A + by_B B| = distance, or inf if not before `most`; monotone up to there."""
    if most < math.inf and abs(by_A * clock_after(row, most) + by_B * most) < distance:
        return math.inf
    low, high = 0.0, min(most, 1.0 / (row[SLOPE_A] * row[RATIO] + row[SLOPE_B]))
    while abs(by_A * clock_after(row, high) + by_B * high) < distance:
        low, high = high, min(most, 2.0 * high)
        if high == math.inf:
            return high
    x = high
    while high - low > ROUNDING * high:
        miss = abs(by_A * clock_after(row, x) + by_B * x) - distance
        if miss > 0.0:
            high = x
        else:
            low = x
        step = miss / abs(by_A * ratio_after(row, x) + by_B)
        if abs(step) <= ROUNDING * x:
            return x
        x = x - step if low < x - step < high else 0.5 * (low + high)
    return x


@compiled()
def state_at(times, rows, rate):
    """R, log N, A, B at each time; beyond the last row, where R is at rest, N falls like 1/t."""
    states = np.empty((times.size, 4))
    for i in range(times.size):
        j = np.searchsorted(rows[:, TIME], times[i], side="right") - 1
        past = times[i] - rows[j, TIME]
        if j == len(rows) - 1:
            fall = rows[j, SLOPE_H] - rows[j, SLOPE_G] * rows[j, RATIO]
            B = math.log1p(fall * rate * math.exp(rows[j, LOG_N]) * past) / fall
        else:
            B = length_of(rows[j], past, rows[j + 1, CLOCK_B] - rows[j, CLOCK_B], rate) if past > 0.0 else 0.0
        A = clock_after(rows[j], B)
        states[i, 0] = ratio_after(rows[j], B)
        states[i, 1] = rows[j, LOG_N] + rows[j, SLOPE_G] * A - rows[j, SLOPE_H] * B
        states[i, 2] = rows[j, CLOCK_A] + A
        states[i, 3] = rows[j, CLOCK_B] + B
    return states


@compiled()
def _coefficients(sign, mode, velocities, active, share, row):
    """a, b, g, h of the row: what the neurons of each class add to f(x+) and f(x-) [tp.9]."""
    count = np.zeros((2, 5))
    for i in range(sign.size):
        count[sign[i], mode[i]] += share
    row[COEFFICIENTS:] = 0.0
    for s in range(2):
        for n in range(5):
            charge = count[s, n] if s == 0 else -count[s, n]
            on_plus, on_minus = charge * active[s, n, 0], charge * active[s, n, 1]
            row[SLOPE_A] += on_plus * velocities[s, n, 0] + on_minus * velocities[s, n, 2]
            row[SLOPE_B] -= on_plus * velocities[s, n, 1] + on_minus * velocities[s, n, 3]
            row[SLOPE_G] += on_minus * velocities[s, n, 2]
            row[SLOPE_H] -= on_minus * velocities[s, n, 3]


@compiled()
def _next_hit(position, sign, mode, velocities, active, inside, row, most):
    """The first neuron that reaches a kink: length, neuron, coordinate; the neurons of a class move as one.

    inside: a ratio inside the present band, where the signs of all velocities are those of the whole band.
    """
    nearest, who = np.full((2, 5, 2), math.inf), np.zeros((2, 5, 2), np.int64)
    for i in range(sign.size):
        s, n = sign[i], mode[i]
        for j in range(2):
            side = 1.0 if active[s, n, j] else -1.0
            if side * (velocities[s, n, 2 * j] * inside + velocities[s, n, 2 * j + 1]) < 0.0:
                distance = max(0.0, side * position[i, j])
                if distance < nearest[s, n, j]:
                    nearest[s, n, j], who[s, n, j] = distance, i
    length, neuron, coordinate = math.inf, -1, 0
    for s in range(2):
        for n in range(5):
            for j in range(2):
                if nearest[s, n, j] < math.inf:
                    B = reach(row, velocities[s, n, 2 * j], velocities[s, n, 2 * j + 1], nearest[s, n, j], most)
                    if length > B:
                        length, neuron, coordinate = B, who[s, n, j], j
    return length, neuron, coordinate


@compiled()
def _beyond(s, n, j, velocities, inside):
    """The mode of a neuron that has reached the kink of coordinate j: across, or sliding on it (Filippov)."""
    other = ACROSS[n, j]
    here = velocities[s, n, 2 * j] * inside + velocities[s, n, 2 * j + 1]
    there = velocities[s, other, 2 * j] * inside + velocities[s, other, 2 * j + 1]
    return other if other == DEAD or here * there > 0.0 else SLIDE


@compiled()
def _first_row(position, sign, imbalance, share):
    """P/N and log N of the initial weights."""
    rows = np.zeros((FIRST_ROWS, COLUMNS))
    f_plus = f_minus = 0.0
    for i in range(sign.size):
        charge = share if sign[i] == 0 else -share
        f_plus += charge * max(0.0, position[i, 0])
        f_minus += charge * max(0.0, position[i, 1])
    rows[0, RATIO], rows[0, LOG_N] = imbalance * math.exp(-f_plus - f_minus), f_minus
    return rows


@compiled()
def _first_modes(position, sign, events):
    """The mode of each neuron at the start; those that are active on no point are dead."""
    mode = np.empty(sign.size, np.int64)
    for i in range(sign.size):
        mode[i] = (BOTH if position[i, 1] > 0.0 else PLUS) + (0 if position[i, 0] > 0.0 else MINUS)
        if mode[i] == DEAD:
            events[i, DIED] = 0.0
    return mode


@compiled()
def _edge(row, band, bands):
    """The length at which R leaves its band, and the step to the next band; inf and 0 if it does not."""
    limit = row[SLOPE_B] / row[SLOPE_A]
    if limit < bands[band + 1]:
        return length_to_ratio(row, bands[band + 1]), 1
    if limit > bands[band]:
        return length_to_ratio(row, bands[band]), -1
    return math.inf, 0


@compiled()
def _drift(position, sign, mode, velocities, A, B):
    """Move every neuron while the clocks run A and B."""
    for i in range(sign.size):
        s, n = sign[i], mode[i]
        position[i, 0] += velocities[s, n, 0] * A + velocities[s, n, 1] * B
        position[i, 1] += velocities[s, n, 2] * A + velocities[s, n, 3] * B


@compiled()
def _let_go(sign, mode, band, events, time):
    """Kinks that hold nobody in this band: positive neurons leave above 1/cos, negative ones below cos [tp.9]."""
    for i in range(sign.size):
        if mode[i] == SLIDE and band == (0 if sign[i] == 0 else 2):
            mode[i] = BOTH
            events[i, LEFT] = min(events[i, LEFT], time)


@compiled()
def _settle(i, j, position, sign, mode, velocities, inside, events, time):
    """Neuron i has reached the kink of coordinate j."""
    position[i, j] = 0.0
    mode[i] = _beyond(sign[i], mode[i], j, velocities, inside)
    if mode[i] == DEAD:
        events[i, DIED] = time
    elif mode[i] == SLIDE:
        events[i, SLID] = min(events[i, SLID], time)


@compiled()
def evolve(position, sign, imbalance, cosine, velocities, active, share, rate, horizon):
    """Gradient flow of all neurons from `position` (m, 2) = <b, x+>, <b, x->, which is moved in place.

    sign: 0 for positive and 1 for negative readouts.  velocities (2, 5, 4) of u by A and B, v by A and B, for
    each sign and mode; active (2, 5, 2).  Returns the rows, the times of each neuron's events (m, 3),
    and whether P/N is at rest in the last row (or else at the horizon, or without living neurons of one sign).
    """
    bands = np.array([math.inf, 1.0 / cosine, cosine, 0.0])  # of R: between them no velocity changes its sign
    insides = np.array([2.0 / cosine, 1.0, 0.5 * cosine])
    events = np.full((sign.size, 3), math.inf)
    mode = _first_modes(position, sign, events)
    rows, last = _first_row(position, sign, imbalance, share), 0
    band = int(rows[0, RATIO] < bands[1]) + int(rows[0, RATIO] < bands[2])
    while True:
        _coefficients(sign, mode, velocities, active, share, rows[last])
        if not (rows[last, SLOPE_A] > 0.0 and rows[last, SLOPE_B] >= 0.0):
            return rows[: last + 1].copy(), events, False
        edge, shift = _edge(rows[last], band, bands)
        hit, i, j = _next_hit(position, sign, mode, velocities, active, insides[band], rows[last], edge)
        length = min(hit, edge)
        rests = length == math.inf
        if rests:
            if rows[last, SLOPE_B] == 0.0:
                return rows[: last + 1].copy(), events, False
            length = length_to_rest(rows[last])
        before = rows[last].copy()
        rows, last, arrived = fly(rows, last, length, rate, horizon)
        A, B = rows[last, CLOCK_A] - before[CLOCK_A], rows[last, CLOCK_B] - before[CLOCK_B]
        _drift(position, sign, mode, velocities, A, B)
        if rests or not arrived:
            return rows[: last + 1].copy(), events, rests and arrived
        if hit <= edge:
            _settle(i, j, position, sign, mode, velocities, insides[band], events, rows[last, TIME])
        else:
            band += shift
            _let_go(sign, mode, band, events, rows[last, TIME])
