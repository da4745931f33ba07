"""The parameters of the papers: their objectives as they are written, their closed forms, and back."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

import rmt_asymptotics as rmt
from rmt_asymptotics.notation import NOTATIONS, fields_of
from validation.published import cui24

FUNCTIONS = {"activation": rmt.relu, "target": rmt.Activation.from_expression("x + 0.4*(x**2 - 1)")}
PARAMETERS = {  # generic
    "mei22": {"psi1": 1.7, "psi2": 0.6, "lambda_": 0.13},
    "hastie22": {"gamma": 1.7, "lambda_": 0.23, "sigma2": 0.3},
    "gerace20": {"alpha": 1.4, "gamma": 0.7, "lambda_": 0.21},
    "moniri24": {"phi": 0.45, "psi": 0.7, "lambda_": 0.033},
    "ba22": {"psi1": 2.3, "psi2": 1.4, "lambda_": 0.017},
    "cui24": {"alpha": 2.3, "beta": 1.4, "alpha0": 5.1, "lambda_": 0.09},
}
D = 60
EXACT, CLOSED = 1e-11, 1e-8  # of linear algebra at this size; of the closed forms


def model_of(paper):
    p = PARAMETERS[paper]
    return {
        "mei22": lambda: rmt.RandomFeatures.from_mei_montanari(**p, **FUNCTIONS),
        "hastie22": lambda: rmt.RidgeRegression.from_hastie(**p, r2=1.9),
        "gerace20": lambda: rmt.RandomFeatures.from_gerace(**p, **FUNCTIONS),
        "moniri24": lambda: rmt.OneStepNetwork.from_moniri(**p, alpha=0.3, **FUNCTIONS),
        "ba22": lambda: rmt.OneStepNetwork.from_ba(**p, eta=1.7, **FUNCTIONS),
        "cui24": lambda: rmt.OneStepNetwork.from_cui(**p, rate=1.2, **FUNCTIONS),
    }[paper]()


def minimiser(features, labels, penalty):
    """Of |labels - features b|^2 + penalty |b|^2."""
    return np.linalg.solve(features.T @ features + penalty * np.eye(features.shape[1]), features.T @ labels)


@pytest.mark.parametrize("paper", PARAMETERS)
def test_the_paper_s_own_objective_has_the_same_predictor(paper):
    """Each objective is multiplied to a sum over samples, no more; the model's is that of conventions.md."""
    generator, model, given = np.random.default_rng(3), model_of(paper), PARAMETERS[paper]
    n = round(model.sample_complexity * D)
    p = D if paper == "hastie22" else round(model.width_ratio * D)
    x, labels = generator.normal(size=(n, D)), generator.normal(size=n)
    sizes = {"n": n, "p": p, "d": D}
    ratios = {
        "mei22": {"psi1": ("p", "d"), "psi2": ("n", "d")},
        "hastie22": {"gamma": ("d", "n")},
        "gerace20": {"alpha": ("n", "p"), "gamma": ("d", "p")},
        "moniri24": {"phi": ("d", "n"), "psi": ("d", "p")},
        "ba22": {"psi1": ("n", "d"), "psi2": ("p", "d")},
        "cui24": {"alpha": ("n", "d"), "beta": ("p", "d")},
    }[paper]
    exact = given | {name: sizes[over] / sizes[under] for name, (over, under) in ratios.items()}
    ridge, lambda_ = fields_of(paper, exact)["ridge"], given["lambda_"]
    if paper == "hastie22":
        features = x
    else:
        w = generator.normal(size=(p, D))
        features = np.maximum(x @ (w / np.linalg.norm(w, axis=1)[:, None]).T, 0)
    written = {  # features and penalty beside the sum of squares, as the paper has them
        "mei22": (features, n * p * lambda_ / D),
        "hastie22": (features, n * lambda_),
        "gerace20": (features / np.sqrt(p), lambda_),
        "moniri24": (features, n * lambda_),
        "ba22": (features, n * lambda_),
        "cui24": (features / np.sqrt(p), lambda_),
    }[paper]
    ours = features / np.sqrt(p)
    predicted, expected = ours @ minimiser(ours, labels, ridge), written[0] @ minimiser(written[0], labels, written[1])
    np.testing.assert_allclose(predicted, expected, rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("paper", PARAMETERS)
def test_back_again(paper):
    assert model_of(paper).in_notation(paper) == pytest.approx(PARAMETERS[paper], rel=1e-14)
    assert set(NOTATIONS) == set(PARAMETERS)


def mei_montanari(psi1, psi2, lambda_, activation, target, noise):
    """Test error without noise, theorem 2 of mei22: nu1 and nu2 on the imaginary axis by iteration."""
    z, weights = hermegauss(150)
    weights /= weights.sum()
    s, y = activation(z), target(z)
    mu0, mu1 = weights @ s, weights @ (s * z)
    rest = weights @ s**2 - mu0**2 - mu1**2
    linear = (weights @ (y * z)) ** 2
    others = weights @ y**2 - linear - (weights @ y) ** 2
    zeta2, penalty = mu1**2 / rest, lambda_ / rest
    size = np.sqrt(psi1 * psi2 * penalty)  # xi = i size; nu = i times a positive number
    a, b = psi1 / size, psi2 / size
    for _ in range(20000):
        a_new = psi1 / (size + b + zeta2 * b / (1 + zeta2 * a * b))
        b_new = psi2 / (size + a_new + zeta2 * a_new / (1 + zeta2 * a_new * b))
        moved, a, b = max(abs(a_new - a), abs(b_new - b)), a_new, b_new
        if moved < 1e-16:
            break
    c, q = -a * b, zeta2  # chi
    E0 = (
        -(c**5) * q**3 + 3 * c**4 * q**2 + (psi1 * psi2 - psi2 - psi1 + 1) * c**3 * q**3 - 2 * c**3 * q**2
        - 3 * c**3 * q + (psi1 + psi2 - 3 * psi1 * psi2 + 1) * c**2 * q**2 + 2 * c**2 * q + c**2
        + 3 * psi1 * psi2 * c * q - psi1 * psi2
    )  # fmt: skip
    E1 = psi2 * c**3 * q**2 - psi2 * c**2 * q + psi1 * psi2 * c * q - psi1 * psi2
    E2 = (
        c**5 * q**3 - 3 * c**4 * q**2 + (psi1 - 1) * c**3 * q**3 + 2 * c**3 * q**2 + 3 * c**3 * q
        - (psi1 + 1) * c**2 * q**2 - 2 * c**2 * q - c**2
    )  # fmt: skip
    return linear * E1 / E0 + (others + noise) * E2 / E0 + others


@pytest.mark.parametrize(("psi1", "psi2", "lambda_"), [(1.7, 0.6, 0.13), (0.4, 2.3, 0.02), (3.1, 2.9, 0.7)])
def test_random_features_are_the_closed_form_of_mei22(psi1, psi2, lambda_):
    activation, target, noise = rmt.Activation.from_expression("tanh(1.3*x) + 0.3*He2(x)"), FUNCTIONS["target"], 0.35
    model = rmt.RandomFeatures.from_mei_montanari(
        psi1, psi2, lambda_, activation=activation, target=target, noise_variance=noise
    )
    expected = mei_montanari(psi1, psi2, lambda_, activation, target, noise)
    assert rmt.solve(model).excess_error == pytest.approx(expected, rel=CLOSED)


@pytest.mark.parametrize(("gamma", "lambda_"), [(0.6, 0.23), (2.7, 0.04)])
def test_ridge_regression_is_the_closed_form_of_hastie22(gamma, lambda_):
    """R = r2 lambda^2 m' + sigma2 gamma (m - lambda m') at -lambda, m of Marchenko-Pastur."""

    def m(x):
        return (-(1 - gamma + x) + np.sqrt((1 - gamma + x) ** 2 + 4 * gamma * x)) / (2 * gamma * x)

    slope = -m(lambda_ + 1e-200j).imag / 1e-200  # m'(-lambda)
    expected = 1.9 * lambda_**2 * slope + 0.3 * gamma * (m(lambda_) - lambda_ * slope)
    model = rmt.RidgeRegression.from_hastie(gamma, lambda_, r2=1.9, sigma2=0.3)
    assert rmt.solve(model).excess_error == pytest.approx(expected, rel=CLOSED)


def test_networks_have_the_published_errors_of_cui24():
    functions = {"activation": rmt.tanh, "target": rmt.sin}
    for alpha, digits in zip(cui24.SAMPLE_COMPLEXITY, cui24.TEST_ERRORS, strict=True):
        model = rmt.OneStepNetwork.from_cui(alpha, 1.0, 20.0, 0.1, 3.0, **functions)
        assert rmt.solve(model).test_error == pytest.approx(float(digits), rel=CLOSED)


def test_what_is_no_parameter_is_refused():
    with pytest.raises(rmt.OutOfDomain, match="psi1 = 0"):
        rmt.RandomFeatures.from_mei_montanari(0, 1.0, 0.1, **FUNCTIONS)
    with pytest.raises(rmt.OutOfDomain, match="ridge = "):
        rmt.RandomFeatures.from_mei_montanari(1.0, 1.0, 0.1, **FUNCTIONS, ridge=0.3)
    with pytest.raises(rmt.OutOfDomain, match="target = None"):
        rmt.RandomFeatures.from_mei_montanari(1.0, 1.0, 0.1, activation=rmt.relu)
    with pytest.raises(rmt.OutOfDomain, match="field = 'step'"):
        rmt.RandomFeatures.from_mei_montanari(1.0, 1.0, 0.1, **FUNCTIONS, step=1)
    with pytest.raises(rmt.OutOfDomain, match="one of mei22"):
        model_of("mei22").in_notation("mei23")
    with pytest.raises(rmt.OutOfDomain, match="one that cui24 has parameters for"):
        model_of("mei22").in_notation("cui24")
