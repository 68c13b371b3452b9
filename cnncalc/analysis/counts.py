"""Counts of single layers and totals of whole networks. Unknown is never zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnncalc.graph import Graph, Node
from cnncalc.layers.base import Operations

DTYPE_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""Bytes per number."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one layer costs, for one image."""

    parameters: int
    non_trainable: int
    macs: int
    activations: int
    operations: Operations

    @property
    def flops(self) -> int:
        """Two per multiply–accumulate and nothing else."""
        return 2 * self.macs

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.parameters + other.parameters,
            self.non_trainable + other.non_trainable,
            self.macs + other.macs,
            self.activations + other.activations,
            self.operations + other.operations,
        )

    def times(self, batch: int) -> Counts:
        """The counts for a batch: the weights stay, the work and its results multiply."""
        return Counts(
            self.parameters,
            self.non_trainable,
            self.macs * batch,
            self.activations * batch,
            self.operations.times(batch),
        )


def counts_of(graph: Graph, node: Node) -> Counts | None:
    """The counts of a layer; None where its volume is unknown."""
    if node.layer is None or node.volume is None:
        return None
    volumes = graph.volumes_into(node)
    layer = node.layer
    return Counts(
        node.parameters,
        node.non_trainable,
        layer.macs(volumes, node.volume),
        node.volume.size,
        layer.operations(volumes, node.volume),
    )


def all_counts(graph: Graph) -> list[Counts | None]:
    """The counts of all layers in execution order; layers alike are counted once."""
    known: dict[tuple[Any, ...], Counts | None] = {}
    result = []
    for node in graph.layers:
        key = (id(node.layer), tuple(graph.nodes[index].volume for index in node.inputs), node.shares is None)
        if key not in known:
            known[key] = counts_of(graph, node)
        result.append(known[key])
    return result


@dataclass(frozen=True, slots=True)
class Totals:
    """What the whole network costs, for one image.

    Attributes:
        missing: layers whose counts are unknown; the totals are then partial.
        weight_bytes: parameters and non-trainable numbers at the dtype.
    """

    layers: int
    depth: int
    parameters: int
    non_trainable: int
    macs: int
    activations: int
    weight_bytes: int
    operations: Operations
    missing: tuple[str, ...] = ()

    @property
    def flops(self) -> int:
        """Two per multiply–accumulate and nothing else."""
        return 2 * self.macs

    @property
    def complete(self) -> bool:
        """Whether every layer is counted."""
        return not self.missing

    def as_dict(self) -> dict[str, Any]:
        """The totals with the keys of the machine-readable output."""
        counted = {
            "depth": self.depth,
            "parameters": self.parameters,
            "non_trainable": self.non_trainable,
            "macs": self.macs,
            "flops": self.flops,
            "activations": self.activations,
            "weight_bytes": self.weight_bytes,
        }
        shown = {name: self._shown(value) for name, value in counted.items()}
        return {"layers": self.layers, **shown, "operations": self.operations.as_dict()}

    def _shown(self, value: int) -> Any:
        return value if self.complete else {"partial": value, "missing": list(self.missing)}


def totals_of(graph: Graph, counts: list[Counts | None], dtype: str = "float32") -> Totals:
    """Sum the counts of all layers."""
    layers = graph.layers
    known = [count for count in counts if count is not None]
    missing = tuple(node.name for node, count in zip(layers, counts, strict=True) if count is None)
    if not graph.complete:
        missing = (*missing, "the rest of the network")
    operations = Operations(
        sum(count.operations.multiply_accumulates for count in known),
        sum(count.operations.additions for count in known),
        sum(count.operations.comparisons for count in known),
        sum(count.operations.divisions for count in known),
        sum(count.operations.exponentials for count in known),
    )
    parameters = sum(count.parameters for count in known)
    non_trainable = sum(count.non_trainable for count in known)
    return Totals(
        len(layers),
        depth_of(graph),
        parameters,
        non_trainable,
        sum(count.macs for count in known),
        sum(count.activations for count in known),
        (parameters + non_trainable) * DTYPE_BYTES[dtype],
        operations,
        missing,
    )


def depth_of(graph: Graph) -> int:
    """The most layers with trained weights (convolutions and dense layers) on any way from an input to an output."""
    depths: list[int] = []
    for node in graph.nodes:
        before = max((depths[index] for index in node.inputs), default=0)
        depths.append(before + (node.layer is not None and node.layer.counts_depth))
    return max((depths[output.node] for output in graph.outputs), default=0)
