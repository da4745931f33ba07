"""Generic points of every law: all parameters differ from their defaults, from 0 and 1, and from each other."""

from dataclasses import dataclass

import rmt_asymptotics as rmt

TARGET = rmt.Activation.from_expression("tanh(x) + 0.3*(x**2 - 1)")
TWO_DIRECTIONS = rmt.MultiIndexTarget.from_expression("sin(x1 + x2/2) + 0.4*x1*x2")
SHIFTED_TANH = rmt.Activation.from_expression("tanh(x + 0.7) - 0.45")


@dataclass(frozen=True)
class Case:
    """A model, and in words what it tests."""

    name: str
    model: rmt.RandomFeatures | rmt.RidgeRegression | rmt.SpikedRandomFeatures | rmt.OneStepNetwork


STRUCTURED = (
    Case(
        "ridge regression, power law",
        rmt.RidgeRegression(
            target=TARGET,
            sample_complexity=1.7,
            ridge=0.07,
            noise_variance=0.15,
            covariance=rmt.Covariance.power_law(0.8, 200),
        ),
    ),
    Case(
        "two spikes, two eigenvalues",
        rmt.SpikedRandomFeatures(
            activation=SHIFTED_TANH,
            target=TARGET,
            sample_complexity=1.9,
            width_ratio=1.4,
            ridge=0.06,
            noise_variance=0.12,
            spike=rmt.DiscreteLaw((-0.9, 1.2), (0.4, 0.6)),
            alignment=0.65,
            bulk_variance=1.1,
            spike_profile=(0.5, 0.5),
            covariance=rmt.Covariance.two_level((2.6, 0.4), (0.3, 0.7)),
            teacher=(0.65, 0.35),
        ),
    ),
)
CASES = (
    Case(
        "random features, uncentred ReLU (intercept)",
        rmt.RandomFeatures(
            activation=rmt.relu, target=TARGET, sample_complexity=2.2, width_ratio=1.4, ridge=0.07, noise_variance=0.15
        ),
    ),
    Case(
        "random features, sign target, n < p",
        rmt.RandomFeatures(
            activation=rmt.erf, target=rmt.sign, sample_complexity=0.8, width_ratio=1.7, ridge=0.02, noise_variance=0.1
        ),
    ),
    Case(
        "constant spike, n > p",
        rmt.SpikedRandomFeatures(
            activation=SHIFTED_TANH, target=rmt.sin, sample_complexity=2.6, width_ratio=1.3, ridge=0.04,
            noise_variance=0.08, spike=rmt.ConstantLaw(1.2), alignment=0.7, bulk_variance=1.15,
        ),
    ),
    Case(
        "constant spike, n < p, sign target",
        rmt.SpikedRandomFeatures(
            activation=rmt.tanh, target=rmt.sign, sample_complexity=0.9, width_ratio=1.6, ridge=0.06,
            noise_variance=0.05, spike=rmt.ConstantLaw(0.9), alignment=-0.85, bulk_variance=0.8,
        ),
    ),
    Case(
        "two spike values {-1: .3, 1.5: .7}",
        rmt.SpikedRandomFeatures(
            activation=rmt.tanh, target=TARGET, sample_complexity=3.0, width_ratio=1.5, ridge=0.05,
            spike=rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)), alignment=0.8,
        ),
    ),
    Case(
        "Rademacher spike, GELU",
        rmt.SpikedRandomFeatures(
            activation=rmt.gelu, target=rmt.softplus, sample_complexity=1.8, width_ratio=0.7, ridge=0.03,
            noise_variance=0.12, spike=rmt.RademacherLaw(1.1), alignment=0.6, bulk_variance=1.2,
        ),
    ),
    Case(
        "Gaussian spike, centred ReLU",
        rmt.SpikedRandomFeatures(
            activation=rmt.centred(rmt.relu), target=TARGET, sample_complexity=3.0, width_ratio=1.5, ridge=0.05,
            spike=rmt.GaussianLaw(1.3), alignment=0.8,
        ),
    ),
    Case(
        "Gaussian spike, shifted tanh, label noise",
        rmt.SpikedRandomFeatures(
            activation=SHIFTED_TANH, target=TARGET, sample_complexity=2.4, width_ratio=1.2, ridge=0.09,
            noise_variance=0.2, spike=rmt.GaussianLaw(0.8), alignment=0.65, bulk_variance=1.1,
        ),
    ),
    Case(
        "network, maximal step, Gaussian readout",
        rmt.OneStepNetwork(
            activation=SHIFTED_TANH, target=rmt.sin, sample_complexity=2.6, width_ratio=1.4, ridge=0.06,
            noise_variance=0.1, step=rmt.MaximalStep(0.9), step_sample_complexity=2.2, readout=rmt.GaussianLaw(0.8),
        ),
    ),
    Case(
        "network, fixed step, two readouts",
        rmt.OneStepNetwork(
            activation=rmt.centred(rmt.softplus), target=TARGET, sample_complexity=1.7, width_ratio=1.3, ridge=0.04,
            noise_variance=0.05, step=rmt.FixedStep(2.5), step_sample_complexity=3.1,
            readout=rmt.DiscreteLaw((-0.8, 1.3), (0.45, 0.55)),
        ),
    ),
    Case(
        "network, power step, Gaussian readout",
        rmt.OneStepNetwork(
            activation=rmt.tanh, target=rmt.sign, sample_complexity=2.1, width_ratio=0.8, ridge=0.07,
            noise_variance=0.08, step=rmt.PowerStep(0.3, 1.2), step_sample_complexity=2.4, readout=rmt.GaussianLaw(0.9),
        ),
    ),
    Case(
        "two spikes, two directions",
        rmt.SpikedRandomFeatures(
            activation=SHIFTED_TANH, target=TWO_DIRECTIONS, sample_complexity=2.4, width_ratio=1.3, ridge=0.06,
            noise_variance=0.12, spike=rmt.JointLaw(((1.1, 0.4), (-0.7, 0.9)), (0.35, 0.65)),
            alignment=((0.7, -0.2), (0.1, 0.6)), bulk_variance=1.1,
        ),
    ),
    Case(
        "network, step of two outputs on two directions",
        rmt.OneStepNetwork(
            activation=SHIFTED_TANH, target=TWO_DIRECTIONS, sample_complexity=2.3, width_ratio=1.4, ridge=0.05,
            noise_variance=0.1, step=rmt.MaximalStep(1.7), step_sample_complexity=2.6,
            step_targets=(TWO_DIRECTIONS, rmt.MultiIndexTarget.from_expression("sin(x2) + 0.5*cos(x1 - x2)")),
            readout=rmt.JointLaw(((0.9, 0.5), (-0.6, 1.1)), (0.45, 0.55)),
        ),
    ),
)  # fmt: skip
