"""Losses and labels through the public functions: solve, sweep, gradient, simulate, files."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, SVR

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points, solve_controls
from rmt_asymptotics.cli.curve import curve
from rmt_asymptotics.montecarlo.convex_readouts import convex_readout
from rmt_asymptotics.plotting import plot_curve
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict
from rmt_asymptotics.state_evolution.convex import refinement

FORMULA = rmt.Activation.from_expression
SHIFTED = FORMULA("tanh(x + 0.7) - 0.45")
SPIKED = rmt.SpikedRandomFeatures(
    activation=SHIFTED, target=FORMULA("x + 0.4*(x**2 - 1)"), sample_complexity=2.66, width_ratio=1.4, ridge=0.07,
    spike=rmt.ConstantLaw(1.3), alignment=0.75, bulk_variance=1.1, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.04),
)  # fmt: skip
NETWORK = rmt.OneStepNetwork(
    activation=SHIFTED, target=FORMULA("x + 0.4*(x**2 - 1)"), sample_complexity=3.0, width_ratio=1.5, ridge=0.05,
    step=rmt.MaximalStep(1.2), step_sample_complexity=3.0, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.05),
)  # fmt: skip
OUTLIERS = rmt.Regression(rmt.MixtureNoise((0.88, 0.12), (0.0, 0.5), (0.04, 6.0)))
DIGITS = 1e-8
DIFFERENCES = 2e-6  # of central differences of solutions
SOLVER = 1e-7  # relative excess of scikit-learn's objectives over the minimum


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(16)
QUADRATIC = FORMULA("x + 0.4*(x**2 - 1)")
PUBLIC = {  # test loss, training loss, misclassification, norm of another implementation: ten digits
    "logistic, random features": (
        rmt.RandomFeatures(
            activation=rmt.erf, target=rmt.identity, sample_complexity=1.3 * 1.7, width_ratio=1.7, ridge=0.03,
            width=510, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.06),
        ),
        (0.5975888145, 0.2399449965, 0.2904251367, 7.7262865224),
    ),
    "logistic, 16 classes": (
        rmt.SpikedRandomFeatures(
            activation=rmt.centred(rmt.relu), target=QUADRATIC, sample_complexity=2.1 * 1.5, width_ratio=1.5,
            ridge=0.05, width=300, spike=rmt.DiscreteLaw(tuple(1.3 * NODES), tuple(WEIGHTS / sum(WEIGHTS))),
            bulk_variance=1.0, alignment=0.8, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(),
        ),
        (0.4252865751, 0.2146118737, 0.1956250017, 5.2029194728),
    ),
    "square, logistic labels": (  # there the loss is half of (y - f)^2
        rmt.SpikedRandomFeatures(
            activation=rmt.centred(rmt.relu), target=rmt.identity, sample_complexity=1.4 * 1.8, width_ratio=1.8,
            ridge=0.06, width=540, spike=rmt.DiscreteLaw((1.2, -0.4), (0.5, 0.5)), bulk_variance=1.0, alignment=0.7,
            labels=rmt.LogisticLabels(1 / 2.3),
        ),
        (2 * 0.5280579875, 2 * 0.1318871539, 0.3393403419, 1.8130809541),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PUBLIC)
def test_digits_of_another_implementation(case):
    model, values = PUBLIC[case]
    found = rmt.solve(model)
    assert np.allclose(
        (found.test_loss, found.training_loss, found.misclassification, found.norm), values, rtol=DIGITS, atol=0
    )


def test_network_digits():
    """p = 450; the step sees the labels +-1."""
    found = rmt.solve(NETWORK.replace(width=450))
    values = (found.test_loss, found.training_loss, found.misclassification, found.norm)
    assert np.allclose(values, (0.4960465200, 0.2866835745, 0.2253866231, 4.7743189945), rtol=DIGITS, atol=0)


def test_digits_by_another_route():
    """theory_notes/checks/convex_losses.py: 25 digits from scalar equations."""
    found = rmt.solve(
        rmt.RandomFeatures(
            activation=rmt.tanh, target=rmt.identity, sample_complexity=2.3, width_ratio=1.4, ridge=0.2,
            loss=rmt.HingeLoss(), labels=rmt.SignLabels(0.05),
        )
    )  # fmt: skip
    assert found.misclassification == pytest.approx(0.28973031552591555, rel=1e-13)
    assert found.norm == pytest.approx(2.2452261840570922, rel=1e-13)


def test_the_error_estimate_covers_what_a_loose_tolerance_leaves():
    """Absolute loss: what its quadratures leave at 1e-3, against the finest."""
    model = SPIKED.replace(loss=rmt.AbsoluteLoss(), labels=OUTLIERS)
    loose, fine = rmt.solve(model, tolerance=1e-3), rmt.solve(model)
    for name in ("test_loss", "training_loss", "test_error", "norm"):
        error = abs(getattr(loose, name) / getattr(fine, name) - 1)
        assert error <= loose.solution.error_estimate + fine.solution.error_estimate
    assert 1e-12 < fine.solution.error_estimate < loose.solution.error_estimate <= 1e-3


def test_equations_that_are_not_met_are_told(monkeypatch):
    monkeypatch.setattr(refinement, "LARGEST_RESIDUAL", 1e-18)  # below rounding: what a stalled iteration leaves
    with pytest.raises(rmt.NotConverged) as refused:
        rmt.solve(SPIKED)
    assert 1e-18 < refused.value.asymptotics.solution.residual < 1e-9


def test_scales_of_smooth_labels():
    signal = np.array([0.35])
    assert rmt.ProbitLabels(0.5).probability(signal)[0] == pytest.approx(0.758036347776927, rel=1e-12)  # Phi(.7)
    assert rmt.LogisticLabels(0.5).probability(signal)[0] == pytest.approx(1 / (1 + np.exp(-0.7)), rel=1e-12)


def test_hard_margin_is_the_limit_of_the_hinge():
    model = rmt.SpikedRandomFeatures(
        activation=SHIFTED, target=FORMULA("x - 0.2"), sample_complexity=1.35, width_ratio=1.5, ridge=1.0,
        spike=rmt.DiscreteLaw((0.5, -1.1), (0.6, 0.4)), alignment=0.7, bulk_variance=1.1, width=450,
        loss=rmt.HardMarginLoss(), labels=rmt.SignLabels(),
    )  # fmt: skip
    hard = rmt.solve(model)
    assert np.allclose((hard.misclassification, hard.norm), (0.229878927, 4.74991082), rtol=3e-9)
    soft = rmt.solve(model.replace(loss=rmt.HingeLoss(), ridge=1e-4))
    assert soft.norm == pytest.approx(hard.norm, rel=DIGITS)
    assert (hard.training_loss, hard.training_misclassification) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("model", "quantity", "field"),
    [
        (SPIKED, "test_loss", "ridge"),
        (SPIKED, "misclassification", "alignment"),
        (SPIKED, "training_objective", "labels.flip_probability"),
        (SPIKED.replace(loss=rmt.HingeLoss()), "misclassification", "sample_complexity"),
        (NETWORK.replace(width=450), "misclassification", "step.rate"),
        (
            SPIKED.replace(loss=rmt.HuberLoss(0.6), labels=OUTLIERS, noise_variance=0.1, intercept=True),
            "excess_error",
            "loss.threshold",
        ),
    ],
)
def test_gradients_against_differences(model, quantity, field):
    found = rmt.gradient(model, quantity, (field,))
    h = 2e-4 * model.value(field)
    above, below = (getattr(rmt.solve(model.replace(**{field: model.value(field) + s})), quantity) for s in (h, -h))
    assert found[field] == pytest.approx((above - below) / (2 * h), rel=DIFFERENCES, abs=DIFFERENCES)


def test_the_slope_of_the_objective_is_the_norm():
    """gl.15, without any difference of solutions."""
    slope = rmt.gradient(SPIKED, "training_objective", ("ridge",))["ridge"]
    assert slope == pytest.approx(rmt.solve(SPIKED).norm / (2 * 1.9), rel=1e-9)


def test_optimal_ridge_for_the_misclassification():
    model = SPIKED.replace(width=420)
    best = rmt.optimal(model, over=("ridge",), quantity="misclassification", bounds={"ridge": (0.01, 1.0)})
    assert best.model.ridge == pytest.approx(0.122617, rel=1e-4)
    assert best.value == pytest.approx(0.2353240647, rel=DIGITS)


def test_sweeps_take_losses_as_an_axis():
    losses = [rmt.LogisticLoss(), rmt.HingeLoss(), rmt.SquareLoss()]
    found = rmt.sweep(SPIKED, loss=losses, ridge=[0.05, 0.3])
    assert found.misclassification.dims == ("loss", "ridge")
    for i, loss in enumerate(losses):
        point = rmt.solve(SPIKED.replace(loss=loss, ridge=0.3))
        for name in SPIKED.outputs:
            assert float(found[name][i, 1]) == pytest.approx(getattr(point, name), rel=1e-7)


@pytest.mark.parametrize(("loss", "most"), [(rmt.HingeLoss(), 4), (rmt.LogisticLoss(), 4), (rmt.AbsoluteLoss(), 8)])
def test_curves_are_predicted(loss, most):
    """Newton steps a point, of all levels: the polynomial through three points leaves one on the first level."""
    model = SPIKED.replace(loss=loss, labels=SPIKED.labels if loss.two_values else OUTLIERS)
    found = solve_controls(model, control_points(model, {"sample_complexity": np.linspace(2, 4, 9)}), 1e-6)
    assert np.all(found.iterations[3:] <= most)
    assert found.errors.norm[-1] == pytest.approx(rmt.solve(model.replace(sample_complexity=4.0)).norm, rel=1e-7)


def test_files_keep_losses_and_labels():
    for model in (
        SPIKED,
        NETWORK.replace(loss=rmt.HingeLoss()),
        SPIKED.replace(loss=rmt.QuantileLoss(0.3), labels=OUTLIERS),
    ):
        assert model_from_dict(json.loads(json.dumps(model_to_dict(model)))) == model


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"labels": rmt.Regression()}, "loss"),
        ({"loss": rmt.HuberLoss(1.0)}, "loss"),
        ({"noise_variance": 0.1}, "noise_variance"),
        ({"target": rmt.relu}, "target"),
        ({"loss": "logistic"}, "loss"),
        ({"labels": 1}, "labels"),
        ({"intercept": 1}, "intercept"),
    ],
)
def test_models_refuse_what_does_not_fit(changes, field):
    with pytest.raises(rmt.OutOfDomain) as refused:
        SPIKED.replace(**changes)
    assert refused.value.field == field


def draw():
    generator = np.random.default_rng(8)
    features, theta = generator.standard_normal((120, 40)), generator.standard_normal(40)
    signal = features @ theta / np.sqrt(40)
    return features, np.sign(signal + 0.8 * generator.standard_normal(120)), signal + generator.standard_t(2, 120) / 2


@pytest.mark.parametrize("ridge", [0.3, 1e-3])
@pytest.mark.parametrize("intercept", [False, True])
def test_readouts_of_margins_against_scikit_learn(ridge, intercept):
    features, labels, _ = draw()
    design = features / np.sqrt(40)
    logistic = LogisticRegression(
        C=1 / ridge, tol=1e-12, max_iter=10_000, fit_intercept=intercept, solver="newton-cholesky"
    ).fit(design, labels)
    found = convex_readout(features, labels, rmt.LogisticLoss().function(True), True, ridge, intercept)
    assert np.allclose(found.fitted, logistic.decision_function(design), rtol=1e-6, atol=1e-8)
    if intercept:
        hinge = rmt.HingeLoss().function(True)
        machine = SVC(kernel="linear", C=1 / ridge, tol=1e-9).fit(design, labels)
        found = convex_readout(features, labels, hinge, True, ridge, True)
        objective = np.sum(hinge.value(labels * found.fitted)) + ridge / 2 * found.norm
        other = np.sum(hinge.value(labels * machine.decision_function(design))) + ridge / 2 * np.sum(machine.coef_**2)
        assert objective <= other * (1 + 1e-12)
        assert objective == pytest.approx(other, rel=1e-4)


def test_support_vector_regression_against_scikit_learn():
    features, _, labels = draw()
    loss, design, ridge = rmt.EpsilonInsensitiveLoss(0.2).function(False), features / np.sqrt(40), 0.3
    machine = SVR(kernel="linear", C=1 / ridge, epsilon=0.2, tol=1e-10).fit(design, labels)
    found = convex_readout(features, labels, loss, False, ridge, True)
    objective = np.sum(loss.value(found.fitted - labels)) + ridge / 2 * found.norm
    other = np.sum(loss.value(machine.predict(design) - labels)) + ridge / 2 * np.sum(machine.coef_**2)
    assert objective <= other * (1 + 1e-12)
    assert objective == pytest.approx(other, rel=SOLVER)


def test_readouts_with_kinks_are_optimal():
    """A subgradient vanishes: ridge a = design^T g with g in -dl, in [0, 1] where the margin is 1."""
    features, labels, _ = draw()
    design, ridge = features / np.sqrt(40), 0.05
    hinge = rmt.HingeLoss().function(True)
    found = convex_readout(features, labels, hinge, True, ridge, False)
    a = found.vector * np.sqrt(40)
    margins = labels * found.fitted
    on = np.abs(margins - 1) < 1e-8
    known = (margins < 1 - 1e-8).astype(float)
    rest = ridge * a - (design * labels[:, None]).T @ known
    g, *_ = np.linalg.lstsq((design * labels[:, None])[on].T, rest, rcond=None)
    assert np.all((g > -1e-7) & (g < 1 + 1e-7))
    assert np.linalg.norm((design * labels[:, None])[on].T @ g - rest) < 1e-8


def test_hard_margin_readout_refuses_samples_that_are_not_separable():
    features, labels, _ = draw()
    with pytest.raises(rmt.OutOfDomain, match="separable"):
        convex_readout(features, labels, rmt.HardMarginLoss().function(True), True, 1.0, False)


@pytest.mark.parametrize("model", [SPIKED, NETWORK.replace(loss=rmt.HingeLoss())], ids=["logistic", "hinge network"])
def test_simulation_agrees(model):
    result = rmt.compare(model, dimension=100, replicas=12, seed=3, progress=False)
    z = result.z_scores
    assert set(z) == set(model.outputs)
    assert max(abs(value) for value in z.values()) < 4


@pytest.mark.parametrize(("model", "per_feature", "tolerance"), [
    (rmt.RandomFeatures(activation=rmt.erf, target=rmt.identity, sample_complexity=2.21, width_ratio=1.7, ridge=0.03,
                        width=510, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.06)), 3.23450591, 2e-9),
    (SPIKED.replace(labels=rmt.SignLabels(0.5), loss=rmt.HingeLoss()), 2.0, 1e-9),
])  # fmt: skip
def test_separability(model, per_feature, tolerance):
    """A known threshold with flips, and Cover's for labels without signal."""
    found = rmt.separability(model)
    assert found.samples_per_feature == pytest.approx(per_feature, rel=tolerance)
    assert found.separable == (model.sample_complexity < found.sample_complexity)


