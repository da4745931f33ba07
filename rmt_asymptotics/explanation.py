"""explain(): the equations behind a result with the numbers of a model in them, as text, LaTeX and HTML.

The tags are those of theory_notes/canonical_problem.md, where the equations are derived.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import Asymptotics, control_points, ridge_solution, solve
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.canonical.regimes import regime
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.labels import Regression
from rmt_asymptotics.models import OneStepNetwork, RidgeModel
from rmt_asymptotics.state_evolution.fixed_point import FixedPoints, fixed_points
from rmt_asymptotics.tables import titled

FEW = 4  # classes whose numbers are written out
WIDTH = 46  # of the words before an equation, in text
EQUATIONS = (  # of one class without kappa: words, text, LaTeX, tag
    (
        "fluctuations of the prediction",
        "V = b^2 V1 + t m2^2 = %(b2)s * %(V1)s + %(t)s * %(m2)s = %(V)s",
        r"V = b^2 V_1 + t\,m_2^2 = %(b2)s \cdot %(V1)s + %(t)s \cdot %(m2)s = %(V)s",
        "se.1",
    ),
    (
        "response of the samples, linear part",
        "Vh1 = (n/p) b^2/(1+V) = %(ratio)s * %(b2)s/%(above)s = %(Vh1)s",
        r"\hat V_1 = \tfrac{n}{p} \tfrac{b^2}{1+V} = %(ratio)s \cdot \tfrac{%(b2)s}{%(above)s} = %(Vh1)s",
        "se.2",
    ),
    (
        "response of the samples, the rest",
        "Vh2 = (n/p) m2^2/(1+V) = %(ratio)s * %(m2)s/%(above)s = %(Vh2)s",
        r"\hat V_2 = \tfrac{n}{p} \tfrac{m_2^2}{1+V} = %(ratio)s \cdot \tfrac{%(m2)s}{%(above)s} = %(Vh2)s",
        "se.2",
    ),
    (
        "neurons over inputs",
        "C = (p/d) t = %(beta)s * %(t)s = %(C)s",
        r"C = \tfrac{p}{d} t = %(beta)s \cdot %(t)s = %(C)s",
        "se.3",
    ),
    (
        "variance of a neuron",
        "1/t = ridge + Vh2 + Vh1/(1 + C Vh1) = %(ridge)s + %(Vh2)s + %(M)s = %(inverse)s",
        r"\tfrac1t = \lambda + \hat V_2 + \tfrac{\hat V_1}{1 + C \hat V_1} = %(ridge)s + %(Vh2)s + %(M)s = %(inverse)s",
        "se.4",
    ),
    (
        "along the inputs",
        "V1 = (d/p) C/(1 + C Vh1) = %(V1)s",
        r"V_1 = \tfrac{d}{p} \tfrac{C}{1 + C \hat V_1} = %(V1)s",
        "se.5",
    ),
)


@dataclass(frozen=True)
class Line:
    """An equation: what it is in words, the equation as text and in LaTeX, and its tag in the notes."""

    words: str
    text: str
    latex: str
    tag: str = ""


@dataclass(frozen=True)
class Explanation:
    """Lines under titles.  `text`, `latex` and `html` are the same in three forms; a notebook shows the last."""

    title: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def text(self) -> str:
        """Aligned, for a terminal."""
        parts = [self.title]
        for title, lines in self.sections:
            rows = (f"  {line.words:<{WIDTH}} {line.text}" + f"   [{line.tag}]" * bool(line.tag) for line in lines)
            parts.append("\n".join([title, *map(str.rstrip, rows)]))
        return "\n\n".join(parts)

    @property
    def latex(self) -> str:
        """Paragraphs with `align*` environments of amsmath, for a document of one's own."""
        parts = [_plain(self.title)]
        for title, lines in self.sections:
            rows = (
                rf"  & {line.latex} && \text{{{_plain(line.words)}}}" + rf"\tag{{{line.tag}}}" * bool(line.tag)
                for line in lines
            )
            body = " \\\\\n".join(rows)
            parts.append(f"\\paragraph{{{_plain(title)}}}\n\\begin{{align*}}\n{body}\n\\end{{align*}}")
        return "\n\n".join(parts) + "\n"

    @property
    def html(self) -> str:
        """Tables with the equations as text; nothing is fetched to show them."""
        parts = [f"<p>{escape(self.title)}</p>"]
        for title, lines in self.sections:
            rows = "".join(
                f"<tr><td>{escape(line.words)}</td><td><code>{escape(line.text)}</code></td><td>{line.tag}</td></tr>"
                for line in lines
            )
            parts.append(f"<h4>{escape(title)}</h4>\n<table>{rows}</table>")
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


