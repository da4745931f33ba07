"""The parameters of support learning by the noise of SGD (setting: beneventano24).  Note: dynamics_support.md."""

from dataclasses import dataclass

from rmt_asymptotics.activations import Activation, identity, relu
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.records import Record

NEGATIVE_SLOPE = {identity: 1.0, relu: 0.0}


@dataclass(frozen=True, kw_only=True)
class SupportLearning(Record):
    """A deep network at a minimum of (f - y)^2/2, on inputs of which only some are relevant, trained on by SGD.

    f(x) = W_L phi(... phi(W_1 x)), depth L >= 2 layers, hidden layers of `width` >= 2 neurons, one output, no biases.
    relevant, irrelevant: numbers of inputs >= 1; in the sample E x x^T = 1 and E x_I y = 0 hold exactly.
    samples: n > relevant + irrelevant.  batch: b in 1..n.  step: eta > 0, on the mean loss of the batch.
    noise_variance: sigma^2 >= 0, the mean square of y - f at the minimum.
    weight_decay: >= 0, adds weight_decay * W to the gradient of every layer.
    replacement: batches drawn independently; otherwise in passes of n // b batches of a random order.
    activation: identity, or relu at depth 2 with an even width >= 4 (neurons start in pairs of opposite sign).
    fresh_noise: a new label noise at every use of a sample; otherwise the noise belongs to the sample.
    mirrored: the sample holds (-x, -y) with every (x, y); needs an even n > 2 (relevant + irrelevant).
    clip: largest Euclidean norm of the gradient of all layers together, or None.
    target_norm: |beta| > 0 of y = beta . x_R + noise.  initial_norm: of W_1's irrelevant columns, > 0 (Frobenius).
    Raises `OutOfDomain`.  Note: dynamics_support.md, section 1.

    `predict(s)` takes the law Lambda = 1 from the balanced minimum, `predict(s, sample=..., weights=...)` a sample's
    own Lambda and given weights (those of `simulate`: its result's `sample` and `weights`); it returns a `Prediction`.
    `simulate(s, steps=..., seed=0, runs=8, records=50)` returns a `Simulation`, `compare` of the same a `Comparison`.

    >>> s = SupportLearning(depth=2, relevant=5, irrelevant=10, samples=256, batch=4, step=0.05, noise_variance=0.09)
    >>> s.replace(batch=16).batch
    16
    >>> s.replace(batch=257)
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: batch = 257 is out of domain: it must be at most the number of samples, 256
    """

    depth: int
    relevant: int
    irrelevant: int
    samples: int
    batch: int
    step: float
    noise_variance: float = 0.0
    weight_decay: float = 0.0
    replacement: bool = False
    width: int = 8
    activation: Activation = identity
    fresh_noise: bool = False
    mirrored: bool = False
    clip: float | None = None
    target_norm: float = 0.5
    initial_norm: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (("depth", 2), ("relevant", 1), ("irrelevant", 1), ("batch", 1), ("width", 2)):
            self._set(name, whole_number(name, getattr(self, name), least=least))
        for name in ("step", "target_norm", "initial_norm"):
            self._set(name, number(name, getattr(self, name), above=0))
        for name in ("noise_variance", "weight_decay"):
            self._set(name, number(name, getattr(self, name), least=0))
        for name in ("replacement", "fresh_noise", "mirrored"):
            if not isinstance(getattr(self, name), bool):
                raise OutOfDomain(name, getattr(self, name), "True or False")
        if self.clip is not None:
            self._set("clip", number("clip", self.clip, above=0))
        self._check_sample()
        self._check_activation()

    def _check_sample(self) -> None:
        images = 2 if self.mirrored else 1
        self._set("samples", whole_number("samples", self.samples, least=images * (self.inputs + 1)))
        if self.samples % images:
            raise OutOfDomain("samples", self.samples, "even: the sample is mirrored")
        if self.batch > self.samples:
            raise OutOfDomain("batch", self.batch, f"at most the number of samples, {self.samples}")

    def _check_activation(self) -> None:
        if not isinstance(self.activation, Activation) or self.activation not in NEGATIVE_SLOPE:
            raise OutOfDomain("activation", self.activation, "identity or relu")
        if self.negative_slope < 1 and self.depth != 2:
            raise OutOfDomain("depth", self.depth, "2 with the activation relu")
        if self.negative_slope < 1 and (self.width % 2 or self.width < 4):
            raise OutOfDomain("width", self.width, "even and >= 4 with the activation relu, whose neurons form pairs")

    @property
    def inputs(self) -> int:
        """Dimension d of x = (x_R, x_I)."""
        return self.relevant + self.irrelevant

    @property
    def negative_slope(self) -> float:
        """phi(z)/z for z < 0: 1 for identity, 0 for relu."""
        return NEGATIVE_SLOPE[self.activation]

    @property
    def mean_slope(self) -> float:
        """E phi'(z) for a symmetric z: 1 for identity, 1/2 for relu [sup.9]."""
        return (1 + self.negative_slope) / 2

    @property
    def mean_square_slope(self) -> float:
        """E phi'(z)^2 for a symmetric z: 1 for identity, 1/2 for relu [sup.9]."""
        return (1 + self.negative_slope**2) / 2
