"""`cnncalc compare`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import Loading, complete_spec, open_spec, output_options, spec_options

if TYPE_CHECKING:
    from cnncalc.analysis.compare import Compared
    from cnncalc.network import Network

FORMATS = ("table", "json", "csv", "markdown")
QUANTITIES = ("depth", "parameters", "macs")


@click.command()
@click.argument("specs", metavar="SPEC…", nargs=-1, shell_complete=complete_spec)
@click.option(
    "--chart",
    type=click.Choice(QUANTITIES),
    help="Draw the top-5 error with the computed depth, parameters or operations; -o FILE.svg writes SVG.",
)
@output_options(FORMATS)
@spec_options
def compare(
    specs: tuple[str, ...],
    chart: str | None,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """Networks side by side, each at its own input or all at --input.

    Without SPEC a chart shows the winners of the ImageNet challenge, with those before deep networks as context.

    Examples: `cnncalc compare alexnet vgg16 resnet50`, `cnncalc compare --chart depth -o chart.svg`.
    """
    from cnncalc.analysis.compare import WINNERS, compared
    from cnncalc.cli.report import report, status_of

    if not specs and chart is None:
        raise click.UsageError("name the networks to compare, or a --chart")
    if chart is not None and format_ != "table":
        raise click.UsageError(f"--chart draws; `--format {format_}` goes without it")
    options = loading.options()
    networks: list[tuple[str, Network]] = [(spec, open_spec(spec, options)) for spec in specs or WINNERS]
    found = compared(networks)
    if chart is not None:
        _draw(found, chart, not specs, output, force)
    else:
        _write(found, format_, output, force)
    for _, network in networks:
        report(network)
    return max(status_of(network) for _, network in networks)


def _draw(networks: list[Compared], quantity: str, context: bool, output: str | None, force: bool) -> None:
    from cnncalc.analysis.compare import BEFORE, PERSON, points
    from cnncalc.cli.report import width_for, write_lines, write_text
    from cnncalc.render.chart import Chart, chart_lines
    from cnncalc.render.chart_svg import chart_svg

    drawn = points(networks, quantity)
    if context and quantity == "depth":
        drawn = [*BEFORE, *drawn]
    chart = Chart(quantity, drawn, PERSON if context else None)
    if output is not None and output.lower().endswith(".svg"):
        write_text(chart_svg(chart), output, force)
        return
    write_lines(chart_lines(chart, width_for(output)), output, force)


def _write(networks: list[Compared], format_: str, output: str | None, force: bool) -> None:
    from cnncalc.cli.report import width_for, write_lines, write_text
    from cnncalc.render import compare as shown
    from cnncalc.render import table

    if format_ == "json":
        write_text(json.dumps(shown.comparison_dict(networks)) + "\n", output, force)
    elif format_ == "table":
        width = width_for(output)
        write_lines(table.text_lines(shown.comparison_table(networks, width), width), output, force)
    elif format_ == "csv":
        write_text(table.csv_text(shown.exact_table(networks)), output, force)
    else:
        write_text(table.markdown_text(shown.side_by_side(networks)), output, force)