@checked_arguments
def explain(model: RidgeModel, *, tolerance: float | None = None) -> Explanation:
    """What the theory computes for a model: the model with its normalisations, its regime, the equations and errors.

    Where there is one class of neurons and nothing depends on a spike, all unknowns stand in their equations; else
    their ranges.
    tolerance: as in `solve`.
    Raises as `solve` does.  Equations cge.1, se.1-se.5, err.1-err.3.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> print(explain(model).text.splitlines()[-1].split("   [")[0].strip())
    training error, mean (y - f)^2                 E e/(1+V)^2 = 0.158464
    """
    if not model.is_ridge_regression:
        result = solve(model, tolerance=tolerance)
        sections = [("Model", tuple(_setting(model))), ("Outputs", tuple(_outputs(result)))]
        return Explanation(titled(model), tuple(sections))
    result, solutions = ridge_solution(model, tolerance)
    features = translate(model, int(solutions.levels[0])).features
    controls = control_points(model, {})
    V = (features.class_weights @ features.power / controls.ridge[:, None]) * np.ones((1, len(features.weights)))
    found = fixed_points(features, controls, V, np.full((1, len(features.class_weights)), 1 / model.ridge))
    sections = [
        ("Model", tuple(_setting(model))),
        ("Features given the spike coordinate kappa", tuple(_features(features))),
        ("Fixed point", tuple(_fixed_point(model, features, found))),
        ("Errors", tuple(_errors(result))),
    ]
    return Explanation(titled(model), tuple(sections))


def _setting(model: RidgeModel) -> Iterator[Line]:
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
        yield Line("labels, of f_*(<theta, x>)", kind, rf"\text{{{_plain(kind)}}}")
    loss, half, ell = ("(y - f)^2", "", "(y - f)^2") if model.is_ridge_regression else ("l(y, f)", "/2", r"\ell(y, f)")
    yield Line(
        "the readout minimises", f"sum {loss} + {model.ridge:.6g}{half} |a|^2",
        rf"\textstyle\sum {ell} + {model.ridge:.6g}{half}\,|a|^2",
    )  # fmt: skip
    if isinstance(model, OneStepNetwork) and model.covariance is None and not model.has_several_directions:
        words = regime(model).description
        yield Line("regime of the gradient step", words, rf"\text{{{_plain(words)}}}")


def _features(features: Features) -> Iterator[Line]:
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


def _fixed_point(model: RidgeModel, features: Features, found: FixedPoints) -> Iterator[Line]:
    V, t = found.V[0], found.map.t[0]
    if len(t) == len(features.shares) == 1 and np.ptp(V) <= 1e-12 * V[0] and np.isfinite(model.width_ratio):
        yield from _numbers(model, features, float(V[0]), float(t[0]))
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


def _numbers(model: RidgeModel, features: Features, V: float, t: float) -> Iterator[Line]:
    """se.1-se.5 of one class with their numbers."""
    ratio, beta, ridge = model.sample_complexity / model.width_ratio, model.width_ratio, model.ridge
    b2, m2 = float(features.linear[0, 0] ** 2), float(features.residual[0, 0])
    Vh1, Vh2, C = ratio * b2 / (1 + V), ratio * m2 / (1 + V), beta * t
    M = Vh1 / (1 + C * Vh1)
    values = {"b2": b2, "m2": m2, "V": V, "t": t, "Vh1": Vh1, "Vh2": Vh2, "C": C, "M": M, "V1": C * M / (Vh1 * beta)}
    values |= {"ratio": ratio, "beta": beta, "ridge": ridge, "above": 1 + V, "inverse": 1 / t}
    written = {name: f"{value:.6g}" for name, value in values.items()}
    for words, text, latex, tag in EQUATIONS:
        yield Line(words, text % written, latex % written, tag)


def _errors(result: Asymptotics) -> Iterator[Line]:
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


def _outputs(result: Asymptotics) -> Iterator[Line]:
    for name in result.model.outputs:
        if (value := getattr(result, name, None)) is not None:
            yield Line(name.replace("_", " "), f"{value:.6g}", f"{value:.6g}")


def _plain(words: str) -> str:
    """Words in LaTeX, without its special characters."""
    for special in "_#%&$":
        words = words.replace(special, f"\\{special}")
    return words.replace("^", r"\^{}").replace("|", r"\textbar{}").replace("~", r"\textasciitilde{}")
