"""`cnncalc reconcile`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import Loading, complete_spec, open_spec, output_options, spec_options

if TYPE_CHECKING:
    from cnncalc.analysis.reconcile import Candidate, Figure
    from cnncalc.spec.load import Options

SIZES = (112, 128, 160, 192, 224, 225, 227, 231, 240, 256, 260, 288, 299, 300, 320, 331, 380, 384, 448, 480, 512, 600)
"""Inputs that networks for ImageNet are printed at."""

_UNIT = re.compile(
    r"\s*(?:(?P<parameters>param(?:eter)?s?|weights)|(?P<operations>FLOPs?|MACs?|MAdds?|mult-?adds?|op(?:eration)?s))\Z",
    re.IGNORECASE,
)

_SCALE = re.compile(r"\s*([mb])illion\Z", re.IGNORECASE)


@click.command()
@click.argument("spec", shell_complete=complete_spec)
@click.argument("printed", metavar="NUMBER")
@output_options(("table", "json"))
@spec_options
def reconcile(
    spec: str,
    printed: str,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """Where a printed number comes from: which way of counting, which input, or which bundled variant gives it.

    NUMBER is as printed: `4.11G`, `25.6M`, `3.86 GFLOPs`, `25557032 parameters`. It has to be met to the digits given.

    Examples: `cnncalc reconcile resnet50 4.11G`, `cnncalc reconcile resnet50 3.86G`.
    """
    from cnncalc.analysis.reconcile import Candidate
    from cnncalc.analysis.reconcile import reconcile as search
    from cnncalc.cli.report import report, status_of, width_for, write_lines, write_text
    from cnncalc.cli.status import Status
    from cnncalc.render import reconcile as shown
    from cnncalc.spec.files import bundled_name

    figure = read_figure(printed)
    options = loading.options()
    network = open_spec(spec, options)
    report(network)
    if not network.valid or not network.totals.complete:
        return status_of(network)
    own = Candidate("", network, bundled_name(spec) or "")
    outcome = search(figure, own, chain(_variants(spec, own, options), _inputs(spec, own, options)))
    if format_ == "json":
        text = json.dumps(shown.outcome_dict(network.name, outcome))
        write_text(text + "\n", output, force, spec)
    else:
        width = width_for(output)
        write_lines(shown.outcome_lines(network.name, outcome, width), output, force, spec)
    return Status.FINE if outcome.fits else Status.WRONG


def read_figure(text: str) -> Figure:
    """A printed number.

    Raises:
        click.UsageError: where it is none.
    """
    from cnncalc.analysis.reconcile import Figure
    from cnncalc.spec.expectations import Figure as Expected
    from cnncalc.visible import visible

    unit = _UNIT.search(text)
    quantity = unit.lastgroup if unit else None
    number = _SCALE.sub(lambda match: match[1], text[: unit.start()] if unit else text)
    try:
        figure = Expected(number)
    except ValueError:
        raise click.UsageError(f"'{visible(text[:40])}' is no number such as 4.11G, 25.6M or 25557032") from None
    return Figure(text.strip(), figure.value, 1 if figure.exact else figure.unit, quantity)


def _variants(spec: str, own: Candidate, options: Options) -> Iterator[Candidate]:
    """Bundled variants (`resnet50-v1` and others beside `resnet50`), the most alike in size first."""
    from cnncalc.spec.files import bundled_names

    names = bundled_names()
    root = _root(own.bundled or Path(spec).stem.lower(), names)
    alike = [name for name in names if name != own.bundled and _root(name, names) == root]
    variants = [(name, open_spec(name, options._replace(input=None, define=None))) for name in alike]
    variants.sort(key=lambda pair: abs(pair[1].totals.parameters - own.network.totals.parameters))
    for name, variant in variants:
        if variant.valid and variant.totals.complete:
            yield own._replace(label=f"{name} ({variant.name})", network=variant, bundled=name)


def _root(name: str, names: Sequence[str]) -> str:
    """The shortest bundled name that a name begins with, up to a hyphen: what it is a variant of."""
    return min((other for other in names if f"{name}-".startswith(f"{other}-")), key=len, default=name)


def _inputs(spec: str, own: Candidate, options: Options) -> Iterator[Candidate]:
    """The network at the usual sizes, if it has one input of two equal extents."""
    volumes = list(own.network.inputs.values())
    if spec == "-" or len(volumes) != 1 or len(volumes[0].spatial) != 2 or len(set(volumes[0].spatial)) != 1:
        return
    for size in SIZES:
        volume = f"{size}x{size}x{volumes[0].channels}"
        if volume != volumes[0].text:
            other = open_spec(spec, options._replace(input=volume))
            if other.valid and other.totals.complete:
                yield own._replace(label=f"at {volume}", network=other)
