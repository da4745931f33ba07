"""What the theory answers: the point of the model, the curve through it, the band of one draw at finite size, a map."""

import numpy as np

from rmt_asymptotics.asymptotics import solve
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.explorer.encoding import Answer, Answers, finite, numbers
from rmt_asymptotics.explorer.pieces import bisected, paced, refined
from rmt_asymptotics.explorer.view import View
from rmt_asymptotics.finite import finite_size
from rmt_asymptotics.sweeps.sweep import sweep
from rmt_asymptotics.vocabulary.quantities import ERRORS

POINTS, BAND_POINTS = 129, 33
MAP_ACROSS, MAP_UP, MAP_GAP = 65, 49, 16


def point(view: View) -> Answers:
    """The errors of the model itself."""
    try:
        solved, message = solve(view.model), ""
    except NotConverged as error:
        if error.asymptotics is None:
            raise
        solved, message = error.asymptotics, str(error)
    values = {name: getattr(solved, name) for name in view.model.outputs}
    estimate = solved.solution.error_estimate
    yield {"part": "point", "values": values, "error_estimate": finite(estimate), "message": message}


def curve(view: View) -> Answers:
    """The limit along the span of the curve, ends first, each further point between two others."""
    values, failed = view.curve.values(POINTS), 0

    def solved(places: list[int]) -> Answer:
        nonlocal failed
        x = values[places]
        found = sweep(view.model, {view.curve.field: x}, progress=False)
        failures = [str(text) for text in found.message.values if text]
        failed += len(failures)
        outputs = {name: numbers(found[name].values) for name in view.model.outputs}
        return {"part": "curve", "x": numbers(x), "outputs": outputs, "failed": failed, "message": failures[:1]}

    known = 0
    for answer in paced(bisected(POINTS), solved):
        known += len(answer["x"])
        yield answer | {"complete": known == POINTS}


def band(view: View) -> Answers:
    """Mean and standard deviation of one draw at finite size along the curve."""
    values, dimension = view.curve.values(BAND_POINTS), view.plan.dimension

    def solved(places: list[int]) -> Answer:
        points = [finite_size(view.model.replace(**{view.curve.field: values[i]}), dimension) for i in places]
        found = {name: [getattr(f, name) for f in points] for name in ERRORS}
        sizes = {"sample_complexity": "samples", "width_ratio": "width"}.get(view.curve.field)
        x = [getattr(f, sizes) / dimension for f in points] if sizes else values[places]
        return {
            "part": "band",
            "x": numbers(x),
            "mean": {name: numbers([each.mean for each in column]) for name, column in found.items()},
            "deviation": {
                name: numbers([each.standard_deviation for each in column]) for name, column in found.items()
            },
        }

    yield from paced(bisected(BAND_POINTS), solved)


def phase_map(view: View) -> Answers:
    """One output over two fields, coarse to fine: `places` counts along rows of the finest grid."""
    plane = view.plane
    assert plane is not None
    x, y = plane.across.values(MAP_ACROSS), plane.up.values(MAP_UP)
    yield {"part": "map", "x": numbers(x), "y": numbers(y), "places": [], "values": [], "message": []}

    def solved(places: list[tuple[int, int]]) -> Answer:
        i, j = np.array(places).T
        found = sweep(view.model, points={plane.across.field: x[i], plane.up.field: y[j]}, progress=False)
        failures = [str(text) for text in found.message.values if text]
        return {
            "part": "map",
            "places": (j * MAP_ACROSS + i).tolist(),
            "values": numbers(found[plane.output].values),
            "message": failures[:1],
        }

    yield from paced(refined(MAP_ACROSS, MAP_UP, MAP_GAP), solved)
