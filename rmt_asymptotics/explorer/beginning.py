"""What a page shows first: the state that its address keeps from then on."""

import json
from typing import Any
from urllib.parse import unquote

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.explorer.encoding import written
from rmt_asymptotics.explorer.form import PLAN
from rmt_asymptotics.explorer.view import view_of
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict

State = dict[str, Any]
# double descent of random features: a peak at n = p
MODEL: State = {
    "model": "RandomFeatures",
    "activation": "tanh",
    "target": "tanh(2*x)",
    "sample_complexity": 2.0,
    "width_ratio": 1.5,
    "ridge": 0.01,
    "noise_variance": 0.1,
}
SPAN = {"field": "sample_complexity", "low": 0.1, "high": 10.0}


def state_of(fields: State = MODEL) -> State:
    """The state of a page that begins with a model, given as files have it; raises as `model_from_dict` does."""
    shown = written(model_to_dict(model_from_dict(fields)) | fields)
    return {"model": shown, "curve": dict(SPAN), "simulation": dict(PLAN), "band": True, "simulate": True, "map": None}


def state_of_link(link: str) -> State:
    """The state that a permalink holds after its "#"; raises `OutOfDomain` for a link without one.

    >>> state_of_link("http://127.0.0.1:8765/?token=old#%7B%7D")
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: link = '...#{}' is out of domain: it must be the address of a page of the \
explorer (model = None is out of domain: it must be a dictionary of fields)
    """
    text = unquote(link.rpartition("#")[2])
    try:
        state = json.loads(text)
        view_of(state)
    except ValueError as error:  # OutOfDomain is one
        allowed = f"the address of a page of the explorer ({error})"
        raise OutOfDomain("link", f"...#{text}", allowed) from None
    return dict(state)
