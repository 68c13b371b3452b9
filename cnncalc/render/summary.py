"""`summarize`: a network's layers as a table with totals, folded by block where asked for, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any, NamedTuple

from cnncalc.analysis.counts import DTYPE_BYTES, Counts, Totals
from cnncalc.analysis.measured import Measured
from cnncalc.analysis.receptive import ReceptiveField, lost_fields
from cnncalc.collector import paused
from cnncalc.graph import Node, Volume
from cnncalc.render.numbers import grouped, percent, short, short_bytes
from cnncalc.render.table import Column, Table
from cnncalc.render.terminal import Line, Span, visible, wrapped


class View(NamedTuple):
    """How a summary is to look.

    Attributes:
        columns: by the names of `COLUMNS`.
        depth: scopes below it are folded into one line each; None folds nothing.
        batch: operations and activations are for so many images.
        counted: with a counting convention, its number for each layer.
        exact: numbers without separators, for machines.
    """

    columns: Sequence[str] = ()
    depth: int | None = None
    batch: int = 1
    dtype: str = "float32"
    counted: Sequence[int | None] = ()
    exact: bool = False

    def number(self, value: int | None) -> str:
        """A count as it is to be written."""
        if value is None:
            return "?"
        return str(value) if self.exact else grouped(value)


class Row(NamedTuple):
    """One line of the table: a layer, or with several nodes a folded scope and the sums of its layers."""

    name: str
    nodes: tuple[Node, ...]
    counts: Counts | None
    counted: int | None = None
    folded: bool = False


Cell = Callable[[Row, View, Measured], str]


def _kind(row: Row, view: View, network: Measured) -> str:
    return "block" if row.folded else row.nodes[0].kind


def _made_of(row: Row, view: View, network: Measured) -> str:
    if row.folded:
        return f"{len(row.nodes)} layers" if len(row.nodes) > 1 else "1 layer"
    layer = row.nodes[0].layer
    return layer.describe() if layer else ""


def _output(row: Row, view: View, network: Measured) -> str:
    volume = row.nodes[-1].volume
    return volume.text if volume else "?"


def _sum(name: str) -> Cell:
    def cell(row: Row, view: View, network: Measured) -> str:
        return view.number(getattr(row.counts, name) if row.counts is not None else None)

    return cell


def _field(row: Row, view: View, network: Measured) -> str:
    field = network.receptive_fields[row.nodes[-1].index]
    if not isinstance(field, ReceptiveField):
        return "–"
    size, stride = (str(v[0]) if len(set(v)) == 1 else "x".join(map(str, v)) for v in (field.size, field.stride))
    return f"{size} /{stride}"


def _reads(row: Row, view: View, network: Measured) -> str:
    inside = {node.index for node in row.nodes}
    read = dict.fromkeys(index for node in row.nodes for index in node.inputs if index not in inside)
    return ", ".join(network.graph.nodes[index].name for index in read)


def _line(row: Row, view: View, network: Measured) -> str:
    place = row.nodes[0].place
    return str(place.line) if place else ""


COLUMNS: dict[str, tuple[Column, Cell]] = {
    "layer": (Column("layer", style="cyan"), lambda row, view, network: row.name),
    "kind": (Column("kind"), _kind),
    "of": (Column("made of"), _made_of),
    "output": (Column("output", numeric=True), _output),
    "parameters": (Column("parameters", numeric=True), _sum("parameters")),
    "fixed": (Column("non-trainable", numeric=True), _sum("non_trainable")),
    "macs": (Column("MACs", numeric=True), _sum("macs")),
    "flops": (Column("FLOPs", numeric=True), _sum("flops")),
    "activations": (Column("activations", numeric=True), _sum("activations")),
    "field": (Column("receptive field", numeric=True), _field),
    "inputs": (Column("reads"), _reads),
    "line": (Column("line", numeric=True), _line),
    "note": (Column("note"), lambda row, view, network: row.nodes[0].note),
    "count": (Column("count", numeric=True), lambda row, view, network: view.number(row.counted)),
}
"""The columns there are, by the name `--columns` takes."""

DEFAULT = ("layer", "kind", "of", "output", "parameters", "macs")


def rows(network: Measured, view: View) -> list[Row]:
    """The lines of the table, in execution order; scopes below `depth` are folded into one line each."""
    layers = network.graph.layers
    counted = view.counted or [None] * len(layers)
    singles = [
        Row(node.name, (node,), counts, count)
        for node, counts, count in zip(layers, counts_for(network, view), counted, strict=True)
    ]
    if view.depth is None:
        return singles
    folded: list[Row] = []
    level = view.depth
    for scope, group in groupby(singles, key=lambda row: row.nodes[0].scope[: level + 1]):
        members = list(group)
        folded += members if len(scope) <= level else [_folded(".".join(scope), members)]
    return folded


def _folded(name: str, members: list[Row]) -> Row:
    nodes = tuple(node for row in members for node in row.nodes)
    known = [row.counts for row in members if row.counts is not None]
    total = sum(known[1:], known[0]) if len(known) == len(members) else None
    counted = [row.counted for row in members if row.counted is not None]
    return Row(name, nodes, total, sum(counted) if len(counted) == len(members) else None, folded=True)


def counts_for(network: Measured, view: View) -> list[Counts | None]:
    """The counts of all layers for the view's batch."""
    if view.batch == 1:
        return network.counts
    return [counts.times(view.batch) if counts else None for counts in network.counts]


