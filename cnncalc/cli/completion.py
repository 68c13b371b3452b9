"""`cnncalc completion`."""

from __future__ import annotations

import click

_LINES = {
    "bash": 'eval "$(_CNNCALC_COMPLETE=bash_source cnncalc)"',
    "zsh": 'eval "$(_CNNCALC_COMPLETE=zsh_source cnncalc)"',
    "fish": "_CNNCALC_COMPLETE=fish_source cnncalc | source",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(_LINES)))
def completion(shell: str) -> int:
    """The line that, in the start-up file of your shell, switches on completion of commands and names."""
    click.echo(_LINES[shell])
    return 0
