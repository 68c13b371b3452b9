"""Memory: what training stores, and the most that inference holds when arrays are freed as soon as they can be.

Inference walks the layers in execution order. A layer's output is held from its own turn until its last reader's
turn is over, the network's outputs to the end. Layers that are the identity at inference, and those that only read
the same numbers under another shape, hold nothing of their own; layers that work number by number write over an input
that nobody reads after them. Weights are all held, and what a kernel needs besides its arrays is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cnncalc.analysis.counts import DTYPE_BYTES
from cnncalc.graph import Graph, Node

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2}
"""Numbers an optimiser keeps per parameter: none, a velocity, two moments."""

_VIEWS = frozenset(("flatten", "reshape"))
_OVERWRITING_FAMILIES = frozenset(("activation", "softmax", "normalization", "response_normalization", "scale"))
_OVERWRITING_KINDS = frozenset(("add", "multiply"))


class Peak(NamedTuple):
    """The most numbers held at once for one image, the layer at whose turn they are, and whose outputs they are."""

    numbers: int
    layer: str
    held: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a network at a batch size and a dtype.

    Attributes:
        weights: parameters and non-trainable numbers.
        gradients: one number per parameter.
        optimizer_state: what the optimiser keeps per parameter.
        activations: the input and every layer's output, as the backward pass reads them.
        peak: of one image's arrays at inference; `peak_bytes` are those of the batch.
        separate_bytes: the same if no layer wrote over its input.
    """

    batch: int
    dtype: str
    optimizer: str
    weights: int
    gradients: int
    optimizer_state: int
    activations: int
    peak: Peak
    peak_bytes: int
    separate_bytes: int

    @property
    def training(self) -> int:
        """All that training holds."""
        return self.weights + self.gradients + self.optimizer_state + self.activations

    @property
    def inference(self) -> int:
        """All weights, and the most activations at once."""
        return self.weights + self.peak_bytes


def memory_of(graph: Graph, *, batch: int = 1, dtype: str = "float32", optimizer: str = "sgd") -> Memory:
    """The memory of a network whose volumes are all known."""
    size = DTYPE_BYTES[dtype]
    parameters = sum(node.parameters for node in graph.nodes) * size
    fixed = sum(node.non_trainable for node in graph.nodes) * size
    peak = inference_peak(graph)
    return Memory(
        batch,
        dtype,
        optimizer,
        parameters + fixed,
        parameters,
        OPTIMIZERS[optimizer] * parameters,
        sum(_numbers(node) for node in graph.nodes) * batch * size,
        peak,
        peak.numbers * batch * size,
        inference_peak(graph, overwrite=False).numbers * batch * size,
    )


def inference_peak(graph: Graph, *, overwrite: bool = True) -> Peak:
    """The most numbers held at once for one image; `overwrite` lets layers write over what nobody reads after them."""
    owner, ends = _owners(graph, overwrite)
    freed: dict[int, int] = {}
    for index, end in ends.items():
        freed[end] = freed.get(end, 0) + _numbers(graph.nodes[index])
    held, most, turn = 0, 0, 0
    for node in graph.nodes:
        held += _numbers(node) if owner[node.index] == node.index else 0
        if held > most:
            most, turn = held, node.index
        held -= freed.get(node.index, 0)
    then = [graph.nodes[index] for index, end in ends.items() if index <= turn <= end]
    return Peak(most, graph.nodes[turn].name, tuple((node.name, _numbers(node)) for node in then))


def _owners(graph: Graph, overwrite: bool) -> tuple[list[int], dict[int, int]]:
    """For every node the one whose array it uses (mostly its own), and for these the turn after which it is free."""
    last = graph.last_readers()
    owner: list[int] = []
    ends: dict[int, int] = {}
    for node in graph.nodes:
        used = _borrowed(node, graph, owner, ends, overwrite)
        owner.append(node.index if used is None else used)
        ends[owner[-1]] = max(last[node.index], ends.get(owner[-1], 0))
    return owner, ends


def _borrowed(node: Node, graph: Graph, owner: list[int], ends: dict[int, int], overwrite: bool) -> int | None:
    """The array that a node takes over from an input; None where it needs its own."""
    if node.layer is None:
        return None
    if node.layer.family == "identity" or node.kind in _VIEWS:
        return owner[node.inputs[0]]
    if not overwrite or (node.layer.family not in _OVERWRITING_FAMILIES and node.kind not in _OVERWRITING_KINDS):
        return None
    for index in node.inputs:
        # Several nodes may use one array: it is free only when the last reader of each of them is done.
        if ends[owner[index]] == node.index and graph.nodes[index].volume == node.volume:
            return owner[index]
    return None


def _numbers(node: Node) -> int:
    if node.volume is None:
        raise ValueError(f"the volume of {node.name} is unknown")
    return node.volume.size
