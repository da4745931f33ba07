"""The command line: `rmt-asymptotics curve | compare | sweep | plot | optimum | boundary | spectrum | ...`.

Exit status: 0 for success; 2 for input that is refused, before anything is computed or written; 1 where points did
not converge (what was reached is printed and written) or a file could not be written.
"""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from rmt_asymptotics.cli.compare import compare
from rmt_asymptotics.cli.curve import curve
from rmt_asymptotics.cli.lazy import LazyGroup
from rmt_asymptotics.cli.reproduce import reproduce
from rmt_asymptotics.cli.spectrum import spectrum_command
from rmt_asymptotics.errors import NotConverged, OutOfDomain
from rmt_asymptotics.output import NotWritten
from rmt_asymptotics.sweeps.executors import WorkersLost

REFUSED, FAILED, INTERRUPTED = 2, 1, 130


@click.group(
    cls=LazyGroup,
    lazy={
        "solve": "rmt_asymptotics.cli.solve:solve_command",
        "explain": "rmt_asymptotics.cli.explain:explain_command",
        "cite": "rmt_asymptotics.cli.explain:cite_command",
        "sweep": "rmt_asymptotics.cli.sweep:sweep_command",
        "plot": "rmt_asymptotics.cli.plot:plot_command",
        "optimum": "rmt_asymptotics.cli.optimum:optimum",
        "boundary": "rmt_asymptotics.cli.boundary:boundary",
        "training-curve": "rmt_asymptotics.cli.training_curve:training_curve_command",
        "finite-size": "rmt_asymptotics.cli.finite_size:finite_size_command",
        "bias-variance": "rmt_asymptotics.cli.bias_variance:bias_variance_command",
        "data": "rmt_asymptotics.cli.data:data_command",
        "dynamics": "rmt_asymptotics.cli.dynamics:dynamics",
        "explore": "rmt_asymptotics.cli.explore:explore",
    },
    commands={"curve": curve, "compare": compare, "spectrum": spectrum_command, "reproduce": reproduce},
    invoke_without_command=True,
    context_settings={"max_content_width": 110},
)
@click.version_option(package_name="rmt_asymptotics")
@click.pass_context
def commands(context: click.Context) -> None:
    """Limiting training and test errors of random-features models, and their simulation.

    COMMAND --help shows an example.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: those of the process) spell; returns the exit status."""
    gc.freeze()  # imported code stays to the end: walking it for garbage takes a quarter of a short run
    try:
        return _run(arguments)
    finally:
        gc.freeze()


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return int(commands.main(arguments, prog_name="rmt-asymptotics", standalone_mode=False) or 0)
    except click.ClickException as error:
        return _fail(error.format_message(), REFUSED)
    except OutOfDomain as error:
        return _fail(str(error), REFUSED)
    except (NotConverged, NotWritten, WorkersLost) as error:
        return _fail(str(error), FAILED)
    except MemoryError as error:
        return _fail(f"not enough memory: {error}", FAILED)
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone
        _silence_output()
        return FAILED
    except OSError as error:  # files are `NotWritten`: this is the output, on a disk that is full
        _silence_output()
        return _fail(f"the output was not written: {error.strerror or error}", FAILED)


def _silence_output() -> None:
    """Nothing more can be written to the output, at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int) -> int:
    with suppress(OSError):  # nothing is left to say it with
        click.echo(f"error: {' '.join(message.split())}", err=True)
    return status
