"""All fields of models, of their laws and steps, and of simulations.  Notes: theory_notes/conventions.md."""

from dataclasses import dataclass
from typing import Any

from rmt_asymptotics.vocabulary.domains import (
    Coordinate,
    Domain,
    Flag,
    Kind,
    Kinds,
    Number,
    Numbers,
    Overlaps,
    WholeNumber,
    not_negative,
    positive,
)


@dataclass(frozen=True)
class Field:
    """A parameter.

    name: in the code; of a record's field without the record.  symbol: of the notes.  words: beside an axis.
    meaning: with its normalisation, in documentation and help.  none: what None stands for, where it is allowed.
    """

    name: str
    symbol: str
    words: str
    domain: Domain
    meaning: str
    none: str = ""
    unit: str = "1"

    def checked(self, value: Any, kind: Any = None) -> Any:
        """`value` as models keep it; raises `OutOfDomain` outside the domain.  kind: the type of the annotation."""
        if value is None and self.none:
            return None
        return self.domain.checked(self.name, value, kind)

    @property
    def label(self) -> str:
        """Words and symbol."""
        return self.words if self.symbol in ("", self.words) else f"{self.words} {self.symbol}"

    @property
    def description(self) -> str:
        """Symbol and meaning."""
        return self.meaning if self.symbol in ("", self.name) else f"{self.symbol}, {self.meaning}"

    @property
    def documentation(self) -> str:
        """What it is and what it may be, for docstrings."""
        return f"{self.name}: {self.description}; {self.domain}{f', None: {self.none}' if self.none else ''}."


