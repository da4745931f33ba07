"""Results as data frames of pandas and of polars: one row a point, with all coordinates as columns."""

from typing import TYPE_CHECKING, Any

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import columns_of
from rmt_asymptotics.tables import Shown

if TYPE_CHECKING:
    import pandas
    import polars

RESULT = "a Dataset of this package or a result with a table, such as Asymptotics or Comparison"


def to_pandas(result: Any) -> "pandas.DataFrame":
    """A result as a pandas DataFrame; the attributes of a Dataset are in its `attrs`.

    Raises `OutOfDomain` for anything else.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> to_pandas(rmt.sweep(model, ridge=[0.1, 0.2], sample_complexity=[1.0, 2.0, 3.0])).shape[0]
    6
    """
    import pandas

    frame = pandas.DataFrame(_columns(result))
    frame.attrs.update(getattr(result, "attrs", {}))
    return frame


def to_polars(result: Any) -> "polars.DataFrame":
    """A result as a polars DataFrame; raises `OutOfDomain` for anything else.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> to_polars(rmt.learning_curve(model, sample_complexity=[1.0, 2.0]))["sample_complexity"].to_list()
    [1.0, 2.0]
    """
    import polars

    return polars.DataFrame(_columns(result))


def _columns(result: Any) -> dict[str, list[Any]]:
    import xarray

    if isinstance(result, xarray.Dataset):
        if not result.dims:
            raise OutOfDomain("result", result, "of at least one dimension: one row a point")
        return columns_of(result)
    if not isinstance(result, Shown):
        raise OutOfDomain("result", result, RESULT)
    table = result._table()
    heads = [head or (f"column {place}" if place else "name") for place, head in enumerate(table.heads)]
    return {head: [row[place] for row in table.rows] for place, head in enumerate(heads)}
