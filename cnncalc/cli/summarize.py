"""`cnncalc summarize`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import Loading, complete_spec, dtype_option, open_spec, output_options, spec_options

if TYPE_CHECKING:
    from cnncalc.analysis.departures import Printed
    from cnncalc.network import Network
    from cnncalc.render.summary import View

FORMATS = ("table", "json", "csv", "markdown", "latex")
COLUMN_NAMES = "layer, kind, of, output, parameters, fixed, macs, flops, activations, field, inputs, line, note, count"


@click.command()
@click.argument("spec", shell_complete=complete_spec)
@click.option("--columns", metavar="NAMES", help=f"Columns, separated by commas: {COLUMN_NAMES}.")
@click.option("--depth", type=click.IntRange(0), metavar="N", help="Fold blocks below this depth into one line each.")
@click.option("--batch", type=click.IntRange(1), default=1, metavar="N", help="Count operations for a batch.")
@dtype_option("For the bytes of the weights.")
@click.option(
    "--as",
    "convention",
    metavar="CONVENTION",
    help="Count as another tool does: torch, fvcore, torchinfo, ptflops, thop, keras.",
)
@click.option("--raw-csv", is_flag=True, help="Leave text that a spreadsheet would run as it is.")
@output_options(FORMATS)
@spec_options
def summarize(
    spec: str,
    columns: str | None,
    depth: int | None,
    batch: int,
    dtype: str,
    convention: str | None,
    raw_csv: bool,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """The table of a network: each layer, what it is made of, its output, parameters and multiply–accumulates.

    Examples: `cnncalc summarize alexnet`, `cnncalc summarize resnet50 --depth 0`,
    `cnncalc summarize net.yaml --format json`.
    """
    from cnncalc.cli.report import report, status_of
    from cnncalc.render.summary import View

    chosen = _columns(columns)
    network = open_spec(spec, loading.options())
    counted, told = _counted(spec, network, convention)
    if counted and "count" not in chosen:
        from cnncalc.render.summary import DEFAULT

        chosen = (*(chosen or DEFAULT), "count")
    view = View(chosen, depth, batch, dtype, counted, exact=format_ == "csv")
    _write(network, view, convention or "cnncalc", told, format_, output, force, spec, raw_csv)
    report(network)
    return status_of(network)


def _columns(text: str | None) -> tuple[str, ...]:
    from cnncalc.render.summary import COLUMNS
    from cnncalc.spec.suggest import did_you_mean
    from cnncalc.visible import visible

    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in COLUMNS:
            known = did_you_mean(name, COLUMNS) or f"there are {', '.join(COLUMNS)}"
            raise click.UsageError(f"--columns: there is no column '{visible(name)}': {known}")
    return names


def _counted(spec: str, network: Network, convention: str | None) -> tuple[list[int | None], Printed | None]:
    """Another tool's count of each layer, and its total where that of the published code is not their sum."""
    if convention is None:
        return [], None
    from cnncalc.analysis.conventions import CONVENTIONS, counts_as
    from cnncalc.analysis.departures import printed
    from cnncalc.spec.files import bundled_name
    from cnncalc.spec.suggest import did_you_mean
    from cnncalc.visible import visible

    if convention not in CONVENTIONS:
        known = did_you_mean(convention, CONVENTIONS) or f"there are {', '.join(CONVENTIONS)}"
        raise click.UsageError(f"--as: there is no convention '{visible(convention)}': {known}")
    told = printed(bundled_name(spec) or "", network.graph, convention)
    return counts_as(network.graph, convention), told


def _statement(convention: str, told: Printed | None) -> str:
    """What a tool counts, in words."""
    if convention == "cnncalc":
        return ""
    from cnncalc.analysis.conventions import CONVENTIONS

    published = f"; {told.reason}, for which it prints {told.total:,}" if told else ""
    return f"count: {convention} {CONVENTIONS[convention].counts}{published}"


def _write(
    network: Network,
    view: View,
    convention: str,
    told: Printed | None,
    format_: str,
    output: str | None,
    force: bool,
    spec: str,
    raw_csv: bool,
) -> None:
    from cnncalc.cli.report import write_lines, write_text
    from cnncalc.render import summary, table
    from cnncalc.render.terminal import stdout, wrapped

    if format_ == "json":
        more = {} if told is None else {"published_code": {"count": told.total, "reason": told.reason}}
        write_text(summary.summary_json(network, view, convention, **more), output, force, spec)
        return
    made = summary.summary_table(network, view)
    if format_ == "table":
        terminal = stdout()
        width, styled = (terminal.width, terminal.colour) if output is None else (None, False)
        closing = summary.closing(network, view, width)
        statement = _statement(convention, told)
        said = wrapped(statement, width, "  ") if statement else []
        lines = [summary.heading(network), "", *table.text_lines(made, width, styled=styled), "", *closing, *said]
        write_lines(lines, output, force, spec)
        return
    text = {
        "csv": lambda: table.csv_text(made, raw_csv),
        "markdown": lambda: table.markdown_text(made),
        "latex": lambda: table.latex_text(made),
    }[format_]()
    write_text(text, output, force, spec)
