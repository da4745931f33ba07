"""Support learning by the noise of SGD: theory against the real network.  Note: theory_notes/dynamics_support.md."""

import time

import numpy as np

from rmt_asymptotics import dynamics
from rmt_asymptotics.activations import relu
from rmt_asymptotics.dynamics.support_learning import (
    Comparison,
    SupportLearning,
    Weights,
    draw_weights,
    mechanisms,
)
from validation.sections import Section

ISSUE = SupportLearning(
    depth=2, relevant=5, irrelevant=10, samples=256, batch=4, step=0.05, noise_variance=0.09
)  # fmt: skip
SEED, RUNS = 2024, 8
DECAYS = 0.5  # log of the factor by which the norm falls in a run
FULL_BATCHES = 1000  # steps where there is no chance
WITHIN = 0.10  # of the predicted rate
RELU_ROOM = 2.4  # times the step: how far the share of the linear rate may be from 1/2


def support_rates() -> Section:
    """Rates with the sample's own Lambda: three (step, batch), both samplings, depth 2 to 4, weight decay, GD."""
    started, steps = time.perf_counter(), 0
    rows, excess, holds = [], {}, True
    for name, s, weights in _cases():
        length = int(DECAYS / dynamics.predict(s).decay_rate) if s.batch < s.samples else FULL_BATCHES
        c = dynamics.compare(s, steps=length, seed=SEED, runs=RUNS, weights=weights)
        steps += RUNS * length
        excess[name, s.replacement, s.step, s.batch] = c.ratio.mean - 1
        exact = s.batch == s.samples and not s.weight_decay
        row_holds = abs(c.simulation.decay_rate.mean) < 1e-15 if exact else abs(c.ratio.mean - 1) < WITHIN
        holds &= row_holds
        rows.append(_row(name, s, c, exact, row_holds))
    for replacement in (False, True):
        falling = [excess["depth 2", replacement, step, 4] for step in (0.05, 0.025, 0.0125)]
        holds &= falling[0] > falling[1] > falling[2] > -0.01
    speed = 60 * steps / (time.perf_counter() - started)
    explanation = (
        f"Fitted decay rate a step of the irrelevant weights off the readout, {RUNS} runs, against the slow flow for "
        "the sample's own Lambda and weights (the law Lambda = 1 beside it).  It holds when every ratio is within 10 % "
        "of 1, when at b = 4 the excess falls with the step in both samplings, and when full batches leave the weights "
        f"as they are, to rounding.  {speed:.2g} SGD steps a minute, theory included (not judged)."
    )
    columns = ("case", "sampling", "step", "b", "law at the start", "own Lambda", "simulated", "ratio", "holds")
    return Section("Support learning: rates", explanation, columns, tuple(rows), holds)


def _cases() -> list[tuple[str, SupportLearning, Weights | None]]:
    pairs = ((0.05, 4), (0.05, 16), (0.025, 4), (0.0125, 4))
    cases: list[tuple[str, SupportLearning, Weights | None]] = [
        ("depth 2", ISSUE.replace(step=step, batch=batch, replacement=replacement), None)
        for replacement in (False, True)
        for step, batch in pairs
    ]
    for depth in (3, 4):
        s = ISSUE.replace(depth=depth, step=0.025)
        cases += [(f"depth {depth}, other paths", s.replace(replacement=r), _other_paths(s)) for r in (False, True)]
    cases.append(("few samples", ISSUE.replace(samples=32, batch=8, step=0.025, replacement=True), None))
    cases.append(("weight decay", ISSUE.replace(weight_decay=1e-3), None))
    cases.append(("full batch, weight decay", ISSUE.replace(batch=256, weight_decay=1e-3), None))
    cases.append(("full batch", ISSUE.replace(batch=256), None))
    return cases


