"""cite(): BibTeX of the papers that a result rests on, and of this package."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, RidgeRegression, SpikedRandomFeatures
from rmt_asymptotics.serialisation import package_version
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep

RULES: tuple[tuple[Callable[[RidgeModel], bool], tuple[str, ...]], ...] = (
    (lambda m: isinstance(m, RandomFeatures), ("mei22", "adlam20")),
    (lambda m: isinstance(m, RidgeRegression), ("hastie22",)),
    (lambda m: isinstance(m, (SpikedRandomFeatures, OneStepNetwork)), ("cui24", "dandi24")),
    (lambda m: isinstance(getattr(m, "step", None), PowerStep), ("moniri24",)),
    (lambda m: isinstance(getattr(m, "step", None), FixedStep), ("ba22",)),
    (lambda m: isinstance(getattr(m, "step", None), MaximalStep), ("cui24",)),
    (lambda m: not m.is_ridge_regression, ("loureiro21", "gerace20")),
    (lambda m: m.covariance is not None, ("loureiro21",)),
)
ENTRY = re.compile(r"@\w+\{(?P<key>\w+),.*?\n\}", re.DOTALL)
OURS = """@software{{rmt_asymptotics,
  title = {{rmt\\_asymptotics: random-matrix asymptotics of high-dimensional learning models}},
  version = {{{version}}}, license = {{MIT}}
}}"""


@checked_arguments
def cite(model: RidgeModel) -> str:
    """BibTeX of the papers behind a model, by its features, step, loss and covariance; and of this package.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> [line for line in cite(model).splitlines() if line.startswith("@")]
    ['@article{mei22,', '@inproceedings{adlam20,', '@software{rmt_asymptotics,']
    """
    keys = dict.fromkeys(key for applies, found in RULES if applies(model) for key in found)
    return "\n\n".join([*(_entries()[key] for key in keys), OURS.format(version=package_version())]) + "\n"


@cache
def _entries() -> dict[str, str]:
    text = files("rmt_asymptotics").joinpath("references.bib").read_text(encoding="utf-8")
    return {entry["key"]: entry.group() for entry in ENTRY.finditer(text)}
