"""`cnncalc list`."""

from __future__ import annotations

import json
from typing import Any

import click

from cnncalc.cli.options import output_options

FORMATS = ("table", "json", "csv", "markdown", "latex")
SORTS = ("name", "year", "depth", "parameters", "macs", "error")


@click.command("list")
@click.argument("words", nargs=-1)
@click.option("--sort", type=click.Choice(SORTS), default="name", show_default=True, help="The order.")
@output_options(FORMATS)
def listing(words: tuple[str, ...], sort: str, format_: str, output: str | None, force: bool) -> int:
    """The bundled architectures with year, depth, parameters and multiply–accumulates.

    WORDS restrict the list to those that contain them all: in the name, the paper's title or authors, the year, the
    description, or the name of the architecture they extend.

    Examples: `cnncalc list resnet --sort macs`, `cnncalc list howard 2019`.
    """
    from cnncalc.cli.report import width_for, write_lines, write_text
    from cnncalc.render import table
    from cnncalc.render.catalogue import catalogue, catalogue_table
    from cnncalc.visible import visible

    entries = catalogue(words, sort)
    if not entries:
        click.echo(f"no bundled architecture has all of these words: {visible(' '.join(words))}", err=True)
    if format_ == "json":
        listed: list[dict[str, Any]] = [entry.as_dict() for entry in entries]
        text = json.dumps({"schema_version": 1, "architectures": listed})
        write_text(text + "\n", output, force)
        return 0 if entries else 1
    if format_ == "table" and entries:
        width = width_for(output)
        made = catalogue_table(entries, width)
        write_lines([*table.text_lines(made, width), f"\n{len(entries)} architectures"], output, force)
    elif format_ != "table":
        made = catalogue_table(entries)
        make = {"csv": table.csv_text, "markdown": table.markdown_text, "latex": table.latex_text}[format_]
        write_text(make(made), output, force)
    return 0 if entries else 1
