"""Theory, simulation or both over the fields of a model: `sweep`, its special case `learning_curve`, and stores."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.checks import mapping
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.plan import SimulationPlan
from rmt_asymptotics.progress import tracked
from rmt_asymptotics.sweeps.blocks import compute_block
from rmt_asymptotics.sweeps.dataset import assembled
from rmt_asymptotics.sweeps.executors import computed
from rmt_asymptotics.sweeps.request import OF_FIELDS, requested
from rmt_asymptotics.sweeps.store import Store, stored_results

if TYPE_CHECKING:
    import xarray


def sweep(
    model: RidgeModel,
    axes: Mapping[str, Any] | None = None,
    *,
    points: Mapping[str, Any] | None = None,
    theory: bool = True,
    simulation: SimulationPlan | None = None,
    tolerance: float | None = None,
    store: str | os.PathLike[str] | None = None,
    executor: Any = None,
    block_size: int | None = None,
    progress: bool | None = None,
    **fields: Any,
) -> "xarray.Dataset":
    """The errors of a model on a product grid of its fields, or at a list of points.

    axes, fields: names of fields with one-dimensional arrays of values, numbers, laws, steps or functions; those of
    a record in the mapping: sweep(model, {"step.rate": rates}, ridge=ridges).  They become dimensions in this order.
    points: instead of axes, columns of equal length; the results then have one dimension, "point".
    theory, simulation: what to compute; a `SimulationPlan` adds `<error>_simulation`, `<error>_standard_error` and
    `<error>_z_score`, of networks with n, p and n0 rounded to whole numbers.
    tolerance: as in `solve`.
    store: a folder for finished blocks; the same request with the same folder goes on where it was stopped, and
    another request is refused.  Functions must then have names or expressions.
    executor: None for this process; a number of local processes; a `concurrent.futures.Executor`; or a Dask Client.
    block_size: points a block.  Blocks, and where the iterations of each start, follow from the request, so that all
    numbers are the same bits for any executor, and after any number of interruptions.
    progress: True for signs of life on stderr, False for none, None for those of long sweeps.

    Variables test_error, training_error, training_objective, excess_error, residual, error_estimate, status, message
    have one dimension an axis.  A point that fails is data: see its status and message.
    Raises `OutOfDomain` for unknown fields, empty axes and values outside a field's domain, before solving any point,
    `NotWritten` when a block cannot be written; the blocks before it can be read (`open_sweep`); `WorkersLost` when
    the executor goes away.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> dict(rmt.sweep(model, ridge=[0.1, 1.0], sample_complexity=[1.0, 2.0, 3.0]).sizes)
    {'ridge': 2, 'sample_complexity': 3}
    """
    named = {} if axes is None else mapping("axes", axes, OF_FIELDS)
    for name in named.keys() & fields.keys():
        raise OutOfDomain("axes", name, "named once, in the mapping or as a keyword")
    request = requested(model, named | fields, points, theory, simulation, tolerance, block_size)
    kept = None if store is None else Store(store, request)
    results = dict(kept.finished()) if kept else {}
    missing = [index for index in range(len(request.ends)) if index not in results]
    tasks = ((index, request.block(index)) for index in missing)
    for index, result in tracked(computed(compute_block, tasks, executor), "sweep", progress, len(missing)):
        if kept:
            kept.write(index, result)
        results[index] = result
    return assembled(request, results)


def learning_curve(
    model: RidgeModel, *, sample_complexity: Sequence[float] | np.ndarray, tolerance: float | None = None
) -> "xarray.Dataset":
    """Limiting errors against n/d: `sweep` over sample_complexity.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> rmt.learning_curve(model, sample_complexity=[1.0, 2.0]).test_error.round(4).values.tolist()
    [0.8181, 0.7173]
    """
    return sweep(model, sample_complexity=sample_complexity, tolerance=tolerance)


def open_sweep(store: str | os.PathLike[str]) -> "xarray.Dataset":
    """What a store holds, finished or not: the Dataset of `sweep`, where points without result have status "pending".

    Raises `OutOfDomain` for a folder that is not the store of a sweep.
    """
    return assembled(*stored_results(store))
