"""Step sizes of the gradient step, each with its scaling: W1 = W0 + eta sqrt(p) G."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from rmt_asymptotics.vocabulary.declared import Declared


@dataclass(frozen=True)
class Step(Declared, ABC):
    """A learning rate eta, as a function of the sizes of the network."""

    @abstractmethod
    def learning_rate(self, samples: float, width: float) -> float:
        """eta at n samples of the readout and width p."""


@dataclass(frozen=True)
class FixedStep(Step):
    """eta = Theta(1) (ba22)."""

    eta: float

    def learning_rate(self, samples: float, width: float) -> float:
        return self.eta


@dataclass(frozen=True)
class PowerStep(Step):
    """eta = prefactor * n**exponent (moniri24); below exponent 0 the step vanishes as n grows."""

    exponent: float
    prefactor: float = 1.0

    def learning_rate(self, samples: float, width: float) -> float:
        return float(self.prefactor * max(samples, 1.0) ** self.exponent)


@dataclass(frozen=True)
class MaximalStep(Step):
    """eta = rate * sqrt(p) (cui24, dandi24)."""

    rate: float

    def learning_rate(self, samples: float, width: float) -> float:
        return self.rate * math.sqrt(width)


STEPS: dict[str, type[Step]] = {step.__name__: step for step in (FixedStep, PowerStep, MaximalStep)}