def _other_paths(s: SupportLearning) -> Weights:
    """The minimum of a seed with middle layers of full rank: the bracket of [sup.3] is then no multiple of 1."""
    generator, weights = np.random.default_rng(SEED), draw_weights(s, SEED)
    middle = []
    for W in weights.middle:
        end, _, start = np.linalg.svd(W)
        off = [np.eye(s.width) - np.outer(v, v) for v in (end[:, 0], start[0])]
        middle.append(W + off[0] @ generator.standard_normal(W.shape) @ off[1] * s.width**-0.5)
    return Weights(weights.first, np.array(middle), weights.readout)


def _row(name: str, s: SupportLearning, c: Comparison, exact: bool, holds: bool) -> tuple[str, ...]:
    found, ratio = c.simulation.decay_rate, c.ratio
    return (
        name, "independent" if s.replacement else "passes", f"{s.step:g}", f"{s.batch}", f"{c.law.decay_rate:.3e}",
        f"{c.decay_rate:.3e}", f"{found.mean:.3e}({found.standard_error:.0e})",
        "" if exact else f"{ratio.mean:.4f}({ratio.standard_error:.4f})", "yes" if holds else "NO",
    )  # fmt: skip


def relu_law() -> Section:
    """ReLU: half the linear rate where the noise cannot be fitted, growth where it can."""
    s = ISSUE.replace(activation=relu, samples=4096)
    unfittable = {
        "fresh noise": s.replace(fresh_noise=True),
        "fresh noise, half the step": s.replace(fresh_noise=True, step=0.025),
        "fixed noise, mirrored sample": s.replace(mirrored=True),
    }
    changes = {"fixed noise": {}, "b = 2": {"batch": 2}, "noise variance 0.36": {"noise_variance": 0.36},
               "width 16": {"width": 16}}  # fmt: skip
    below = {name: _at_line(s.replace(**change), 0.4) for name, change in changes.items()}
    above = {name: _at_line(s.replace(**change), 1.6) for name, change in changes.items()}
    far = {"fixed noise": _at_line(s, 25.6)}
    rows, shares = [], []
    for group in (unfittable, below, above, far):
        found = {name: _share(name, way, 6 if group is unfittable else 3) for name, way in group.items()}
        shares.append({name: share for name, (share, _) in found.items()})
        rows += [row for _, row in found.values()]
    holds = all(abs(shares[0][name] - 0.5) < RELU_ROOM * way.step for name, way in unfittable.items())
    holds &= max(shares[1].values()) < 0 < min(shares[2].values()) and shares[3]["fixed noise"] > 0.35
    explanation = (
        "Rate of the irrelevant weights of two-layer ReLU networks over that of linear ones.  The law is 1/2 where "
        "noise cannot be fitted: noise that is new at every use, or fixed noise on a sample that holds (-x, -y) with "
        "every (x, y), whose odd noise is orthogonal to all that two layers fit but linear functions.  On other "
        "samples with fixed noise the line runs at n* = parameters x b/step, whatever the noise: below it the weights "
        f"grow [sup.9].  It holds when the first three shares are within {RELU_ROOM:g} steps of 1/2, those at .4 n* "
        "negative, those at 1.6 n* positive, and that far above the line over .35."
    )
    columns = ("case", "n/n*", "step", "linear rate", "simulated", "share", "final norm (1 at the start)")
    return Section("Support learning: ReLU", explanation, columns, tuple(rows), holds)


def _line(s: SupportLearning) -> float:
    """n* = parameters x b/step."""
    return s.width * (s.inputs + 1) * s.batch / s.step


def _at_line(s: SupportLearning, multiple: float) -> SupportLearning:
    return s.replace(samples=round(multiple * _line(s)))


def _share(name: str, s: SupportLearning, runs: int) -> tuple[float, tuple[str, ...]]:
    law = dynamics.predict(s)
    simulation = dynamics.simulate(s, steps=int(1 / law.decay_rate), seed=SEED, runs=runs)
    rate, linear = simulation.decay_rate, 2 * law.decay_rate
    share, error = rate.mean / linear, rate.standard_error / linear
    free = s.fresh_noise or s.mirrored
    return share, (
        name, "" if free else f"{s.samples / _line(s):.1f}", f"{s.step:g}", f"{linear:.3e}",
        f"{rate.mean:+.3e}({rate.standard_error:.0e})", f"{share:+.3f}({error:.3f})",
        f"{simulation.norms[:, -1].mean():.3f}",
    )  # fmt: skip


