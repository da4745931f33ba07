"""Ridge regression on rows of data: what is read, what is found in it, and what is measured, against definitions."""

import json

import numpy as np
import pandas
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.cli import main
from rmt_asymptotics.data import rows as rows_module
from rmt_asymptotics.data import summary as summary_module
from rmt_asymptotics.montecarlo.replica import random_generator
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict

ROUNDING = 1e-9  # of ill-conditioned Gram matrices of columns of unequal size
SIGMAS = 4.0
ROWS, COLUMNS = 240, 12
GENERATOR = np.random.default_rng(4)
X = GENERATOR.standard_normal((ROWS, COLUMNS)) * np.arange(1, COLUMNS + 1) ** -0.7 + 3.0
Y = 2 * X[:, 0] - X[:, 3] + 0.4 * GENERATOR.standard_normal(ROWS) + 7.0


def errors_of(model, **options):
    found = rmt.simulate(model, replicas=3, seed=5, progress=False, **options)
    return np.array([found.test_error.values, found.training_error.values, found.training_objective.values])


def test_measured_is_regression_with_an_intercept_on_random_rows():
    """Against the normal equations with a column of ones that is not penalised, in the units of the data."""
    n, penalty = 30, 2.3
    found = errors_of(rmt.RidgeRegression.from_data(X, Y, penalty=penalty, samples=n))
    for replica, seeds in enumerate(np.random.SeedSequence(5).spawn(3)):
        order = random_generator(seeds.spawn(2)[1]).permutation(ROWS)
        train, test = order[:n], order[n:]
        design = np.hstack([np.ones((ROWS, 1)), X])
        gram = design[train].T @ design[train] + penalty * np.diag([0.0] + [1.0] * COLUMNS)
        b = np.linalg.solve(gram, design[train].T @ Y[train])
        squares = (Y - design @ b) ** 2
        objective = squares[train].mean() + penalty * b[1:] @ b[1:] / n
        expected = [squares[test].mean(), squares[train].mean(), objective]
        assert np.allclose(found[:, replica], expected, rtol=ROUNDING)


def test_an_intercept_takes_one_sample():
    """[data.4]: centred rows are n - 1 rows without an intercept, turned."""
    n, ridge = 9, 0.7
    centred, y = X[:n] - X[:n].mean(0), Y[:n] - Y[:n].mean()
    turn = np.linalg.qr(np.hstack([np.ones((n, 1)), np.eye(n)[:, 1:]]))[0][:, 1:]  # orthogonal to constants
    grams = [a.T @ a for a in (centred, turn.T @ X[:n])]
    moments = [centred.T @ y, (turn.T @ X[:n]).T @ (turn.T @ Y[:n])]
    first, second = (np.linalg.solve(g + ridge * np.eye(COLUMNS), m) for g, m in zip(grams, moments, strict=True))
    assert np.allclose(first, second, rtol=ROUNDING)


@pytest.mark.parametrize("chunk", [1, 50, 2**22])
def test_chunks_do_not_matter(monkeypatch, chunk):
    monkeypatch.setattr(summary_module, "LOOKED_AT", 70)
    expected = rmt.RidgeRegression.from_data(X, Y)
    monkeypatch.setattr(rows_module, "CHUNK", chunk)
    found = rmt.RidgeRegression.from_data(X, Y)
    assert np.allclose(found.data.summary.eigenvalues, expected.data.summary.eigenvalues, rtol=ROUNDING)
    assert np.allclose(found.data.summary.teacher, expected.data.summary.teacher, rtol=ROUNDING, atol=1e-12)
    assert np.isclose(found.noise_variance, expected.noise_variance, rtol=ROUNDING)
    scores = (np.abs(model.data.summary.scores) for model in (found, expected))  # signs of eigenvectors are free
    assert np.allclose(*scores, rtol=1e-6, atol=1e-6)


def test_what_is_found_is_its_definition():
    s = rmt.RidgeRegression.from_data(X, Y, debias=False).data.summary
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    fit, residual, *_ = np.linalg.lstsq(np.hstack([np.ones((ROWS, 1)), X]), Y, rcond=None)
    assert np.allclose(s.eigenvalues, values[::-1])
    assert np.allclose(s.teacher, (values * (vectors.T @ fit[1:]) ** 2)[::-1])
    assert np.isclose(s.noise_variance, residual[0] / ROWS)
    assert np.isclose(s.signal + s.noise_variance, Y.var())
    assert np.isclose(s.effective_rank, values.sum() ** 2 / np.sum(values**2))


def test_debiased_noise_is_that_of_the_rows():
    draws = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((60, 15))
        y = x[:, 0] + 0.9 * rng.standard_normal(60)
        s = rmt.RidgeRegression.from_data(x, y).data.summary
        draws.append((s.noise_variance, s.signal))
    mean, error = np.mean(draws, axis=0), np.std(draws, axis=0) / np.sqrt(60)
    assert np.all(np.abs(mean - (0.81, 1.0)) < SIGMAS * error)
    assert mean[0] - SIGMAS * error[0] > 0.81 * (1 - 16 / 60)  # what the residuals alone would say


