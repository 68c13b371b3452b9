"""`cnncalc verify`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.options import Loading, complete_spec, open_spec, output_options, spec_options
from cnncalc.cli.status import Status

if TYPE_CHECKING:
    from cnncalc.network import Network
    from cnncalc.results import Verification

_MOMENT = 2_000_000_000
"""From how many multiply–accumulates on a progress bar is worth its import: about a tenth of a second."""


@click.command()
@click.argument("spec", shell_complete=complete_spec)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the input and the weights.")
@click.option("--batch", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="Images at once.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="At most so many; default: all there are.")
@click.option(
    "--fast", is_flag=True, help="Use Winograd's algorithm, which counts nothing and checks one tile a layer."
)
@click.option("--kernels", is_flag=True, help="Show which kernel ran each layer, how fast, and why it was chosen.")
@click.option("--quiet", "-q", is_flag=True, help="The verdict alone.")
@output_options(("table", "json"))
@spec_options
def verify(
    spec: str,
    seed: int,
    batch: int,
    threads: int | None,
    fast: bool,
    kernels: bool,
    quiet: bool,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """Execute a network in NumPy and compare every layer's volume, parameters and multiply–accumulates.

    The prediction comes from formulas, the execution from arrays of the full size: neither knows the other's numbers.
    """
    from cnncalc.backend.errors import ExecutionError
    from cnncalc.cli.report import report, status_of

    options = loading.options()
    network = open_spec(spec, options)
    if not network.valid:
        if format_ == "json":
            _write_invalid(network, output, force, spec)
        report(network)
        return status_of(network)
    settings_ = {"seed": seed, "batch": batch, "threads": threads, "fast": fast, "memory_limit": options.limits.memory}
    try:
        result = _run(network, settings_)
    except ExecutionError as error:
        return _refused(error)
    _write(result, kernels, quiet, format_, output, force, spec)
    report(network)
    return Status.FINE if result.verified else Status.WRONG


def _write_invalid(network: Network, output: str | None, force: bool, spec: str) -> None:
    """What is not executed is not verified, and the findings say why."""
    from cnncalc.cli.report import write_text

    found = {
        "schema_version": 1,
        "name": network.name,
        "verified": False,
        "layers": [],
        "problems": ["the specification has errors"],
        "seconds": 0.0,
        "peak_bytes": 0,
        "diagnostics": [diagnostic.as_dict() for diagnostic in network.diagnostics],
    }
    write_text(json.dumps(found) + "\n", output, force, spec)


def _run(network: Network, settings: dict[str, Any]) -> Verification:
    if network.totals.macs < _MOMENT or not sys.stderr.isatty():
        return network.verify(**settings)
    from cnncalc.render.verification import progress_bar

    with progress_bar() as advance:
        return network.verify(**settings, progress=advance)


def _refused(error: Exception) -> int:
    from cnncalc.backend.errors import MemoryLimitError
    from cnncalc.render.numbers import short_bytes
    from cnncalc.visible import visible

    if isinstance(error, MemoryLimitError):
        needed = f"about {short_bytes(error.needed)}, most of it at {visible(error.layer)}"
        click.echo(f"error: executing this needs {needed}; the limit is {short_bytes(error.limit)}", err=True)
        click.echo(f"  help: a smaller --input, or `--limit memory={_above(error.needed)}`", err=True)
    else:
        click.echo(f"error: {visible(str(error))}", err=True)
    return Status.UNUSABLE


def _above(needed: int) -> str:
    """A limit that would do, in whole gigabytes."""
    return f"{-(-needed // 10**9)}G"


def _write(
    result: Verification, kernels: bool, quiet: bool, format_: str, output: str | None, force: bool, spec: str
) -> None:
    from cnncalc.cli.report import width_for, write_lines, write_text
    from cnncalc.render.verification import verification_lines

    if format_ == "json":
        text = json.dumps(result.as_dict(), allow_nan=False)
        write_text(text + "\n", output, force, spec)
        return
    width = width_for(output)
    write_lines(verification_lines(result, width, kernels=kernels, quiet=quiet), output, force, spec)