def edge_of_stability() -> Section:
    """The caveat: shrinkage without label noise beyond the edge of stability, kept alive by clipping."""
    s = SupportLearning(
        depth=4, relevant=5, irrelevant=10, samples=1000, batch=10, step=0.2, noise_variance=0.01, width=15, clip=0.5,
        target_norm=5**0.5, initial_norm=1.5,
    )  # fmt: skip
    ways = {
        "beyond, label noise": s,
        "beyond, no label noise": s.replace(noise_variance=0.0),
        "beyond, no label noise, full batch": s.replace(noise_variance=0.0, batch=1000),
        "inside, label noise": s.replace(step=0.02),
        "inside, no label noise": s.replace(step=0.02, noise_variance=0.0),
    }
    rows, left, edges = [], [], []
    for name, way in ways.items():
        law = dynamics.predict(way)
        steps = 20000 if way.batch < 1000 else 500
        norm = dynamics.simulate(way, steps=steps, seed=SEED, runs=2, weights=_uniform_weights(way)).norms.mean(0)
        left.append(norm[-1] / norm[1])  # the first record is after the approach to the minimum
        edges.append(way.step * law.sharpness)
        predicted = float(law.irrelevant_norm(float(steps)) / way.initial_norm)
        rows.append((name, f"{way.step:g}", f"{edges[-1]:.2f}", f"{predicted:.3f}", f"{left[-1]:.3f}"))
    holds = edges[0] > 2 > edges[-1] and max(left[:2]) < 0.7 and min(left[2:]) > 0.98
    explanation = (
        "Layers 15-15-15-15-1 from uniform weights, |beta|^2 = 5, gradients clipped at 0.5; step 0.2 on (f - y)^2/2 is "
        "a learning rate of 0.1 on (f - y)^2.  Share of the irrelevant weights left after 20000 steps (500 of full "
        "batches), and the share that the noise law would leave.  Beyond the edge they shrink with and without label "
        "noise: the residual of the clipped oscillation is the noise.  It holds when both shrink below .7, and full "
        "batches and the runs inside the edge keep at least 98 %."
    )
    columns = ("case", "step", "step x sharpness", "share left, law", "share left, simulated")
    return Section("Support learning: beyond the edge of stability", explanation, columns, tuple(rows), holds)


def _uniform_weights(s: SupportLearning) -> Weights:
    """Uniform in +- 1/sqrt(inputs of the layer)."""
    generator = np.random.default_rng(SEED)
    shapes = [(s.width, s.inputs), *[(s.width, s.width)] * (s.depth - 2), (1, s.width)]
    return Weights.from_layers([generator.uniform(-1, 1, shape) * shape[1] ** -0.5 for shape in shapes])


def separation() -> Section:
    """Gradient descent, SGD and weight decay, off the readout and along it."""
    rows, holds = [], True
    for way in mechanisms(ISSUE, steps=20000, seed=SEED, runs=RUNS):
        off, along = way.off_readout_simulated, way.along_readout_simulated
        holds &= abs(off.mean - way.off_readout) <= max(WITHIN * way.off_readout, 1e-15)
        holds &= abs(along.mean - way.along_readout) <= WITHIN * way.along_readout + 4 * along.standard_error
        rows.append(
            (way.name, f"{way.off_readout:.3e}", f"{off.mean:.3e}({off.standard_error:.0e})",
             f"{way.along_readout:.4f}", f"{along.mean:.4f}({along.standard_error:.4f})")
        )  # fmt: skip
    explanation = (
        "Rates a step at depth 2, step 0.05, b = 4, n = 256; the weight decay is the one that matches the law of SGD. "
        "Descent removes only the part along the readout.  It holds within 10 %, and exactly where the rate is 0."
    )
    columns = ("training", "off readout", "simulated", "along readout", "simulated")
    return Section("Support learning: descent, noise and weight decay", explanation, columns, tuple(rows), holds)
