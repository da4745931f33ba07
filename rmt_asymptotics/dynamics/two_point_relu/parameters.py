"""Parameters of the two-point ReLU network (wang23), and the numbers of its reduced dynamics.

Note: theory_notes/dynamics_two_point.md.
"""

import math
from dataclasses import dataclass

from rmt_asymptotics.errors import OutOfDomain, number
from rmt_asymptotics.records import Record

SMALLEST_ANGLE = 1e-4  # below it 1 - cos(angle) leaves too few digits for the balance of the two points


@dataclass(frozen=True, kw_only=True)
class TwoPointReLU(Record):
    """A two-layer ReLU network that learns two unit vectors at a small angle by gradient flow (wang23).

    f(x) = sum_k a_k relu(<b_k, x>) with m/2 neurons of each sign, a_k = +-output_scale/sqrt(m) fixed, b_k(0) of length
    initial_scale/sqrt(m) in a uniform direction; loss (p exp(-f(x+)) + exp(f(x-)))/(1 + p), gradient flow on the b_k.

    imbalance: p, the weight of x+ relative to x-; imbalance * cos(angle) > 1, so that x+ wins at the start.
    angle: between x+ and x-, from 1e-4 to below pi/2.
    initial_scale, output_scale: kappa1 < kappa2 <= 1, both positive; the theory is the limit kappa1/kappa2 -> 0.
    living_positive, living_negative: fractions in (0, 1] of the neurons of their sign that stay active after the
    condensation; None: the means [tp.1].  The shares of all neurons are half of these.
    Raises `OutOfDomain` for values outside.  `predict`, `simulate` and `compare` of `rmt_asymptotics.dynamics` take it.

    >>> from rmt_asymptotics import dynamics
    >>> model = dynamics.TwoPointReLU(imbalance=4.0, angle=0.2, living_positive=0.508, living_negative=0.288)
    >>> predicted = dynamics.predict(model)
    >>> round(predicted.escape_time, 1), round(predicted.reactivation_time, 1), round(predicted.limit_ratio, 7)
    (3201.0, 3409.0, 0.9660339)
    >>> dynamics.TwoPointReLU(imbalance=1.0, angle=0.2)
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: imbalance = 1.0 is out of domain: it must be > 1/cos(angle) = 1.02034
    """

    imbalance: float
    angle: float
    initial_scale: float = 1e-3
    output_scale: float = 1.0
    living_positive: float | None = None
    living_negative: float | None = None

    def __post_init__(self) -> None:
        self._set("angle", number("angle", self.angle, least=SMALLEST_ANGLE))
        if self.angle >= math.pi / 2:
            raise OutOfDomain("angle", self.angle, "a finite number < pi/2")
        self._set("imbalance", number("imbalance", self.imbalance))
        if self.imbalance * self.cosine <= 1:
            raise OutOfDomain("imbalance", self.imbalance, f"> 1/cos(angle) = {1 / self.cosine:g}")
        self._set("output_scale", number("output_scale", self.output_scale, above=0, most=1))
        self._set("initial_scale", number("initial_scale", self.initial_scale, above=0))
        if self.initial_scale >= self.output_scale:
            raise OutOfDomain("initial_scale", self.initial_scale, f"below output_scale = {self.output_scale:g}")
        for name in ("living_positive", "living_negative"):
            if getattr(self, name) is not None:
                self._set(name, number(name, getattr(self, name), above=0, most=1))

    @property
    def cosine(self) -> float:
        """cos Delta = <x+, x->."""
        return math.cos(self.angle)

    @property
    def versine(self) -> float:
        """1 - cos Delta, without cancellation."""
        return 2 * math.sin(self.angle / 2) ** 2

    @property
    def living_fractions(self) -> tuple[float, float]:
        """Living fractions of the positive and of the negative neurons: as given, or their means [tp.1]."""
        p, angle = self.imbalance, self.angle
        lead = math.atan2(math.sin(angle), p - self.cosine)
        positive = 0.5 if self.living_positive is None else self.living_positive
        negative = 0.25 + (angle + lead) / (2 * math.pi) if self.living_negative is None else self.living_negative
        return positive, negative  # [tp.1]

    @property
    def living_ratio(self) -> float:
        """alpha, the number of living negative neurons for each living positive one."""
        positive, negative = self.living_fractions
        return negative / positive

    @property
    def plateau_ratio(self) -> float:
        """rho = 1 + alpha (1 - cos Delta), the value of P/N on the plateau [tp.5]."""
        return 1 + self.living_ratio * self.versine

    @property
    def rate(self) -> float:
        """c = kappa2^2 alpha+/(1 + p), the rate of the reduced equations [tp.4]."""
        return self.output_scale**2 * self.living_fractions[0] / 2 / (1 + self.imbalance)

    @property
    def condensation_time(self) -> float:
        """10 sqrt(kappa1/kappa2): the living neurons are aligned, and the loss has hardly moved."""
        return 10 * math.sqrt(self.initial_scale / self.output_scale)
