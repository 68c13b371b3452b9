"""`compare`: totals side by side, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.analysis.compare import Compared
from cnncalc.render.numbers import grouped, short, short_bytes
from cnncalc.render.table import GAP, Column, Table
from cnncalc.render.terminal import cells

_Text = Callable[[Compared], str]


def _total(name: str, show: Callable[[int], str] = grouped) -> _Text:
    def cell(network: Compared) -> str:
        return ("" if network.totals.complete else "≥ ") + show(getattr(network.totals, name))

    return cell


def _error(network: Compared) -> str:
    return "" if network.top5_error is None else f"{network.top5_error:g} %"


_ROWS: tuple[tuple[str, _Text], ...] = (
    ("year", lambda network: str(network.year or "")),
    ("top-5 error", _error),
    ("input", lambda network: ", ".join(network.inputs)),
    ("output", lambda network: ", ".join(network.outputs)),
    ("layers", _total("layers")),
    ("depth", _total("depth")),
    ("parameters", _total("parameters")),
    ("non-trainable", _total("non_trainable")),
    ("MACs", _total("macs")),
    ("FLOPs", _total("flops")),
    ("activations", _total("activations")),
    ("weights", _total("weight_bytes", short_bytes)),
)

_BRIEF: tuple[tuple[str, _Text], ...] = (
    ("input", lambda network: ", ".join(network.inputs)),
    ("depth", _total("depth")),
    ("parameters", _total("parameters", short)),
    ("MACs", _total("macs", short)),
    ("activations", _total("activations", short)),
    ("top-5", _error),
)

_EXACT = ("layers", "depth", "parameters", "non_trainable", "macs", "flops", "activations", "weight_bytes")


def side_by_side(networks: Sequence[Compared]) -> Table:
    """A column per network; between two a last column with the second as a multiple of the first."""
    columns = [Column("", style="cyan"), *(Column(network.label, numeric=True) for network in networks)]
    rows = [[name, *(cell(network) for network in networks)] for name, cell in _ROWS]
    rows = [row for row in rows if any(row[1:])]
    if len(networks) == 2:
        columns.append(Column("ratio", numeric=True))
        ratios = dict(_ratios(*networks))
        rows = [[*row, ratios.get(row[0], "")] for row in rows]
    return Table(columns, rows)


def _ratios(first: Compared, second: Compared) -> list[tuple[str, str]]:
    names = {"MACs": "macs", "non-trainable": "non_trainable", "weights": "weight_bytes", "FLOPs": "flops"}
    found = []
    for row in ("layers", "depth", "parameters", "non-trainable", "MACs", "FLOPs", "activations", "weights"):
        before, after = (getattr(network.totals, names.get(row, row)) for network in (first, second))
        if before and first.totals.complete and second.totals.complete:
            # Three digits by integer arithmetic.
            thousandths = (2000 * after + before) // (2 * before)
            found.append((row, f"×{thousandths // 1000}.{thousandths % 1000:03d}"))
    return found


def one_below_the_other(networks: Sequence[Compared]) -> Table:
    """A row per network with the totals in short, for many networks or narrow terminals."""
    columns = [Column("network", style="cyan"), *(Column(name, numeric=True) for name, _ in _BRIEF)]
    return Table(columns, [[network.label, *(cell(network) for _, cell in _BRIEF)] for network in networks])


def comparison_table(networks: Sequence[Compared], width: int | None) -> Table:
    """Side by side where that fits, else one below the other."""
    wide = side_by_side(networks)
    titles = [column.title for column in wide.columns]
    widest = [max(map(cells, column)) for column in zip(titles, *wide.rows, strict=True)]
    if width is None or sum(widest) + len(GAP) * (len(widest) - 1) <= width:
        return wide
    return one_below_the_other(networks)


def exact_table(networks: Sequence[Compared]) -> Table:
    """A row per network and plain integers, for spreadsheets; totals that are partial are left blank."""
    titles = ("spec", "name", "year", "top5_error", "input", "output", *_EXACT)
    texts = ("spec", "name", "input", "output")
    rows = [
        [
            network.spec,
            network.label,
            str(network.year or ""),
            "" if network.top5_error is None else f"{network.top5_error:g}",
            ", ".join(network.inputs),
            ", ".join(network.outputs),
            *(str(getattr(network.totals, name)) if network.totals.complete else "" for name in _EXACT),
        ]
        for network in networks
    ]
    return Table([Column(title, numeric=title not in texts) for title in titles], rows)


def comparison_dict(networks: Sequence[Compared]) -> dict[str, Any]:
    """The machine-readable comparison."""
    return {"schema_version": 1, "networks": [network.as_dict() for network in networks]}
