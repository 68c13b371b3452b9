"""`cnncalc memory`."""

from __future__ import annotations

import json

import click

from cnncalc.cli.options import Loading, complete_spec, dtype_option, open_spec, output_options, spec_options

FORMATS = ("table", "json", "csv", "markdown")


@click.command()
@click.argument("spec", shell_complete=complete_spec)
@click.option("--batch", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="Images at once.")
@dtype_option("Of all numbers.")
@click.option(
    "--optimizer",
    type=click.Choice(["sgd", "momentum", "adam"]),
    default="sgd",
    show_default=True,
    help="Keeps none, one or two numbers per parameter.",
)
@output_options(FORMATS)
@spec_options
def memory(
    spec: str,
    batch: int,
    dtype: str,
    optimizer: str,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """What training stores, and the most that inference holds when arrays are freed as soon as they can be.

    Example: `cnncalc memory vgg16 --batch 32 --optimizer adam`.
    """
    from cnncalc.analysis.memory import memory_of
    from cnncalc.cli.report import report, status_of, width_for, write_lines, write_text
    from cnncalc.render import memory as shown
    from cnncalc.render import table

    network = open_spec(spec, loading.options())
    report(network)
    if not network.valid or not network.totals.complete:
        return status_of(network)
    found = memory_of(network.graph, batch=batch, dtype=dtype, optimizer=optimizer)
    if format_ == "json":
        write_text(json.dumps(shown.memory_dict(network, found)) + "\n", output, force, spec)
    elif format_ == "table":
        width = width_for(output)
        lines = [*table.text_lines(shown.memory_table(found), width), "", *shown.closing(found, width)]
        write_lines([shown.heading(network, found), "", *lines], output, force, spec)
    else:
        make = {"csv": table.csv_text, "markdown": table.markdown_text}[format_]
        write_text(make(shown.memory_table(found)), output, force, spec)
    return status_of(network)
