"""`rmt-asymptotics explore`: sliders, curves, simulation and maps in a browser."""

import importlib.util
import webbrowser
from pathlib import Path

import click

from rmt_asymptotics.cli.options import EXISTING, model_fields, named_fields, read_toml

NEEDED = ("starlette", "uvicorn", "websockets", "matplotlib")


@click.command(short_help="Sliders, curves, simulation and maps in a browser.")
@click.argument("file", required=False, type=EXISTING)
@click.option("--link", help='Begin with the state of a permalink, the part after "#" or all of it.')
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.option("--browser", is_flag=True, help="Open a browser, too.")
def explore(file: Path | None, link: str | None, port: int, browser: bool) -> None:
    """Serve the explorer to browsers on this machine, until interrupted, and print its address.

    It begins with the model of a TOML FILE, with the state of a permalink, or with random features.  Needs
    rmt_asymptotics[explore].

    \b
    Example:
      rmt-asymptotics explore examples/gaussian_law.toml --port 8800
    """
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise click.UsageError(f"explore needs {', '.join(missing)}: install rmt_asymptotics[explore]")
    if file and link:
        raise click.UsageError("FILE and --link exclude each other")
    from rmt_asymptotics.explorer.beginning import state_of, state_of_link
    from rmt_asymptotics.explorer.server import serve

    if link:
        state = state_of_link(link)
    else:
        state = state_of(named_fields(model_fields(read_toml(file)))) if file else state_of()

    def announce(address: str) -> None:
        click.echo(f"explorer at {address}\nCtrl-C ends it.")
        if browser:
            webbrowser.open(address)

    serve(state, port, bool(link), announce)
