"""The Monte Carlo against the linear algebra that it cannot do without."""

import numpy as np
from threadpoolctl import threadpool_limits

import rmt_asymptotics as rmt
from validation.bench.rows import Row, seconds
from validation.published import cui24


def monte_carlo(dimension: int = 1000) -> list[Row]:
    """A replica against the bare products and factorisations that it needs, one thread each."""
    model = cui24.published_model().replace(sample_complexity=3.0)
    d = p = dimension
    n, tests = 3 * d, 2 * 3 * d
    generator = np.random.default_rng(0)
    weights, inputs = generator.standard_normal((p, d)), generator.standard_normal((512, d))
    features = generator.standard_normal((n, p)) / np.sqrt(p)

    def products() -> None:
        from scipy.linalg.blas import dsyrk

        out = np.empty((512, p))
        for _ in range((n + tests) // 512):
            np.matmul(inputs, weights.T, out=out)
        np.matmul(inputs[: (n + tests) % 512], weights.T)
        gram = dsyrk(1.0, features.T)
        gram += np.triu(gram, 1).T
        np.fill_diagonal(gram, gram.diagonal() + 1)
        np.linalg.cholesky(gram)

    with threadpool_limits(1):
        bare = seconds(products, 3)
        full = seconds(lambda: rmt.simulate(model, dimension=d, replicas=2, workers=1, test_samples=tests), 3) / 2
    return [Row("Monte Carlo / its matrix products", full / bare, 1.5, f"d = p = {d}, n = {n}: {full:.2f} s a replica")]


def network_curve(dimension: int = 1000, replicas: int = 3) -> list[Row]:
    """A curve of one-step networks against its points one by one, each with NumPy's inv; one thread each."""
    model = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.0, ridge=0.1,
        step=rmt.MaximalStep(3.0), step_sample_complexity=2.0,
    )  # fmt: skip
    alphas, tests = np.array([0.2, 0.5, 0.8, 1.2, 1.6, 2.3, 3.0]), 4 * dimension
    d = p = dimension

    def point(generator: np.random.Generator, n: int) -> float:
        """Test error of one point of one replica: draw, gradient, features, inverse."""
        weights = generator.standard_normal((p, d))
        weights /= np.linalg.norm(weights, axis=1)[:, None]
        x = generator.standard_normal((2 * d, d))
        hidden = x @ weights.T
        residual = np.sin(x[:, 0]) - np.tanh(hidden).mean(1)
        slopes = (1 - np.tanh(hidden) ** 2) * residual[:, None]
        weights += 3.0 / len(x) * slopes.T @ x
        x, fresh = generator.standard_normal((n, d)), generator.standard_normal((tests, d))
        features = np.tanh(x @ weights.T) / np.sqrt(p)
        inverse = np.linalg.inv(features.T @ features + 0.1 * np.eye(p))
        readout = inverse @ (features.T @ np.sin(x[:, 0]))
        return float(np.mean((np.sin(fresh[:, 0]) - np.tanh(fresh @ weights.T) @ readout / np.sqrt(p)) ** 2))

    def one_by_one() -> None:
        generator = np.random.default_rng(0)
        for alpha in alphas:
            for _ in range(replicas):
                point(generator, round(alpha * d))

    def together() -> None:
        rmt.simulation_curve(
            model, sample_complexity=alphas, dimension=d, replicas=replicas, workers=1, test_samples=tests,
            progress=False,
        )  # fmt: skip

    with threadpool_limits(1):
        slow, fast = seconds(one_by_one, 1), seconds(together, 1)
    remark = f"{slow / fast:.1f} times faster; d = p = {d}, {fast:.1f} s"
    return [Row("network curve / its points with inv", fast / slow, 0.25, remark)]