FUNCTION = Kind(
    "function",
    "an Activation (rmt.tanh, rmt.Activation(callable), ...)",
    'tanh, centred(relu) or a formula, "tanh(x)+0.3*x**2"',
)
TARGET = Kind(
    "target",
    "an Activation (rmt.tanh, ...) or MultiIndexTarget.from_expression(...)",
    f'{FUNCTION.typed}, of several directions "sin(x1+x2/2)+x1*x2/2"',
)
LAW = Kind(
    "law",
    "a law, such as ConstantLaw(1.0) or GaussianLaw(1.0)",
    "constant:1.13, discrete:-1,1.5:0.3,0.7, rademacher:1.2, gaussian:1.3 or joint:1.2,.5;-.9,.8:0.4,0.6",
)
STEP = Kind(
    "step",
    "a step: FixedStep(eta), PowerStep(exponent) or MaximalStep(rate)",
    "fixed:2, power:0.3 or maximal:3",
)
LOSS = Kind(
    "loss",
    "a loss, such as SquareLoss(), LogisticLoss() or HuberLoss(1.0)",
    "square, logistic, hinge, huber:0.5 or quantile:0.9",
)
LABELS = Kind(
    "labels",
    "labels: Regression(), SignLabels(), ProbitLabels() or LogisticLabels()",
    "regression, sign:0.05, probit:0.5 or logistic:1",
)
COVARIANCE = Kind(
    "covariance",
    "a Covariance, such as Covariance.power_law(0.8, 200), or None",
    "power-law:0.8:200, two-level:5,1:0.25,0.75 or marchenko-pastur:0.5",
)
PROFILE = Numbers(Number(0.0, 1.0, "both"), total=1.0)
NOISE = Kind("noise", "MixtureNoise(probabilities, means, variances), or None", "")
MODEL = (
    Field("activation", "sigma", "activation", FUNCTION, "feature i is sigma(<w_i, x>)"),
    Field(
        "target",
        "f_*",
        "target",
        TARGET,
        "the labels are f_*(<theta, x>) + noise, <theta, x> ~ N(0, 1); of several directions f_*(<theta_1, x>, ...)",
    ),
    Field("sample_complexity", "n/d", "sample complexity", positive(1e-3, 1e3), "samples over input dimension"),
    Field(
        "width_ratio",
        "p/d",
        "width ratio",
        Number(
            0.0,
            closed="right",
            coordinate=Coordinate.LOGARITHM,
            window=(1e-3, 1e3),
            shown=(0.1, 10.0),
            remedy=", or inf: the kernel limit",
        ),
        "features over input dimension; inf is the kernel limit d/p = 0",
    ),
    Field(
        "ridge",
        "ridge",
        "ridge",
        positive(1e-10, 1e10, shown=(1e-4, 10.0)),
        "penalty of |a|^2 beside the sum over samples of (y - a.phi/sqrt(p))^2",
    ),
    Field(
        "noise_variance",
        "Delta",
        "noise variance",
        not_negative(1e-8, 1e4, most_shown=1.0),
        "variance of the label noise",
    ),
    Field(
        "width",
        "p",
        "width",
        WholeNumber(1),
        "features, where the 1/p effects of spike and intercept are resolved",
        none="limit",
    ),
    Field("loss", "l", "loss", LOSS, "the readout minimises sum l + (ridge/2) |a|^2; with the square loss twice that"),
    Field("labels", "y", "labels", LABELS, "how y follows from the target"),
    Field("intercept", "", "intercept", Flag(), "a constant beside the features, without penalty"),
    Field("covariance", "Sigma", "covariance", COVARIANCE, "of the inputs x, (1/d) tr Sigma = 1", none="isotropic"),
    Field(
        "teacher",
        "tau_y",
        "teacher profile",
        PROFILE,
        "squared components of Sigma^(1/2) theta, of length 1, on the eigenvalues of Sigma",
        none="those of a theta drawn at random",
    ),
    Field("spike", "u", "spike", LAW, "law of the u_i in w_i = sqrt(c) omega_i + u_i v, |v| = 1; joint of several v_j"),
    Field(
        "alignment",
        "gamma",
        "alignment of spike and target",
        Overlaps(-1.0, 1.0, "both", Coordinate.ANGLE, (-1.0, 1.0)),
        "overlap <theta, v> of unit vectors; of several, a row for each theta_a, a column for each v_j",
    ),
    Field(
        "spike_profile",
        "mu_y",
        "spike profile",
        PROFILE,
        "squared components of the unit vector v on the eigenvalues of Sigma",
        none="those of the teacher",
    ),
    Field(
        "alignment_profile",
        "",
        "alignment profile",
        Numbers(Number(), total=1.0),
        "which part of <theta, v> comes from each eigenvalue of Sigma",
        none="the same angle on all",
    ),
    Field(
        "bulk_variance",
        "c",
        "bulk variance",
        positive(1e-3, 1e3),
        "of the isotropic part sqrt(c) omega_i",
    ),
    Field("step", "", "step", STEP, "learning rate eta of the gradient step, W1 = W0 + eta sqrt(p) G, and its scaling"),
    Field(
        "step_sample_complexity",
        "n0/d",
        "sample complexity of the step",
        positive(1e-3, 1e4, shown=(0.1, 100.0)),
        "fresh samples of the gradient step over input dimension",
    ),
    Field(
        "readout", "g", "readout", LAW, "law of the readout at the step, a_i = g_i/sqrt(p); joint of several outputs"
    ),
    Field(
        "step_targets",
        "",
        "targets of the step",
        Kinds(TARGET),
        "of the network's outputs during the step; none: the target, of one output",
    ),
    Field("second_step", "", "second step", STEP, "a second gradient step, on a batch of its own"),
    Field(
        "second_step_sample_complexity",
        "n1/d",
        "sample complexity of the second step",
        positive(1e-3, 1e4),
        "fresh samples of the second step over input dimension",
    ),
    Field("experimental", "", "experimental", Flag(), "whether a theory that is known to be off may be used"),
    Field("corrections", "", "corrections", Flag(), "the terms of [net.3], not in cui24"),
    Field(
        "row_lengths",
        "",
        "row lengths",
        Flag(),
        "the terms of [var.2] for isotropic inputs too; with a covariance they are always there",
    ),
    Field(
        "span_noise",
        "",
        "span noise",
        Flag(),
        "the part of the noise in the span that all neurons share, [net.4] of theory_notes/one_step.md",
    ),
)
RECORDS = (
    Field("value", "", "value", Number(shown=(-3.0, 3.0)), "the same for all neurons"),
    Field("values", "", "values", Numbers(Number()), "all that occur"),
    Field("probabilities", "", "probabilities", Numbers(Number(0.0, 1.0, "both"), total=1.0), "of the values"),
    Field(
        "eigenvalues", "s_y", "eigenvalues", Numbers(not_negative(1e-3, 1e3)), "of the covariance, scaled to the mean 1"
    ),
    Field(
        "shares",
        "rho_y",
        "shares",
        Numbers(Number(0.0, 1.0, "both"), total=1.0),
        "of the input dimension that have the eigenvalues; 0 for a single direction",
        none="equal",
    ),
    Field("scale", "", "scale", positive(1e-3, 1e2), "root mean square"),
    Field("rate", "eta/sqrt(p)", "rate", not_negative(1e-3, 1e2), "learning rate of a maximal step"),
    Field("eta", "eta", "size", not_negative(1e-3, 1e4, most_shown=20.0), "learning rate of a fixed step"),
    Field(
        "exponent",
        "log eta/log n",
        "exponent",
        Number(high=0.5, window=(-0.5, 0.49), remedy=": use MaximalStep(rate) for eta = rate * sqrt(p)"),
        "of n in the learning rate",
    ),
    Field("threshold", "", "threshold", positive(1e-3, 1e3), "of |y - f|, where the loss changes its form"),
    Field("level", "", "level", Number(0.0, 1.0, window=(0.01, 0.99)), "of the quantile that is fitted"),
    Field(
        "flip_probability",
        "eps",
        "flip probability",
        Number(0.0, 1.0, "both", window=(0.0, 0.5), shown=(0.0, 0.4)),
        "of a label of two values",
    ),
    Field("noise", "", "noise", NOISE, "beside the Gaussian noise of the model", none="none"),
    Field("means", "", "means", Numbers(Number()), "of the components of the noise"),
    Field("variances", "", "variances", Numbers(not_negative(1e-8, 1e4)), "of the components of the noise"),
    Field("prefactor", "eta/n^exponent", "prefactor", positive(1e-3, 1e2), "of the power of n in the learning rate"),
)
SIMULATION = (
    Field("dimension", "d", "input dimension", WholeNumber(1), "of x ~ N(0, I_d)"),
    Field("replicas", "", "replicas", WholeNumber(2), "independent draws of everything; a standard error needs two"),
    Field("seed", "", "seed", WholeNumber(0), "of the random numbers"),
    Field("test_samples", "", "test samples", WholeNumber(1), "fresh samples a replica", none="max(2000, 4 d)"),
    Field("replica_values", "", "values of replicas", Flag(), "whether Datasets keep them, along a dimension replica"),
    Field("progress", "", "progress", Flag(), "signs of life on stderr", none="those of long runs"),
    Field(
        "workers", "", "workers", WholeNumber(1), "threads, one replica each at a time", none="the number of processors"
    ),
)
THEORY = (
    Field(
        "tolerance",
        "",
        "tolerance",
        positive(1e-13, 1e-2),
        "relative, of the errors under refinement of quadrature and classes",
        none="1e-10 (square loss), 1e-8 for convex losses, 1e-6 for continuous laws",
    ),
    Field("digits", "", "digits", WholeNumber(1, 1000), "of the errors, in mpmath by another route", none="floats"),
)
FIELDS = {field.name: field for field in (*MODEL, *RECORDS, *SIMULATION, *THEORY)}


def field_of(name: str) -> Field | None:
    """The field of a name, of a record's too, "step.rate"; None for what is not a field.

    >>> field_of("step.rate").symbol, field_of("test_error")
    ('eta/sqrt(p)', None)
    """
    return FIELDS.get(name.rpartition(".")[2])