def test_gaussian_rows_have_no_tails():
    x = np.random.default_rng(1).standard_normal((4000, 20)) * np.arange(1, 21) ** -0.5
    s = rmt.RidgeRegression.from_data(x, x[:, 0]).data.summary
    assert abs(s.tails - 1) < 0.15 and abs(s.whitened_tails - 1) < 0.15
    nodes, gain, ridge, n = s.eigenvalues * 20 / s.trace, 1.7, 0.3, 35
    form = nodes / (ridge + nodes * n / 20 / gain) / 20
    assert np.isclose(s.unevenness(ridge, n, gain), 2 * form @ form / gain**2, rtol=0.15)
    heavy = x * np.random.default_rng(2).standard_exponential((4000, 1))
    assert rmt.RidgeRegression.from_data(heavy, heavy[:, 0]).data.summary.whitened_tails > 10


FORMS = {
    "lists": lambda folder: (X.tolist(), Y.tolist()),
    "table": lambda folder: (pandas.DataFrame(X), pandas.Series(Y)),
    "column of the table": lambda folder: (pandas.DataFrame(X).assign(label=Y), "label"),
    "csv": lambda folder: (saved_table(folder / "data.csv"), "label"),
    "npz": lambda folder: (saved(folder / "data.npz", X=X, y=Y), None),
    "npy": lambda folder: (saved_array(folder / "data.npy"), Y),
    "mapped": lambda folder: (np.load(saved_array(folder / "data.npy"), mmap_mode="r"), Y[:, None]),
    "kernel": lambda folder: (X @ X.T, Y),
}


def saved_table(path):
    pandas.DataFrame(X).assign(label=Y).to_csv(path, index=False)
    return str(path)


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def saved_array(path):
    np.save(path, X)
    return path


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_of_the_same_data_give_the_same(tmp_path, form):
    given = FORMS[form](tmp_path)
    make = rmt.RidgeRegression.from_kernel if form == "kernel" else rmt.RidgeRegression.from_data
    model = make(*given, penalty=2.3, samples=30)
    assert np.allclose(errors_of(model), errors_of(rmt.RidgeRegression.from_data(X, Y, penalty=2.3, samples=30)))


def test_features_are_columns_of_any_function():
    def features(x):
        return np.hstack([np.tanh(x), x[:, :2] ** 2])

    options = {"penalty": 0.6, "samples": 40}
    mapped = rmt.RidgeRegression.from_data(X, Y, features, **options)
    assert np.allclose(errors_of(mapped), errors_of(rmt.RidgeRegression.from_data(features(X), Y, **options)))
    assert mapped.data.summary.rank == COLUMNS + 2


def test_constant_and_dependent_columns_change_nothing():
    wider = np.hstack([X, np.full((ROWS, 1), 5.0), X[:, :1] - 2 * X[:, 1:2]])
    narrow = np.hstack([X, X[:, :1] - 2 * X[:, 1:2]])
    models = [rmt.RidgeRegression.from_data(each, Y, penalty=0.9, samples=50) for each in (wider, narrow)]
    assert [model.data.summary.rank for model in models] == [COLUMNS, COLUMNS]
    assert np.allclose(*map(errors_of, models))


