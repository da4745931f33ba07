"""`rmt-asymptotics dynamics`: theories of training dynamics, each beside its simulation."""

import click

from rmt_asymptotics.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    lazy={
        "layer-scaled": "rmt_asymptotics.cli.dynamics.layer_scaled:layer_scaled",
        "support": "rmt_asymptotics.cli.dynamics.support:support",
        "two-point": "rmt_asymptotics.cli.dynamics.two_point:two_point",
    },
    short_help="Training dynamics: theory beside simulation.",
)
def dynamics() -> None:
    """Theories of training dynamics beside the simulation of the same parameters."""
