"""Wrong values for every argument of every public function, found by introspection: new functions are covered.

A call may succeed (some values are right for some arguments) or raise what the package raises on purpose.  Anything
else is a finding: a bare exception of Python, NumPy or SciPy.
"""

import inspect
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial, wraps
from pathlib import Path
from types import MethodType, ModuleType
from typing import Any, ClassVar, Unpack, get_args, get_origin

import numpy as np
import pandas
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics import dynamics, output, plotting, serialisation, spectra
from rmt_asymptotics.errors import shown
from rmt_asymptotics.output import NotWritten
from rmt_asymptotics.sweeps.executors import WorkersLost

DELIBERATE = (rmt.OutOfDomain, rmt.NotConverged, NotWritten, WorkersLost)
MODULES: tuple[ModuleType, ...] = (rmt, dynamics)
OTHERS = (
    spectra.bbp, output.write_dataset, output.write_figure, output.write_text, serialisation.model_from_dict,
    serialisation.model_to_dict, *(getattr(plotting, name) for name in plotting.__all__ if name.startswith("plot_")),
)  # fmt: skip
PROTOCOL = (
    "check_fields",
    "quadrature",
    "sample",
    "learning_rate",
    "profile",
    "at_width",
)  # the package calls them, users do not
PATIENCE = 20  # seconds of the processor a call, however busy it is: what a wrong value starts must end


class Hostile:
    """A value whose repr fails."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


WRONG: tuple[Any, ...] = (
    None, True, False, Ellipsis, NotImplemented, 0, -1, 2.5, -0.5, 10**400, -(10**400), 10**5000, float("nan"),
    float("inf"), -float("inf"), 1j, 1e308, 5e-324, Decimal("0.5"), Fraction(10**400, 3), "", "x", "nan", "\0",
    "test_error ", "x" * 5000, b"1", b"", bytearray(b"1"), [], [None], [0.5, "a"], [[0.5]], [0.5, [1.0]], (), ("a",),
    ("ridge", 1), (1, 2, 3), {}, {"ridge": 1}, {1: [0.5]}, {"ridge": None}, {"x": (1, 2)}, set(), {0.5},
    frozenset({"ridge"}), range(0), range(3), iter([0.5]), object(), object, int, np.ndarray,
    len, np.tanh, lambda: 1, Hostile(), Hostile,
    datetime(2020, 1, 1), slice(None), Path("x"), np.array(0.1), np.array(None), np.array([]), np.ones((2, 2)),
    np.array(["a"]), np.array([np.nan]), np.array([1j]), np.array([1, None], object), np.float32(0.5), np.bool_(True),
    np.datetime64("2020"), np.timedelta64(5, "s"), np.ma.masked, np.ma.array([1.0, 2.0], mask=[0, 1]),
    pandas.Series([0.5, None]), pandas.DataFrame({"ridge": [0.5]}), pandas.NA, xarray.DataArray(0.5), xarray.Dataset(),
    rmt.tanh, rmt.ConstantLaw(1.0), rmt.MaximalStep(1.0), rmt.OutOfDomain, Exception("x"),
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A call that ended in an exception which the package does not raise on purpose."""

    call: str
    argument: str
    value: str
    error: str