@paused()
def summary_table(network: Measured, view: View) -> Table:
    """The table with its totals row."""
    names = view.columns or DEFAULT
    columns = [COLUMNS[name] for name in names]
    listed = rows(network, view)
    table = Table(
        [column for column, _ in columns], [[cell(row, view, network) for _, cell in columns] for row in listed]
    )
    table.footer = [_total(name, network, view) for name in names]
    return table


def _total(name: str, network: Measured, view: View) -> str:
    totals = network.totals
    mark = "" if totals.complete else "≥ "
    match name:
        case "layer":
            if view.exact:
                return "total"
            return f"{totals.layers} layers" if totals.layers != 1 else "1 layer"
        case "kind":
            return f"depth {totals.depth}"
        case "output":
            volumes = [volume for volume in network.outputs.values() if volume is not None]
            return volumes[-1].text if volumes else "?"
        case "parameters" | "fixed":
            return mark + view.number(totals.parameters if name == "parameters" else totals.non_trainable)
        case "macs" | "flops" | "activations":
            return mark + view.number(getattr(totals, name) * view.batch)
        case "count":
            return mark + view.number(sum(count for count in view.counted if count is not None))
    return ""


def heading(network: Measured) -> Line:
    """The line above the table: the name and the input."""
    volumes = ", ".join(
        volume.text if name == "input" else f"{name} {volume}" for name, volume in network.inputs.items()
    )
    return (Span(visible(network.name), "bold"), Span(visible(f" · input {volumes or 'unknown'}")))


def closing(network: Measured, view: View, width: int | None) -> Iterator[Line]:
    """The lines below the table: the totals in short, and where parameters and operations are."""
    totals = network.totals
    stored = (totals.parameters + totals.non_trainable) * DTYPE_BYTES[view.dtype]
    least = "" if totals.complete else "at least "
    fixed = f" and {short(totals.non_trainable)} non-trainable numbers" if totals.non_trainable else ""
    yield from wrapped(
        f"{least}{short(totals.parameters)} parameters{fixed}, {short_bytes(stored)} in {view.dtype}", width, "  "
    )
    batch = f" for a batch of {view.batch}" if view.batch > 1 else ""
    macs = totals.macs * view.batch
    yield from wrapped(
        f"{least}{short(macs)} multiply–accumulates = {short(2 * macs)} FLOPs{batch}, "
        f"{short(totals.activations * view.batch)} activations",
        width,
        "  ",
    )
    for what in ("parameters", "macs"):
        shares = list(_shares(network, what))
        if shares:
            label = "MACs" if what == "macs" else what
            yield from wrapped(f"{label}: {', '.join(shares)}", width, "  ")
    if not totals.complete:
        yield from wrapped(
            visible(f"not counted: {', '.join(totals.missing[:5])}")
            + (f" and {len(totals.missing) - 5} more" if len(totals.missing) > 5 else ""),
            width,
            "  ",
        )


_FAMILIES = (("convolution", "convolutions"), ("linear", "fully connected"), ("normalization", "normalisation"))


