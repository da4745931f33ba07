"""Run the campaign: `python -m validation [--full] [--output FOLDER]`; exit status 1 if anything fails to hold."""

import argparse
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import rmt_asymptotics as rmt
from rmt_asymptotics.output import write_text
from rmt_asymptotics.progress import tracked
from validation import (
    convex_losses,
    digits,
    dynamics_layer_scaled,
    dynamics_support,
    dynamics_two_point,
    figures,
    finite_size,
    optimisation,
    real_data,
    robustness,
    sections,
    structured,
    training,
)
from validation.cases import CASES

QUICK = {"dimension": [100, 200], "replicas": 60}
FULL = {"dimension": [100, 200, 400, 800], "replicas": 60}
SEED = 2024
OTHERS = (
    convex_losses.published,
    optimisation.derivatives,
    optimisation.optima,
    optimisation.boundary,
    dynamics_two_point.two_point,
    dynamics_support.support_rates,
    dynamics_support.separation,
    dynamics_support.relu_law,
    dynamics_support.edge_of_stability,
    dynamics_layer_scaled.width_pattern,
    dynamics_layer_scaled.digits_training,
    real_data.real_data,
    structured.after_a_step,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("--full", action="store_true", help="four dimensions up to 800 and more replicas")
    parser.add_argument("--output", type=Path, default=Path("output/validation"), help="folder of the report")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    settings = FULL if arguments.full else QUICK
    started = time.perf_counter()

    compared = [
        (case, rmt.compare(case.model, seed=SEED, progress=False, **settings))
        for case in tracked(CASES, "simulation", None)
    ]
    largest, replicas = settings["dimension"][-1], settings["replicas"]
    report = [
        sections.published(),
        sections.high_precision(),
        digits.digits(30, 60) if arguments.full else digits.digits(15, 30),
        sections.corrections(largest, replicas, SEED),
        sections.simulation(compared),
        training.parts(200, replicas, SEED),
        training.trained(200, replicas // 3, SEED),
        finite_size.corrected(100, 4000 if arguments.full else 1000, SEED),
        convex_losses.simulation(min(largest, 300), replicas, SEED),
        convex_losses.random_problems(300 if arguments.full else 30),
        robustness.random_models(10_000 if arguments.full else 100),
        robustness.against_digits(10 if arguments.full else 2),
        robustness.wrong_values(None if arguments.full else 1000),
        *(section() for section in tracked(OTHERS, "sections", None)),
    ]
    pictures = figures.draw(arguments.output, compared, largest, replicas, SEED)
    seconds = time.perf_counter() - started

    lines = [
        "# Validation report",
        "",
        f"rmt_asymptotics {version('rmt_asymptotics')}, numpy {version('numpy')}, Python {platform.python_version()}; "
        f"{'full' if arguments.full else 'quick'} mode, d = {settings['dimension']}, {settings['replicas']} replicas, "
        f"seed {SEED}, {seconds:.0f} s.",
        "",
    ]
    for section in report:
        lines += [f"## {section.title}: {'holds' if section.holds else 'DOES NOT HOLD'}", "", section.explanation, ""]
        lines += ["| " + " | ".join(section.columns) + " |", "|" + " --- |" * len(section.columns)]
        lines += ["| " + " | ".join(row) + " |" for row in section.rows] + [""]
    lines += [f"![{caption}]({name})\n\n{caption}\n" for name, caption in pictures]
    write_text("\n".join(lines), arguments.output / "report.md")

    for section in report:
        print(f"{'holds' if section.holds else 'FAILS':<6} {section.title} ({len(section.rows)} rows)")
    print(f"report: {arguments.output / 'report.md'} ({seconds:.0f} s)")
    return 0 if all(section.holds for section in report) else 1


if __name__ == "__main__":
    sys.exit(main())
