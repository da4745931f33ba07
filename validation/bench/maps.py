"""Maps: a million points from a cold start, a map of networks, stores and several processes."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points, solve_controls
from validation.bench.rows import Row, seconds
from validation.published import cui24

SIDE = 1000
COLD = """
import json, resource
import numpy as np, rmt_asymptotics as rmt
from validation.published import cui24
axes = {"sample_complexity": np.linspace(0.1, 5, SIDE), "ridge": np.geomspace(1e-4, 10, SIDE)}
dataset = rmt.sweep(cui24.published_model(), axes)
print(json.dumps({
    "residual": float(dataset.residual.max()), "converged": bool((dataset.status == "converged").all()),
    "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
}))
"""  # ru_maxrss is in kilobytes


def cold_map() -> list[Row]:
    """A map over sample complexity and ridge in a process of its own, imports and loading of compiled code included."""
    start = perf_counter()
    command = [sys.executable, "-c", COLD.replace("SIDE", str(SIDE))]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    duration = perf_counter() - start
    model = cui24.published_model()
    controls = control_points(model, {"sample_complexity": np.linspace(0.1, 5, 200)})
    curve = seconds(lambda: solve_controls(model, controls), 20) / 200
    remark = f"{SIDE} x {SIDE} points in {duration:.1f} s, {told['gigabytes']:.2f} GB"
    return [
        Row("cold map, a point / of a warm curve", duration / SIDE**2 / curve, 2.5, remark),
        Row("cold map, memory in GB", told["gigabytes"], 2, "everything converged" if told["converged"] else "FAILED"),
        Row("cold map, largest residual / 1e-10", told["residual"] / 1e-10 if told["converged"] else np.inf, 1, ""),
    ]


NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.0, ridge=0.1,
    step=rmt.MaximalStep(3.0), step_sample_complexity=2.0,
)  # fmt: skip


def network_map() -> list[Row]:
    """200 x 200 points over step rate and sample complexity against single solves, with a store, on two processes."""
    rates, alphas = np.linspace(0, 10, 200), np.linspace(0.2, 5, 200)

    def duration(rates: np.ndarray = rates, **options: object) -> float:
        start = perf_counter()
        rmt.sweep(NETWORK, {"step.rate": rates}, sample_complexity=alphas, progress=False, **options)
        return perf_counter() - start

    plain = duration()
    start = perf_counter()
    for rate in (rates[:-1:10] + 0.02).tolist():  # none of which is translated yet
        rmt.solve(NETWORK.replace(**{"step.rate": rate}))
    single = (perf_counter() - start) / 20
    many = np.linspace(0, 10, 1001)  # enough work for two processes, whose start takes longer than the small map
    one, two = duration(many), duration(many, executor=2)
    with tempfile.TemporaryDirectory() as folder:
        stored = duration(store=Path(folder) / "store", block_size=400)
    return [
        Row("network map, a column / single solve", plain / len(rates) / single, 2, f"40,000 points in {plain:.1f} s"),
        Row("network map, 100 stored blocks / none", stored / plain, 2.5, f"{stored:.1f} s"),
        Row("larger map, two processes / one", two / one, 1.3, f"{two:.1f} s for {one:.1f}, the start included"),
    ]