class Valid:
    """Arguments that are right, by name; those of one function, "sweep.points", come before those of all."""

    keywords: ClassVar[dict[str, str]] = {
        "compare:SupportLearning": "steps",
        "compare:LayerScaledStep": "seed",
    }  # others: ridge

    @cached_property
    def model(self) -> rmt.OneStepNetwork:
        return rmt.OneStepNetwork(
            activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
            step=rmt.MaximalStep(1.0), step_sample_complexity=2.0,
        )  # fmt: skip

    @cached_property
    def boundary(self) -> rmt.Boundary:
        plane = {"sample_complexity": (0.5, 4.0), "ridge": (0.01, 10.0)}
        condition = rmt.VanishingDerivative("ridge")
        return rmt.trace_boundary(
            self.model.replace(noise_variance=0.3), condition, plane, points=3, scan=3, progress=False
        )

    @cached_property
    def arguments(self) -> dict[str, Any]:
        m = self.model
        layers = dynamics.LayerScaledStep(
            depth=2, base_width=3, width_exponent=1.0, linear_part=0.5, input_dimension=2, outputs=1, learning_rate=0.1
        )
        two_points = dynamics.TwoPointReLU(imbalance=4.0, angle=0.2)
        support = dynamics.SupportLearning(depth=2, relevant=2, irrelevant=3, samples=20, batch=2, step=0.05)
        return {
            **vars(m), "model": m, "spike": rmt.RademacherLaw(1.2), "alignment": 0.6, "dimension": 8, "replicas": 2,
            "X": np.arange(40.0).reshape(20, 2) % 7,
            "y": np.arange(20) % 3, "K": np.eye(20), "from_data.samples": 5, "from_kernel.samples": 5,
            "eigenvalues": (2.0, 0.5), "shares": (0.3, 0.7), "profiles": (0.2, 0.8), "ratio": 0.5, "nodes": 4,
            "value": 1.0, "values": (1.0, 2.0), "JointLaw.values": ((1.0, 0.5), (0.2, 2.0)), "directions": 2,
            "MultiIndexTarget.function": np.add, "MultiIndexTarget:from_expression.text": "x1*x2", "step_targets": (),
            "second_step": rmt.MaximalStep(0.4), "second_step_sample_complexity": 2.0, "experimental": True,
            "probabilities": (0.4, 0.6), "scale": 1.1, "eta": 0.7, "rate": 0.6,
            "exponent": 0.2, "function": rmt.tanh, "degree": 3, "text": "tanh(x)", "slope": 0.1, "k": 2,
            "x": np.array([0.5, 1.0]), "wrt": "ridge", "over": ("ridge",), "quantity": "test_error", "order": 1,
            "condition": rmt.VanishingDerivative("ridge"), "plane": {"ridge": (0.1, 1.0), "sample_complexity": (1, 2)},
            "axes": {"ridge": [0.1, 0.3]}, "store": "store", "path": "x.csv", "other": rmt.random_features_of,
            "dataset": rmt.sweep(m, {"ridge": [0.1, 0.3], "step.rate": [0.5, 1.0]}), "name": "ridge", "strength": 2.0,
            "data": rmt.sweep(m, ridge=[0.1, 0.3]), "result": rmt.sweep(m, ridge=[0.1, 0.3]), "paper": "cui24",
            "boundaries": {"a": self.boundary}, "fields": serialisation.model_to_dict(m), "samples": 40, "members": 2,
            "trace_boundary.points": 3, "trace_boundary.scan": 3, "learning_curve.sample_complexity": [1.0, 2.0],
            "simulation_curve.sample_complexity": [1.0, 2.0], "compare_curve.sample_complexity": [1.0, 2.0],
            "axis": [1.0, 2.0], "changes": 0.2, "steps": 1, "parameters": layers, "ensemble.samples": "shared",
            "inputs": np.ones((2, 2)), "targets": np.ones((1, 2)), "depth": 2, "base_width": 3, "width_exponent": 1.0,
            "linear_part": 0.5, "input_dimension": 2, "outputs": 1, "learning_rate": 0.1, "imbalance": 4.0,
            "angle": 0.2, "relevant": 2, "irrelevant": 3, "batch": 2, "SupportLearning.step": 0.05,
            "simulate:SupportLearning.steps": 200, "simulate:TwoPointReLU.width": 10, "compare:TwoPointReLU.width": 10,
            **{f"{action}:TwoPointReLU.parameters": two_points for action in ("predict", "simulate", "compare")},
            **{f"{action}:SupportLearning.parameters": support for action in ("predict", "simulate", "compare")},
        }  # fmt: skip

    def of(self, call: str, name: str) -> Any:
        """A right value of an argument; `inspect.Parameter.empty` where none is known."""
        return self.arguments.get(f"{call}.{name}", self.arguments.get(name, inspect.Parameter.empty))


