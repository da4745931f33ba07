"""The vocabulary: every field and output said once, and everything that follows from it in step with it."""

import dataclasses
from collections import Counter

import click
import pytest
import xarray
from click.testing import CliRunner

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import TOLERANCE, TOLERANCE_CONTINUOUS, TOLERANCE_CONVEX
from rmt_asymptotics.cli.boundary import boundary
from rmt_asymptotics.cli.compare import compare
from rmt_asymptotics.cli.curve import curve
from rmt_asymptotics.cli.optimum import optimum
from rmt_asymptotics.cli.options import model_from_options, model_options
from rmt_asymptotics.cli.spectrum import spectrum_command
from rmt_asymptotics.cli.values import typed
from rmt_asymptotics.labels import LABELS, MixtureNoise
from rmt_asymptotics.laws import LAWS
from rmt_asymptotics.losses import LOSSES
from rmt_asymptotics.plotting.labels import label_of
from rmt_asymptotics.serialisation import MODELS
from rmt_asymptotics.steps import STEPS
from rmt_asymptotics.vocabulary import fields, quantities
from rmt_asymptotics.vocabulary.fields import FIELDS
from rmt_asymptotics.vocabulary.quantities import QUANTITIES
from rmt_asymptotics.vocabulary.words import described
from theory_notes.checks import conventions

RECORDS = [
    *MODELS.values(),
    *LAWS.values(),
    *STEPS.values(),
    *LOSSES.values(),
    *LABELS.values(),
    MixtureNoise,
    rmt.SimulationPlan,
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_fields_of_records_are_declared(record):
    names = [field.name for field in dataclasses.fields(record)]
    assert set(names) <= set(FIELDS)
    if record in (*MODELS.values(), rmt.SimulationPlan):
        assert all(FIELDS[name].documentation[:20] in record.__doc__ for name in names)


def test_nothing_is_declared_twice():
    groups = [group for module in (fields, quantities) for group in vars(module).values() if isinstance(group, tuple)]
    entries = [entry for group in groups for entry in group if isinstance(entry, (fields.Field, quantities.Quantity))]
    declared = [entry for entry in entries if entry not in quantities.OF_TEST_ERROR]  # a namespace of their own
    assert {entry.name for entry in declared} == {*FIELDS, *QUANTITIES}
    for attribute in ("name", "symbol"):
        counts = Counter(value for entry in declared if (value := getattr(entry, attribute)))
        assert [value for value, count in counts.items() if count > 1] == []


DOMAINS = {  # by hand: what the formulas allow
    "digits": "a whole number >= 1 and <= 1000",
    **dict.fromkeys(
        (
            "sample_complexity",
            "ridge",
            "bulk_variance",
            "step_sample_complexity",
            "second_step_sample_complexity",
            "scale",
            "prefactor",
            "threshold",
            "tolerance",
        ),
        "(0, inf)",
    ),
    **dict.fromkeys(("scale", "prefactor", "tolerance"), "(0, inf)"),
    **dict.fromkeys(("noise_variance", "rate", "eta"), "[0, inf)"),
    "width_ratio": "(0, inf]",
    "alignment": "[-1, 1], or a matrix with singular values in it",
    "step_targets": f"a sequence, each {fields.TARGET}",
    "exponent": "(-inf, 0.5)",
    "level": "(0, 1)",
    "flip_probability": "[0, 1]",
    "means": "numbers in (-inf, inf)",
    "variances": "numbers in [0, inf)",
    "eigenvalues": "numbers in [0, inf)",
    "shares": "numbers in [0, 1] that sum to 1",
    "value": "(-inf, inf)",
    "values": "numbers in (-inf, inf)",
    **dict.fromkeys(("probabilities", "teacher", "spike_profile"), "numbers in [0, 1] that sum to 1"),
    "alignment_profile": "numbers in (-inf, inf) that sum to 1",
    **dict.fromkeys(("width", "dimension", "test_samples", "workers"), "a whole number >= 1"),
    "replicas": "a whole number >= 2",
    "seed": "a whole number >= 0",
    **dict.fromkeys(
        ("corrections", "experimental", "span_noise", "row_lengths", "intercept", "replica_values", "progress"),
        "True or False",
    ),
}


def test_domains_are_those_of_the_formulas():
    declared = {name: str(field.domain) for name, field in FIELDS.items() if not isinstance(field.domain, fields.Kind)}
    assert declared == DOMAINS


@pytest.mark.parametrize("name", [n for n, field in FIELDS.items() if isinstance(field.domain, fields.Number)])
def test_numbers_agree_with_their_interval(name):
    """Ends, what lies next to them, and what is no number at all."""
    domain = FIELDS[name].domain
    near = [end + shift for end in (domain.low, domain.high) for shift in (-1e-9, 0.0, 1e-9) if abs(end) < 1e300]
    for value in (*near, 0.3):
        if value in domain:
            assert FIELDS[name].checked(value) == value
        else:
            with pytest.raises(rmt.OutOfDomain, match=name):
                FIELDS[name].checked(value)
    infinite = [value for value in (-float("inf"), float("inf")) if value not in domain]
    for value in (float("nan"), *infinite, "1", True, 1j, *[None] * (not FIELDS[name].none)):
        with pytest.raises(rmt.OutOfDomain, match=name):
            FIELDS[name].checked(value)


def options_of(command):
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.parametrize("name", [f.name for model in MODELS.values() for f in dataclasses.fields(model)])
def test_fields_of_models_are_options_of_the_commands(name):
    for command in (curve, compare, spectrum_command, optimum, boundary):
        assert f"--{name.replace('_', '-')}" in options_of(command)


def test_options_say_symbol_meaning_and_default():
    shown = " ".join(CliRunner().invoke(curve, ["--help"], terminal_width=500).output.split())
    for field in fields.MODEL:
        assert field.meaning[1:] in shown and field.symbol in shown
    for default in ("1e-10", "constant:1", "square]", "regression]", "limit", "20", "the number of processors"):
        assert f"[default: {default}" in shown


def test_flags_and_records_are_read_from_options():
    given = [
        "--activation",
        "tanh",
        "--target",
        "sin",
        "--width-ratio",
        "1.3",
        "--ridge",
        "0.1",
        "--step",
        "power:0.1:2",
    ]
    given += ["--step-sample-complexity", "2.3", "--no-corrections", "--readout", "discrete:-1,1.5:0.3,0.7"]
    seen = {}
    command = click.command()(model_options(lambda **options: seen.update(options)))
    assert CliRunner().invoke(command, [*given, "--sample-complexity", "1.7"]).exit_code == 0
    drop = {name: seen.pop(name) for name in ("file", "output", "plot", "sample_complexity")}
    model = model_from_options(None, seen | {"sample_complexity": drop["sample_complexity"].values[0]})
    assert (model.corrections, model.span_noise, model.step) == (False, False, rmt.PowerStep(0.1, 2.0))
    assert (
        model.readout == rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)) and typed(model.readout) == "discrete:-1,1.5:0.3,0.7"
    )


