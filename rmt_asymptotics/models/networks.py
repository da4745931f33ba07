"""Two-layer networks after one gradient step and after two (ba22, moniri24, cui24)."""

from dataclasses import dataclass
from functools import cached_property

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import ConstantLaw, Law
from rmt_asymptotics.models.base import RidgeModel
from rmt_asymptotics.papers import OfNetworks
from rmt_asymptotics.steps import MaximalStep, Step
from rmt_asymptotics.targets import Target

UNIT = ConstantLaw(1.0)


@dataclass(frozen=True, kw_only=True)
class OneStepNetwork(OfNetworks, RidgeModel):
    """A two-layer network after one gradient step on its first layer, its readout then trained by ridge regression.

    {fields}

    The target must be learnable by the step (E[z f_*] != 0 or E[y - f]^2 > 0); the activation needs a derivative
    for simulation.  Equations net.1-net.3 (cui24, moniri24, ba22).

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.OneStepNetwork(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0,
    ...                            ridge=0.1, step=rmt.MaximalStep(3.0), step_sample_complexity=20.0)
    >>> round(rmt.solve(model).test_error, 5)
    0.03633
    """

    step: Step
    step_sample_complexity: float
    readout: Law = UNIT
    corrections: bool = True
    span_noise: bool = False
    row_lengths: bool = False
    step_targets: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        outputs = self.readout.directions or 1
        if len(self.step_targets) not in ({outputs} if outputs > 1 else {0, 1}):
            raise OutOfDomain("step_targets", self.step_targets, f"one for each of {outputs} outputs of the readout")
        for name in ("span_noise", "row_lengths"):
            if self.has_several_directions and getattr(self, name):
                raise OutOfDomain(name, True, "False for several directions or outputs")
        if self.span_noise and self.covariance is not None:
            raise OutOfDomain("span_noise", True, "False beside a covariance")

    @cached_property
    def has_several_directions(self) -> bool:
        return super().has_several_directions or bool(self.step_targets)


@dataclass(frozen=True, kw_only=True)
class TwoStepNetwork(OneStepNetwork):
    """A two-layer network after two gradient steps on its first layer, each on a batch of its own.  Experimental.

    {fields}

    The theory is up to 4 % off, and why is open: `experimental=True` says that one knows.  The second step leaves one
    spike a class, so that the readout has at most three values.  Note: several_directions.md, section 4.

    >>> import rmt_asymptotics as rmt
    >>> one = dict(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0, ridge=0.1,
    ...            step=rmt.MaximalStep(1.0), step_sample_complexity=20.0)
    >>> none = rmt.TwoStepNetwork(**one, second_step=rmt.MaximalStep(0.0), second_step_sample_complexity=2.0,
    ...                           experimental=True)
    >>> plain = rmt.OneStepNetwork(**one)
    >>> abs(rmt.solve(none).test_error - rmt.solve(plain).test_error) < 1e-9
    True
    """

    second_step: Step
    second_step_sample_complexity: float
    experimental: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.experimental:
            raise OutOfDomain("experimental", False, "True for two steps, whose theory is up to 4 % off")
        if self.step_targets or self.readout.continuous or self.readout.directions is not None:
            allowed = "a law with finitely many values, of one output, for two steps"
            raise OutOfDomain("step_targets" if self.step_targets else "readout", self.readout, allowed)
        if self.width is None and not all(isinstance(step, MaximalStep) for step in (self.step, self.second_step)):
            raise OutOfDomain("width", None, "a number for two steps, unless both are maximal")

    @cached_property
    def has_several_directions(self) -> bool:
        return True