def changed(place, value, array=X):
    array = array.astype(object if isinstance(value, str) else float)
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: rmt.RidgeRegression.from_data(X, Y[:-1]), "y"),
        (lambda: rmt.RidgeRegression.from_data(X), "y"),
        (lambda: rmt.RidgeRegression.from_data(changed((3, 2), np.nan), Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(changed((3, 2), np.inf), Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(changed((3, 2), "a"), Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(X + 1j, Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(X[:, 0], Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(np.ones_like(X), Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(X[:13], Y[:13]), "X"),
        (lambda: rmt.RidgeRegression.from_data("nothing.csv", "label"), "X"),
        (lambda: rmt.RidgeRegression.from_data("nothing.xls", "label"), "X"),
        (lambda: rmt.RidgeRegression.from_data(pandas.DataFrame(X).assign(kind="a"), Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(pandas.DataFrame(X), "label"), "y"),
        (lambda: rmt.RidgeRegression.from_data(pandas.DataFrame(X), pandas.Series(Y)[::-1]), "y"),
        (lambda: rmt.RidgeRegression.from_data(X, changed(5, np.nan, Y)), "y"),
        (lambda: rmt.RidgeRegression.from_data(X, np.ones(ROWS)), "y"),
        (lambda: rmt.RidgeRegression.from_data(X, Y.astype(str)), "y"),
        (lambda: rmt.RidgeRegression.from_data(np.ma.masked_greater(X, 4.0), Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(X, np.ma.masked_greater(Y, 9.0)), "y"),
        (lambda: rmt.RidgeRegression.from_data(1e300 * X, Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(1e-160 * X, Y), "X"),
        (lambda: rmt.RidgeRegression.from_data(X, 1e200 * Y), "y"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, 3), "features"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, np.sum), "features"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, lambda x: np.log(x - 3)), "features"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, lambda x: x[:, 50]), "features"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, ridge=1.0, penalty=1.0), "penalty"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, penalty=0.0), "penalty"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, debias="yes"), "debias"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, "tanh"), "features"),
        (lambda: rmt.RidgeRegression.from_data(X, Y, samples=1), "samples"),
        (lambda: rmt.simulate(rmt.RidgeRegression.from_data(X, Y, samples=130)), "sample_complexity"),
        (lambda: rmt.simulate(rmt.RidgeRegression.from_data(X, Y), dimension=50), "dimension"),
        (lambda: rmt.simulate_bias_variance(rmt.RidgeRegression.from_data(X, Y)), "model"),
        (lambda: rmt.RidgeRegression.from_data(X, Y).replace(loss=rmt.HuberLoss(1.0)), "loss"),
        (lambda: rmt.RidgeRegression.from_kernel(X, Y), "K"),
        (lambda: rmt.RidgeRegression.from_kernel(-(X @ X.T), Y), "K"),
        (lambda: rmt.RidgeRegression.from_kernel(np.triu(X @ X.T), Y), "K"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the logarithm of negative numbers
def test_bad_input_names_the_argument(call, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        call()
    assert caught.value.field == field


def test_models_of_data_are_written_as_their_theory():
    model = rmt.RidgeRegression.from_data(X, Y, samples=30)
    again = model_from_dict(json.loads(json.dumps(model_to_dict(model))))
    assert type(again) is rmt.RidgeRegression and again == model.gaussian()
    assert len(str(rmt.simulate(model, replicas=2, progress=False)).splitlines()[0]) < 120
    curve = rmt.simulation_curve(model, sample_complexity=[2.0, 4.0], replicas=2, progress=False)
    assert rmt.model_from(curve) == model.gaussian()


def test_gaussian_rows_are_predicted():
    rng = np.random.default_rng(7)
    x = rng.standard_normal((3000, 60)) * np.arange(1, 61) ** -0.6
    y = x @ rng.standard_normal(60) + 1.1 * rng.standard_normal(3000)
    model = rmt.RidgeRegression.from_data(x, y, ridge=0.05, samples=90)
    found = rmt.compare(model, replicas=40, seed=2, progress=False)
    for name in ("test_error", "training_error", "training_objective"):
        estimate, theory = getattr(found.simulation, name), getattr(found.asymptotics, name)
        assert abs(estimate.mean - theory) < SIGMAS * estimate.standard_error + 0.01 * theory
    assert "measured/predicted" in str(found) and "uneven" not in str(found)
    curve = rmt.compare_curve(model, sample_complexity=[0.5, 1.5], replicas=40, seed=2, progress=False)
    assert np.isclose(curve.test_error[1], found.asymptotics.test_error)
    assert np.isclose(curve.excess_error[1], found.asymptotics.excess_error)
    assert np.isclose(curve.training_error_simulation[1], found.simulation.training_error.mean)


def test_few_rows_and_an_intercept_are_predicted():
    """With a ridge beyond all eigenvalues f is the mean of n labels: (1 + 1/n) Var y, and (1 - 1/n) Var y on them."""
    found = rmt.compare(rmt.RidgeRegression.from_data(X, Y, ridge=1e6, samples=4), replicas=400, progress=False)
    for name, factor in (("test_error", 1.25), ("training_error", 0.75)):
        estimate, theory = getattr(found.simulation, name), getattr(found.asymptotics, name)
        assert abs(theory / (factor * Y.var()) - 1) < 0.01  # the debiased noise is a little more than the residual
        assert abs(estimate.mean - theory) < SIGMAS * estimate.standard_error


def test_uneven_rows_are_warned_of():
    rng = np.random.default_rng(8)
    x = rng.standard_normal((600, 20)) * rng.standard_exponential((600, 1)) ** 2
    y = x[:, 0] + rng.standard_normal(600)
    model = rmt.RidgeRegression.from_data(x, y, ridge=1e-3, samples=24)
    assert "uneven" in str(rmt.compare(model, replicas=3, progress=False)) and "tails" in str(model.data)
    assert "rank/rows" in str(rmt.RidgeRegression.from_data(x[:150], y[:150]).data)


def test_the_command_line_predicts_and_measures(tmp_path, capsys):
    table, curve, picture = saved_table(tmp_path / "rows.csv"), tmp_path / "curve.csv", tmp_path / "curve.png"
    given = ["data", table, "--label", "label", "--replicas", "3", "--penalty", "2.3"]
    assert main([*given, "--samples", "30"]) == 0
    shown = capsys.readouterr().out
    assert "measured/predicted" in shown and "n = 30 of 240 rows" in shown
    assert main([*given, "--samples", "20:100:3:log", "--output", str(curve), "--plot", str(picture)]) == 0
    assert picture.exists() and len(pandas.read_csv(curve, comment="#")) == 3
    for wrong, named in ((["--label", "price"], "y"), (["--ridge", "1"], "penalty"), (["--samples", "200"], "sample_")):
        assert main([*given, *wrong]) == 2
        assert named in capsys.readouterr().err
