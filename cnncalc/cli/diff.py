"""`cnncalc diff`."""

from __future__ import annotations

import json

import click

from cnncalc.cli.options import Loading, complete_spec, open_spec, output_options, spec_options

FORMATS = ("table", "json", "csv", "markdown")


@click.command()
@click.argument("before", metavar="SPEC", shell_complete=complete_spec)
@click.argument("after", metavar="SPEC", shell_complete=complete_spec)
@click.option("--all", "everything", is_flag=True, help="Show the layers that are alike, too.")
@output_options(FORMATS)
@spec_options
def diff(
    before: str,
    after: str,
    everything: bool,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """Two networks layer by layer: what the second adds, removes, changes, and what each change costs.

    Example: `cnncalc diff resnet50 se-resnet50`.
    """
    from cnncalc.analysis.diff import difference
    from cnncalc.cli.report import report, status_of, width_for, write_lines, write_text
    from cnncalc.render import diff as shown
    from cnncalc.render import table

    options = loading.options()
    networks = [open_spec(spec, options) for spec in (before, after)]
    found = difference(*networks)
    if format_ == "json":
        write_text(json.dumps(shown.diff_dict(found)) + "\n", output, force)
    elif format_ == "table":
        width = width_for(output)
        lines = [*table.text_lines(shown.diff_table(found, everything), width), "", *shown.closing(found, width)]
        write_lines([shown.heading(found), "", *lines], output, force)
    elif format_ == "csv":
        write_text(table.csv_text(shown.exact_table(found.changes)), output, force)
    else:
        write_text(table.markdown_text(shown.diff_table(found, everything)), output, force)
    for network in networks:
        report(network)
    return max(status_of(network) for network in networks)