def public_callables(valid: Valid) -> dict[str, Callable[..., Any]]:
    """Functions and validating classes of the public modules, and the methods of what users make and get."""
    entries = [getattr(module, name) for module in MODULES for name in module.__all__] + list(OTHERS)
    found: dict[str, Callable[..., Any]] = {}
    for entry in entries:
        if hasattr(entry, "registry"):  # an action of the dynamics: the options of each theory
            for kind, of_kind in entry.registry.items():
                if kind is object:
                    continue
                found[f"{entry.__name__}:{kind.__name__}"] = wraps(of_kind)(partial(entry))
        elif hasattr(entry, "__post_init__") if inspect.isclass(entry) else _is_function(entry):
            found[entry.__name__] = entry
    made = (valid.model, rmt.tanh, valid.boundary, rmt.spectrum(valid.model), rmt.weight_spectrum(valid.model),
            rmt.SimulationPlan(dimension=8), valid.arguments["parameters"], rmt.Covariance((2.0, 0.5)))  # fmt: skip
    for entry in made:
        for name, method in inspect.getmembers(entry, lambda member: isinstance(member, MethodType)):
            if not name.startswith("_") and name not in PROTOCOL and method.__module__.startswith("rmt_asymptotics"):
                found[f"{type(entry).__name__}:{name}"] = method
    found["from_expression"] = rmt.Activation.from_expression
    found["MultiIndexTarget:from_expression"] = rmt.MultiIndexTarget.from_expression
    for name in ("power_law", "two_level", "marchenko_pastur"):
        found[f"Covariance:{name}"] = getattr(rmt.Covariance, name)
    for name in ("from_data", "from_kernel"):
        found[f"RidgeRegression:{name}"] = getattr(rmt.RidgeRegression, name)
    return found


def _is_function(entry: Any) -> bool:
    return callable(entry) and not isinstance(entry, rmt.Activation)


def arguments_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The arguments of a function by name; keywords that a TypedDict lists one by one."""
    result: dict[str, inspect.Parameter] = {}
    for parameter in inspect.signature(function).parameters.values():
        (listed,) = get_args(parameter.annotation) or (None,) if get_origin(parameter.annotation) is Unpack else (None,)
        if listed is None:
            result[parameter.name] = parameter
        else:
            keyword = parameter.replace(kind=parameter.KEYWORD_ONLY, default=None)
            result |= {name: keyword.replace(name=name) for name in listed.__annotations__}
    return result


def find(count: int | None, seed: int) -> tuple[int, list[Finding]]:
    """Try `count` wrong values, spread over all functions and arguments (None: all): how many, and what was found."""
    valid = Valid()
    calls = [
        (name, function, argument, value)
        for name, function in public_callables(valid).items()
        for argument in arguments_of(function)
        for value in WRONG
    ]
    if count is not None:
        calls = [calls[i] for i in np.random.default_rng(seed).permutation(len(calls))[:count]]
    with tempfile.TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [finding for call in calls if (finding := _tried(valid, *call)) is not None]
    return len(calls), found


def _tried(valid: Valid, name: str, function: Callable[..., Any], argument: str, value: Any) -> Finding | None:
    try:
        with _patience():
            _called(valid, name, function, argument, value)
    except DELIBERATE:
        return None
    except Exception as error:
        return Finding(name, argument, shown(value), f"{type(error).__name__}: {str(error)[:100]}")
    return None


def _called(valid: Valid, name: str, function: Callable[..., Any], argument: str, value: Any) -> None:
    """Call with one wrong argument, and right ones for those without default; where none is known, with wrong ones."""
    positional: list[Any] = []
    keywords: dict[str, Any] = {"progress": False} if "progress" in arguments_of(function) else {}
    several = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in arguments_of(function).values())
    for parameter in arguments_of(function).values():
        right = valid.of(name, parameter.name)
        wanted = parameter.default is parameter.empty or parameter.name in ("dimension", "replicas")
        if not (parameter.name == argument or wanted or f"{name}.{parameter.name}" in valid.arguments):
            continue
        given = value if parameter.name == argument or right is parameter.empty else right
        if parameter.kind is parameter.VAR_KEYWORD:
            keywords[valid.keywords.get(name, "ridge")] = given
        elif parameter.name == "parameters" or (several and parameter.kind is not parameter.KEYWORD_ONLY):
            positional.append(given)
        else:
            keywords[parameter.name] = given
    function(*positional, **keywords)


@contextmanager
def _patience() -> Iterator[None]:
    """Raise TimeoutError where a call takes too long."""

    def late(*_: Any) -> None:
        raise TimeoutError(f"more than {PATIENCE} s")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