def _shares(network: Measured, what: str) -> Iterator[str]:
    """How a total divides among the families of layers, largest families named."""
    sums = dict.fromkeys([family for family, _ in _FAMILIES], 0)
    rest = 0
    for node, counts in zip(network.graph.layers, network.counts, strict=True):
        value = getattr(counts, what) if counts else 0
        family = node.layer.family if node.layer else ""
        if family in sums:
            sums[family] += value
        else:
            rest += value
    total = sum(sums.values()) + rest
    if not total:
        return
    for family, label in _FAMILIES:
        if sums[family] or family in ("convolution", "linear"):
            yield f"{label} {percent(sums[family], total)}"
    if rest:
        yield f"others {percent(rest, total)}"


@paused()
def summary_json(network: Measured, view: View, convention: str = "cnncalc", **more: Any) -> Iterator[str]:
    """The machine-readable summary as one JSON object, piece by piece; integers are exact.

    A long network is never held as a whole, neither as text nor as a tree.
    """
    import json

    yield _dumped(_before_layers(network, view, convention))[:-1] + ', "layers": ['
    rows = _layers(network, view)
    # A few hundred at a time: one call each would cost more than the writing.
    separator = ""
    for chunk in iter(lambda: list(islice(rows, 500)), []):
        yield separator + json.dumps(chunk, allow_nan=False)[1:-1]
        separator = ", "
    yield "], " + _dumped({**_after_layers(network, view), **more})[1:] + "\n"


def _dumped(value: dict[str, Any]) -> str:
    import json

    return json.dumps(value, allow_nan=False)


def _before_layers(network: Measured, view: View, convention: str) -> dict[str, Any]:
    inputs = network.inputs
    single = inputs.get("input") if set(inputs) <= {"input"} else None
    result: dict[str, Any] = {
        "schema_version": 1,
        "name": network.name,
        "convention": convention,
        "input": _volume(single) if single else None,
    }
    if single is None:
        result["inputs"] = {name: _volume(volume) for name, volume in inputs.items()}
    if view.batch != 1:
        result["batch"] = view.batch
    return result


def _layers(network: Measured, view: View) -> Iterator[dict[str, Any]]:
    layers = network.graph.layers
    counted = view.counted or [None] * len(layers)
    operations: dict[int, dict[str, int]] = {}
    for node, counts, count in zip(layers, counts_for(network, view), counted, strict=True):
        yield _layer(network, node, counts, view, count, operations)


def _after_layers(network: Measured, view: View) -> dict[str, Any]:
    outputs = [
        {"name": name, "shape": list(volume.shape) if volume else None} for name, volume in network.outputs.items()
    ]
    lost = lost_fields(network.graph, network.receptive_fields)
    return {
        "outputs": outputs,
        "totals": _totals(network.totals, view),
        "diagnostics": [diagnostic.as_dict() for diagnostic in [*network.diagnostics, *lost]],
    }


def _volume(volume: Volume) -> dict[str, Any]:
    return {"shape": list(volume.shape), "volume": volume.text}


def _totals(totals: Totals, view: View) -> dict[str, Any]:
    shown = replace(
        totals,
        macs=totals.macs * view.batch,
        activations=totals.activations * view.batch,
        operations=totals.operations.times(view.batch),
    ).as_dict()
    stored = (totals.parameters + totals.non_trainable) * DTYPE_BYTES[view.dtype]
    shown["weight_bytes"] = stored if totals.complete else {"partial": stored, "missing": list(totals.missing)}
    if view.counted:
        count = sum(number for number in view.counted if number is not None)
        shown["count"] = count if totals.complete else {"partial": count, "missing": list(totals.missing)}
    return shown


def _layer(
    network: Measured,
    node: Node,
    counts: Counts | None,
    view: View,
    count: int | None,
    operations: dict[int, dict[str, int]],
) -> dict[str, Any]:
    """One layer; `operations` keeps the vectors already written out, since layers alike share their counts."""
    field = network.receptive_fields[node.index]
    shown: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "inputs": [network.graph.nodes[index].name for index in node.inputs],
        "line": node.place.line if node.place else None,
        "shape": list(node.volume.shape) if node.volume else None,
        "volume": node.volume.text if node.volume else None,
    }
    for name in ("parameters", "non_trainable", "macs", "flops", "activations"):
        shown[name] = getattr(counts, name) if counts else None
    if counts is not None and id(counts) not in operations:
        operations[id(counts)] = counts.operations.as_dict()
    shown["operations"] = operations[id(counts)] if counts else None
    shown["receptive_field"] = field.as_dict() if isinstance(field, ReceptiveField) else None
    if node.shares is not None:
        shown["shares"] = network.graph.nodes[node.shares].name
    if view.counted:
        shown["count"] = count
    return shown