def test_hard_margin_diverges_at_the_threshold():
    """|a|^2/p grows like (1 - (n/d)/threshold)^-2."""
    model = rmt.RandomFeatures(
        activation=rmt.erf, target=rmt.identity, sample_complexity=2.21, width_ratio=1.7, ridge=1.0, width=510,
        loss=rmt.HardMarginLoss(), labels=rmt.SignLabels(0.06),
    )  # fmt: skip
    threshold = rmt.separability(model).sample_complexity
    lengths = [rmt.solve(model.replace(sample_complexity=(1 - x) * threshold)).norm ** -0.5 for x in (0.3, 0.15)]
    assert lengths[0] / lengths[1] == pytest.approx(2, rel=0.2)


def test_margin_laws():
    """Against the outputs of solve, and the atom of the hinge at margin 1."""
    model = SPIKED.replace(loss=rmt.HingeLoss(), ridge=0.2)
    law, found = rmt.margin_law(model), rmt.solve(model)
    assert law.distribution(0.0) == pytest.approx(found.misclassification, abs=1e-8)
    assert law.distribution(0.0, training=True) == pytest.approx(found.training_misclassification, abs=1e-8)
    atom = law.distribution([1.0, 1.0 - 1e-9], training=True)
    assert atom[0] - atom[1] > 0.05
    assert np.all(np.diff(law.distribution(np.linspace(-3, 3, 9))) > 0)
    assert 0.5 < law.confidence() < 1
    curve = law.calibration([-2.0, 0.0, 2.0])
    assert np.all(np.diff(curve) > 0) and np.all((curve > 0.03) & (curve < 0.97))
    with pytest.raises(rmt.OutOfDomain, match="labels"):
        rmt.margin_law(SPIKED.replace(loss=rmt.SquareLoss(), labels=rmt.Regression()))


def test_tables_and_curves_show_the_misclassification(tmp_path):
    """Of the example file, with another loss from the command line."""
    arguments = ["examples/classification.toml", "--sample-complexity", "2,4", "--loss", "hinge"]
    result = CliRunner().invoke(curve, [*arguments, "--output", str(tmp_path / "curve.nc")])
    assert result.exit_code == 0, result.output
    found = rmt.learning_curve(NETWORK.replace(loss=rmt.HingeLoss()), sample_complexity=[2.0, 4.0])
    assert f"{float(found.misclassification[0]):.6g}" in result.output
    handles = plot_curve(found).get_legend_handles_labels()[1]
    assert any("predicted wrongly" in label or "misclassification" in label for label in handles), handles
