"""`rmt-asymptotics dynamics`: theories of training dynamics, each beside its simulation."""

import click

from rmt_asymptotics.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    lazy={},
    short_help="Training dynamics: theory beside simulation.",
)
def dynamics() -> None:
    """Theories of training dynamics beside the simulation of the same parameters."""
