"""Labels given kappa: moments of f_*(inside.kappa + outside.s) over s.  Note: several_directions.md [multi.2]."""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.latent import DEPENDENT, Latent
from rmt_asymptotics.canonical.problem import Labels
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import FAINT, LARGEST, TAIL, conditional_moments
from rmt_asymptotics.gaussian.lattice import lattice_rule
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.targets import MultiIndexTarget, Target

SPACINGS = (0.9, 0.65, 0.47, 0.34, 0.25, 0.18, 0.13, 0.09, 0.065)
RADIUS = 10.0  # beyond it N(0, 1)^r has no weight that doubles see
SETTLED = 1e-12  # change from rule to rule, relative to the second moment
LOOKED_AT = 24  # of the nodes, by which the spacing is chosen
BLOCK = 1_000_000  # values held in memory at once
MOST = 300_000_000  # values computed in all: some ten seconds


def labels_given(target: Target, latent: Latent, kappa: Array) -> Labels:
    """The labels at nodes (N, r) of kappa."""
    if isinstance(target, Activation):
        scale = float(np.linalg.norm(latent.outside[0]))
        moments = conditional_moments(target, target.kinks, kappa @ latent.inside[0], scale, field="target")
        along = latent.outside[0] / (scale or 1.0)
        return Labels(np.array([moments.mean, *np.multiply.outer(along, moments.linear)]), moments.residual)
    # the label varies over as many dimensions as `outside` has rank
    left, singular, right = np.linalg.svd(latent.outside, full_matrices=False)
    rank = singular > np.sqrt(DEPENDENT)
    outside, frame = left[:, rank] * singular[rank], right[rank]
    places = kappa @ latent.inside.T
    rule = _settled_rule(target, outside, places)
    mean, linear, residual = _moments(target, outside, places, rule)
    return Labels(np.concatenate([mean[None], frame.T @ linear]), residual)


def _settled_rule(target: MultiIndexTarget, outside: Array, places: Array) -> Rule:
    """The coarsest lattice on which the moments are stable, at some of the places (N, L)."""
    chosen = places[np.unique(np.linspace(0, len(places) - 1, LOOKED_AT).astype(int))]
    rank, before = outside.shape[1], None
    for spacing in SPACINGS if rank else SPACINGS[:1]:
        rule = lattice_rule((spacing,) * rank, RADIUS)
        if len(rule.weights) * len(places) > MOST:
            break
        mean, linear, residual = _moments(target, outside, chosen, rule)
        found = np.stack([mean, *linear, residual])
        second = mean**2 + np.sum(linear**2, axis=0) + residual
        size = np.maximum(second, FAINT * np.max(second))
        scales = np.stack([*[np.sqrt(size)] * (1 + rank), size])
        if not rank or (before is not None and np.all(np.abs(found - before) <= SETTLED * scales)):
            return rule
        before = found
    raise OutOfDomain("target", target.name, "resolved by quadrature: smooth, without kinks and jumps")


def _moments(target: MultiIndexTarget, outside: Array, places: Array, rule: Rule) -> tuple[Array, Array, Array]:
    """E y, E[y s] (m, N) and what is left of the variance, at places (N, L) + outside (L, m) s."""
    s, weights = rule.nodes, rule.weights
    shift = s @ outside.T
    mean, residual = np.empty((2, len(places)))
    linear = np.empty((outside.shape[1], len(places)))
    far = np.sum(s**2, axis=1) > (0.95 * RADIUS) ** 2
    for start in range(0, len(places), step := max(1, BLOCK // len(weights))):
        part = slice(start, start + step)
        with np.errstate(all="ignore"):
            y = target(places[part, None, :] + shift)
            if not np.all(np.abs(y) <= LARGEST):
                allowed = f"a function with values that are finite and below {LARGEST:g} within {RADIUS:g} deviations"
                raise OutOfDomain("target", target.name, allowed)
        mean[part] = y @ weights
        y -= mean[part, None]
        linear[:, part] = ((y * weights) @ s).T
        rest = (y - (s @ linear[:, part]).T) ** 2
        residual[part] = rest @ weights
        if np.any(rest[:, far] @ weights[far] > TAIL * np.max(rest @ weights)):
            allowed = f"a function whose second moment under N(0, 1) comes from within {RADIUS:g} standard deviations"
            raise OutOfDomain("target", target.name, allowed)
    return mean, linear, residual