def test_the_note_says_what_the_vocabulary_says():
    note = conventions.NOTE.read_text()
    assert conventions.updated(note) == note, "run make format, or python -m theory_notes.checks.conventions"
    for papers in ("same convention | lambda n/p | lambda n/p", "alpha | 1/phi | psi_1 | psi_2 | 1/gamma"):
        assert papers in note


def test_labels_are_typeset():
    words = {"noise_variance": "noise variance Δ", "step_sample_complexity": "sample complexity of the step n₀/d"}
    words |= {"spike.scale": "scale of the spike u", "readout.value": "value of the readout g", "step": "step"}
    words |= {"test_error_standard_error": "standard error of the simulated test error E(y - f)², noise included"}
    for name, expected in words.items():
        assert label_of(xarray.DataArray(1.0, name=name)) == expected


ONE = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.7, width_ratio=1.3, ridge=0.1, step=rmt.FixedStep(1.4),
    step_sample_complexity=2.3, readout=rmt.GaussianLaw(0.8),
)  # fmt: skip
PLAN = rmt.SimulationPlan(dimension=12, replicas=2, test_samples=30, workers=1, progress=False)
DATASETS = {
    "sweep": lambda: rmt.sweep(ONE, {"step.eta": [0.5, 1.2], "readout.scale": [0.3, 2.0]}, simulation=PLAN),
    "points": lambda: rmt.sweep(ONE, points={"step.eta": [0.5, 1.2], "width": [None, 700]}),
    "simulation": lambda: rmt.simulation_curve(ONE, PLAN, sample_complexity=[0.5, 2.0], replica_values=True),
    "comparison curve": lambda: rmt.compare_curve(ONE, PLAN, sample_complexity=[0.5, 2.0]),
    "comparison": lambda: rmt.compare(ONE, PLAN).to_dataset(),
    "one point": lambda: rmt.simulate(ONE, PLAN).to_dataset(),
    "spectrum": lambda: rmt.spectrum(ONE).to_dataset(),
    "weights": lambda: rmt.weight_spectrum(ONE).to_dataset(),
    "boundary": lambda: rmt.trace_boundary(
        ONE.replace(width=500),
        rmt.VanishingDerivative("ridge"),
        {"sample_complexity": (0.6, 0.8), "ridge": (0.05, 2.0)},
        points=3,
        scan=3,
    ).to_dataset(),
    "optimal curve": lambda: rmt.optimal_curve(ONE, over=("step.eta",), step_sample_complexity=[0.8, 2.2]),
}


@pytest.mark.parametrize("name", DATASETS)
def test_datasets_say_what_their_variables_are(name):
    """Every variable and coordinate is of the vocabulary, under its name there, with its words and unit."""
    dataset = DATASETS[name]()
    for variable, array in dataset.variables.items():
        assert array.attrs == described(variable), variable
        assert array.attrs["long_name"] != variable or variable in ("ridge", "step"), variable
        assert ("units" in array.attrs) == (array.dtype.kind in "iuf" or variable in FIELDS), variable


def test_the_default_tolerance_is_what_help_says():
    said = [float(word) for word in FIELDS["tolerance"].none.split() if word[0].isdigit()]
    assert said == [TOLERANCE, TOLERANCE_CONVEX, TOLERANCE_CONTINUOUS]
