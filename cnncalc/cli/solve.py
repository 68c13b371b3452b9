"""`cnncalc solve`."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from cnncalc.cli.options import format_option
from cnncalc.cli.status import Status
from cnncalc.visible import visible

UNKNOWNS = ("pad", "stride", "kernel", "dilation", "input", "filters", "units", "channels")
KINDS = ("conv", "depthwise", "transposed_conv", "maxpool", "avgpool", "subsample", "fc")


_OPTIONS = {
    "the output that is wanted": "--output (or --parameters, --macs)",
    "the input's width and height": "--input",
    "the input's depth": "--input with its depth",
    "the kernel's size": "--kernel",
    "the number of filters": "--filters",
    "the number of neurons": "--units",
}
"""The options that say what a question lacks."""


def _size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | tuple[int, ...] | None:
    """A number, or numbers joined by x: an int or a tuple, width first."""
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}(x[0-9]{1,18}){0,3}", value):
        raise click.BadParameter(f"'{visible(value)}' is no size such as 7 or 224x224", ctx, param)
    numbers = tuple(map(int, value.split("x")))
    return numbers[0] if len(numbers) == 1 else numbers


@click.command()
@click.argument("unknown", nargs=-1, required=True, type=click.Choice(UNKNOWNS))
@click.option("--kind", type=click.Choice(KINDS), default="conv", show_default=True, help="The layer kind.")
@click.option("--input", "input_", callback=_size, metavar="WxHxD", help="The input: W, WxH or WxHxD.")
@click.option("--output", callback=_size, metavar="WxH", help="The extents that are to come out.")
@click.option("--kernel", callback=_size, help="The kernel.")
@click.option("--stride", callback=_size, help="The stride (1, or the window for pooling).")
@click.option("--pad", callback=_size, help="The padding (0).")
@click.option("--dilation", callback=_size, help="The dilation (1).")
@click.option("--filters", type=click.IntRange(1), help="The number of filters.")
@click.option("--units", type=click.IntRange(1), help="The number of neurons.")
@click.option("--no-bias", is_flag=True, help="Count no biases.")
@click.option("--parameters", type=click.IntRange(1), help="The number of parameters that is wanted.")
@click.option("--macs", type=click.IntRange(1), help="The multiply–accumulates that are wanted.")
@format_option(("text", "json"))
def solve(
    unknown: tuple[str, ...],
    kind: str,
    input_: int | tuple[int, ...] | None,
    output: int | tuple[int, ...] | None,
    parameters: int | None,
    macs: int | None,
    no_bias: bool,
    format_: str,
    **said: Any,
) -> int:
    """Backwards: which padding, stride, kernel, dilation, input, or number of filters gives what is wanted.

    All solutions in whole numbers, smallest first. Exit code 1 where there is none.

    Examples: `cnncalc solve pad --input 63 --kernel 7 --output 63`,
    `cnncalc solve stride pad --input 224 --kernel 7 --output 112`,
    `cnncalc solve filters --input 32x32x3 --kernel 5 --parameters 1520`.
    """
    from cnncalc.questions.answer import QuestionError
    from cnncalc.questions.solve import solve as solved
    from cnncalc.render.answers import answer_lines
    from cnncalc.render.terminal import stdout

    values = {name: value for name, value in said.items() if value is not None}
    if no_bias:
        values["bias"] = False
    try:
        found = solved(unknown, kind=kind, input=input_, output=output, parameters=parameters, macs=macs, **values)
    except QuestionError as error:
        options = [_OPTIONS[name] for name in error.missing if name in _OPTIONS]
        raise click.UsageError(f"missing {', '.join(options)}" if options else str(error)) from None
    if format_ == "json":
        click.echo(json.dumps({"schema_version": 1, "answers": [answer.as_dict() for answer in found]}))
    else:
        stdout().write(answer_lines(found))
    return Status.WRONG if found[0].value == "none" else Status.FINE
