"""The lines of an explanation: the model and its regime, its features, the fixed point, the errors."""

from collections.abc import Iterator

import numpy as np

from rmt_asymptotics.asymptotics import Asymptotics
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.canonical.regimes import regime
from rmt_asymptotics.explanation.one_class import with_numbers
from rmt_asymptotics.explanation.shown import Line, in_latex
from rmt_asymptotics.labels import Regression
from rmt_asymptotics.models import OneStepNetwork, RidgeModel
from rmt_asymptotics.state_evolution.fixed_point import FixedPoints

FEW = 4  # classes whose numbers are written out


def setting(model: RidgeModel) -> Iterator[Line]:
    alpha, beta = model.sample_complexity, model.width_ratio
    law = "N(0, I_d)" if model.covariance is None else "N(0, Sigma)"
    yield Line(f"samples, x ~ {law}", f"n/d = {alpha:.6g}", rf"n/d = {alpha:.6g}")
    if np.isfinite(beta):
        yield Line(
            "features", f"p/d = {beta:.6g}, n/p = {alpha / beta:.6g}", rf"p/d = {beta:.6g},\ n/p = {alpha / beta:.6g}"
        )
    else:
        yield Line("features: the kernel limit", "d/p = 0", "d/p = 0")
    noise, kind = f"{model.noise_variance:.6g}", str(model.labels)
    if model.labels == Regression():
        latex = rf"y = f_\star(\langle\theta, x\rangle) + \sqrt{{{noise}}}\,z"
        yield Line("labels, |theta| = 1", f"y = f_*(<theta, x>) + noise of variance {noise}", latex)
    else:
        yield Line("labels, of f_*(<theta, x>)", kind, rf"\text{{{in_latex(kind)}}}")
    loss, half, ell = ("(y - f)^2", "", "(y - f)^2") if model.is_ridge_regression else ("l(y, f)", "/2", r"\ell(y, f)")
    yield Line(
        "the readout minimises", f"sum {loss} + {model.ridge:.6g}{half} |a|^2",
        rf"\textstyle\sum {ell} + {model.ridge:.6g}{half}\,|a|^2",
    )  # fmt: skip
    if isinstance(model, OneStepNetwork) and model.covariance is None and not model.has_several_directions:
        words = regime(model).description
        yield Line("regime of the gradient step", words, rf"\text{{{in_latex(words)}}}")


def features(features: Features) -> Iterator[Line]:
    classes = len(features.class_weights)
    yield Line(
        "class k", "phi_i ~ m0_k + b_k <omega_i, x> + m2_k xi_i",
        r"\phi_i \simeq m_{0,k} + b_k \langle\omega_i, x\rangle + m_{2,k}\,\xi_i", "cge.1",
    )  # fmt: skip
    weights = features.weights
    for k in range(classes if classes <= FEW else 0):
        share, b, m2 = (float(x) for x in (
            features.class_weights[k], weights @ features.linear[k] ** 2, weights @ features.residual[k]
        ))  # fmt: skip
        yield Line(
            f"class {k + 1} of {classes}: share, E b^2, E m2^2", f"{share:.6g}, {b:.6g}, {m2:.6g}",
            rf"\pi = {share:.6g},\ E b^2 = {b:.6g},\ E m_2^2 = {m2:.6g}",
        )  # fmt: skip
    if classes > FEW:
        yield Line("classes of neurons", f"K = {classes}", f"K = {classes}")
    free = int(np.sum(features.modes.are_free))
    finite = len(features.modes.classes) - free
    yield Line("modes", f"{finite} of finite strength, {free} free", rf"{finite} + {free}", "modes.1")


def fixed_point(model: RidgeModel, features: Features, found: FixedPoints) -> Iterator[Line]:
    V, t = found.V[0], found.map.t[0]
    if len(t) == len(features.shares) == 1 and np.ptp(V) <= 1e-12 * V[0] and np.isfinite(model.width_ratio):
        yield from with_numbers(model, features, float(V[0]), float(t[0]))
        return
    low, high = (f"{x:.6g}" for x in (V.min(), V.max()))
    yield Line(
        "fluctuations, over kappa", f"V = sum b b V1 + sum pi t m2^2: {low} to {high}",
        rf"V = \sum b_k b_l V_{{1,kl}} + \sum \pi_k t_k m_{{2,k}}^2 \in [{low}, {high}]", "se.1",
    )  # fmt: skip
    low, high = (f"{x:.6g}" for x in (t.min(), t.max()))
    yield Line(
        "variance of neurons, over classes", f"1/t = ridge + Vh2 + M: t = {low} to {high}",
        rf"1/t_k = \lambda + \hat V_{{2,k}} + M_{{kk}},\ t \in [{low}, {high}]",
        "se.4" if len(features.shares) == 1 else "cov.1",
    )  # fmt: skip


def errors(result: Asymptotics) -> Iterator[Line]:
    noise, test, training = (
        f"{x:.6g}" for x in (result.model.label_noise, result.test_error, result.training_error)
    )  # fmt: skip
    excess = f"{result.excess_error:.6g}"
    yield Line(
        "squared residual on fresh data", "(I - J) e = base + S_source", r"(I - J)\,e = \mathrm{base} + S", "err.1"
    )
    yield Line(
        "test error E(y - f)^2", f"E e = {excess} + {noise} of noise = {test}",
        rf"E\,e = {excess} + {noise} = {test}", "err.2",
    )  # fmt: skip
    latex = rf"E\,\tfrac{{e}}{{(1+V)^2}} = {training}"
    yield Line("training error, mean (y - f)^2", f"E e/(1+V)^2 = {training}", latex, "err.2")


def outputs(result: Asymptotics) -> Iterator[Line]:
    for name in result.model.outputs:
        if (value := getattr(result, name, None)) is not None:
            yield Line(name.replace("_", " "), f"{value:.6g}", f"{value:.6g}")
