"""Receptive fields: which cells of the input one output cell depends on.

For output cell i along an axis they are `size` cells, the first at i·`stride` - `padding`. A window of F cells at
stride S over a volume with receptive field r and stride j makes it r + (F - 1)·j and j·S. Where branches meet the
field is the hull of theirs, provided that they step alike.

Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.diagnostics import Diagnostic
from cnncalc.graph import Graph, Node, Volume
from cnncalc.layers import MERGES
from cnncalc.layers.base import POINT, Layer, WindowAxis


class ReceptiveField(NamedTuple):
    """Size, stride and padding in cells of the input, per axis, width first."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    def as_dict(self) -> dict[str, list[int]]:
        """The three by name."""
        return {"size": list(self.size), "stride": list(self.stride), "padding": list(self.padding)}


class Undefined(NamedTuple):
    """No receptive field, and why; `origin` is the index of the node where it got lost."""

    reason: str
    origin: int


Field = ReceptiveField | Undefined
Windows = tuple[WindowAxis, ...] | str


def receptive_fields(graph: Graph) -> list[Field]:
    """The receptive field of every node of a graph, in its order."""
    fields: list[Field] = []
    entered: list[int] = []
    known: dict[tuple[int, Volume], Windows] = {}
    for node in graph.nodes:
        entered.append(node.index if not node.inputs else entered[node.inputs[0]])
        if node.kind == "input":
            fields.append(_of_input(node))
        elif node.kind in MERGES:
            fields.append(_merged(graph, node, fields, entered))
        else:
            fields.append(_through(graph, node, fields, known))
    return fields


def lost_fields(graph: Graph, fields: list[Field]) -> list[Diagnostic]:
    """A note for each place where the receptive field gets lost other than in a fully connected layer."""
    origins = {field.origin: field.reason for field in fields if isinstance(field, Undefined)}
    lost = []
    for origin, reason in sorted(origins.items()):
        node = graph.nodes[origin]
        if node.volume is not None and (node.layer is None or node.layer.family != "linear") and node.kind != "input":
            message = f"no receptive field from `{node.name}` on: {reason}"
            lost.append(Diagnostic("receptive-field", "note", message, node.place, layer=node.name))
    return lost


def _of_input(node: Node) -> Field:
    if node.volume is None or not node.volume.spatial:
        return Undefined("a flat vector has no positions", node.index)
    axes = len(node.volume.spatial)
    return ReceptiveField((1,) * axes, (1,) * axes, (0,) * axes)


def _through(graph: Graph, node: Node, fields: list[Field], known: dict[tuple[int, Volume], Windows]) -> Field:
    before = fields[node.inputs[0]] if node.inputs else Undefined("its input is unknown", node.index)
    if isinstance(before, Undefined):
        return before
    if node.layer is None or node.volume is None:
        return Undefined("its volume is unknown", node.index)
    windows = _windows(graph, node, node.layer, known)
    if isinstance(windows, str):
        return Undefined(windows, node.index)
    if windows == (POINT,) * len(windows):
        return before
    steps = list(zip(before.size, before.stride, before.padding, windows, strict=False))
    return ReceptiveField(
        tuple(size + (window.size - 1) * stride for size, stride, _, window in steps),
        tuple(stride * window.stride for _, stride, _, window in steps),
        tuple(padding + window.before * stride for _, stride, padding, window in steps),
    )


def _windows(graph: Graph, node: Node, layer: Layer, known: dict[tuple[int, Volume], Windows]) -> Windows:
    volumes = graph.volumes_into(node)
    key = (id(layer), volumes[0])
    if len(volumes) > 1:
        return layer.windows(volumes)
    if key not in known:
        known[key] = layer.windows(volumes)
    return known[key]


def _merged(graph: Graph, node: Node, fields: list[Field], entered: list[int]) -> Field:
    branches = [fields[index] for index in node.inputs]
    for branch in branches:
        if isinstance(branch, Undefined):
            return branch
    defined = [branch for branch in branches if isinstance(branch, ReceptiveField)]
    if not defined or node.volume is None:
        return Undefined("its volume is unknown", node.index)
    if len({entered[index] for index in node.inputs}) > 1:
        return Undefined("branches of different inputs meet", node.index)
    first = defined[0]
    for index, branch in zip(node.inputs, defined, strict=True):
        if branch.stride != first.stride:
            names = f"`{graph.nodes[node.inputs[0]].name}` and `{graph.nodes[index].name}`"
            steps = f"{_text(first.stride)} and {_text(branch.stride)}"
            return Undefined(f"the branches that end in {names} do not line up: they step {steps} cells", node.index)
    return _hull(defined)


def _text(stride: tuple[int, ...]) -> str:
    return str(stride[0]) if len(set(stride)) == 1 else "x".join(map(str, stride))


def _hull(branches: list[ReceptiveField]) -> ReceptiveField:
    sizes, paddings = [], []
    for axis in range(len(branches[0].size)):
        start = max(branch.padding[axis] for branch in branches)
        end = max(branch.size[axis] - branch.padding[axis] for branch in branches)
        sizes.append(start + end)
        paddings.append(start)
    return ReceptiveField(tuple(sizes), branches[0].stride, tuple(paddings))
