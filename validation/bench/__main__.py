"""Measure, compare with the last commit measured, and keep the values: `python -m validation.bench [NAME ...]`.

Exit status 1 if a count or a ratio exceeds its bound.
"""

import argparse
import sys

from validation.bench import history, losses, maps, readouts, searches, simulation, theory

GROUPS = {
    "one-class": theory.one_class,
    "gaussian-law": theory.gaussian_law,
    "spectrum-of-inputs": theory.with_a_spectrum,
    "two-spikes": theory.two_spikes,
    "two-readouts": readouts.two_readouts,
    "finite-size": readouts.finite_size,
    "losses": losses.losses,
    "cold-map": maps.cold_map,
    "network-map": maps.network_map,
    "searches": searches.searches,
    "sgd": searches.sgd,
    "monte-carlo": simulation.monte_carlo,
    "network-curve": simulation.network_curve,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m validation.bench", description=__doc__)
    parser.add_argument("group", nargs="*", choices=[*GROUPS, []], help="default: all")
    commit = history.current_commit()
    before = history.last_values(commit)
    rows = []
    for name in parser.parse_args().group or GROUPS:
        for row in GROUPS[name]():
            rows.append(row)
            verdict = "ok  " if row.value <= row.bound else "OVER"
            change = "{1:.3g} at {0}".format(*before[row.name]) if row.name in before else "new"
            print(
                f"{verdict} {row.name:<40}{row.value:>9.3g}  (bound {row.bound:g}; {change})  {row.remark}", flush=True
            )
    history.record(commit, rows)
    return 0 if all(row.value <= row.bound for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
