"""Parameters of a layer-scaled step: the network at the edge of chaos, its width pattern, loss and scaling.

Setting: terjek25; derivations: theory_notes/dynamics_layer_scaled.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.arrays import finite_array, real_array
from rmt_asymptotics.dynamics.layer_scaled_step.expansion import Expansion, expand
from rmt_asymptotics.dynamics.layer_scaled_step.losses import Loss, SquaredLoss
from rmt_asymptotics.dynamics.layer_scaled_step.scalings import Scaling, UniformScaling
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.records import Record

LARGEST_EXPONENT = 10.0
SQUARED, UNIFORM = SquaredLoss(), UniformScaling()


@dataclass(frozen=True, kw_only=True)
class LayerScaledStep(Record):
    """A step W_k <- W_k - eta xi_k G_k of a network z_k = W_k h_{k-1}, h_k = phi(z_k), of output z_l.

    depth: l >= 1 layers of weights, so l - 1 hidden layers.
    base_width, width_exponent: hidden layer k has round(k**width_exponent * base_width) units; 0 is a constant width,
    2 the quadratic pattern.
    linear_part: a in [-1, 1] of phi(s) = a s + b |s|, b = sqrt(1 - a^2): 0 is |s|, 1/sqrt 2 is sqrt(2) relu(s).
    input_dimension: m_0; inputs have |x|^2 of order m_0.  outputs: m_l.
    learning_rate: eta > 0.  loss: of a sample.  scaling: the xi_k.
    Weights start as N(0, 1/m_{k-1}).  Raises `OutOfDomain` outside of these.  Equation layer.1 (terjek25).

    >>> from rmt_asymptotics import dynamics
    >>> t = dynamics.LayerScaledStep(depth=3, base_width=4, width_exponent=2.0, linear_part=0.0, input_dimension=2,
    ...                              outputs=1, learning_rate=0.1)
    >>> t.widths
    (2, 4, 16, 1)
    >>> dynamics.predict(t).log_norm_variance.round(6).tolist()
    [0.5, 0.625]
    """

    INNER: ClassVar[tuple[type[Any], ...]] = (Loss, Scaling)

    depth: int
    base_width: int
    width_exponent: float
    linear_part: float
    input_dimension: int
    outputs: int
    learning_rate: float
    loss: Loss = SQUARED
    scaling: Scaling = UNIFORM

    def __post_init__(self) -> None:
        for name in ("depth", "base_width", "input_dimension", "outputs"):
            self._set(name, whole_number(name, getattr(self, name), least=1))
        self._set("width_exponent", number("width_exponent", self.width_exponent, least=0, most=LARGEST_EXPONENT))
        self._set("linear_part", number("linear_part", self.linear_part, least=-1, most=1))
        self._set("learning_rate", number("learning_rate", self.learning_rate, above=0))
        if not isinstance(self.loss, Loss):
            raise OutOfDomain("loss", self.loss, "a loss: SquaredLoss() or CrossEntropyLoss()")
        if not isinstance(self.scaling, Scaling):
            allowed = "a scaling: UniformScaling(), NormCancellingScaling() or FixedScaling(values)"
            raise OutOfDomain("scaling", self.scaling, allowed)
        whole_number("outputs", self.outputs, least=self.loss.LEAST_OUTPUTS)
        if not self.scaling.fits(self.depth):
            raise OutOfDomain("scaling", self.scaling, f"a scaling with one value for each of the {self.depth} layers")

    @property
    def widths(self) -> tuple[int, ...]:
        """m_0, the hidden widths m_k = round(k^r m), and m_l."""
        hidden = (round(k**self.width_exponent * self.base_width) for k in range(1, self.depth))
        return self.input_dimension, *hidden, self.outputs  # [layer.1]

    def expansion(self, weights: Sequence[Array], inputs: Array, targets: Array) -> Expansion:
        """The expansion of the loss along one step on this batch: coefficients, sharpness, soft ranks, verdict.

        weights: W_1..W_l of shapes (m_k, m_{k-1}), such as those of `initial_weights`.
        inputs: shape (batch, m_0).  targets: shape (batch, m_l); probabilities for the cross entropy.
        Raises `OutOfDomain` for other shapes, entries that are not real and finite, and targets that the loss refuses.
        Equations layer.2-layer.5, layer.7.

        >>> from rmt_asymptotics import dynamics
        >>> t = dynamics.LayerScaledStep(depth=1, base_width=1, width_exponent=0.0, linear_part=0.5, input_dimension=2,
        ...                              outputs=1, learning_rate=0.1)
        >>> e = t.expansion([np.array([[1.0, 0.0]])], np.array([[2.0, 1.0]]), np.array([[0.0]]))
        >>> e.coefficients.tolist()  # z(eta) = 2 - 10 eta: psi = (2 - 10 eta)^2/2
        [2.0, -20.0, 50.0, 0.0]
        >>> e.sharpness, e.beyond_edge
        (5.0, False)
        """
        checked = self.checked_weights(weights)
        x, y = self.checked_batch(inputs, targets)
        return expand(
            checked, x, y, linear_part=self.linear_part, loss=self.loss, scaling=self.scaling,
            learning_rate=self.learning_rate,
        )  # fmt: skip

    def checked_weights(self, weights: Sequence[Array]) -> tuple[Array, ...]:
        """The weights as arrays of floats; raises `OutOfDomain` unless their shapes are those of this network."""
        allowed = f"one array for each of the {self.depth} layers"
        if not np.iterable(weights):
            raise OutOfDomain("weights", weights, allowed)
        weights = tuple(weights)
        if len(weights) != self.depth:
            raise OutOfDomain("weights", f"{len(weights)} arrays", allowed)
        shapes = zip(self.widths[1:], self.widths[:-1], strict=True)
        return tuple(
            finite_array(f"weights[{k}]", W, shape) for k, (W, shape) in enumerate(zip(weights, shapes, strict=True))
        )

    def checked_batch(self, inputs: Array, targets: Array) -> tuple[Array, Array]:
        """Inputs and targets as arrays of floats; raises `OutOfDomain` unless they fit this network and its loss."""
        allowed = f"an array of real numbers of shape (batch, {self.input_dimension}), batch >= 1"
        given = real_array("inputs", inputs, allowed)
        batch = len(given) if given.ndim else 0
        if not batch:
            raise OutOfDomain("inputs", inputs, allowed)
        x = finite_array("inputs", given, (batch, self.input_dimension))
        y = finite_array("targets", targets, (batch, self.outputs))
        if not self.loss.admits(y):
            raise OutOfDomain("targets", y, self.loss.TARGETS)
        return x, y
