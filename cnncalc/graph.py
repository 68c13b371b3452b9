"""The layer graph: volumes, weights, nodes. It knows nothing of YAML and nothing of any layer kind.

Sizes along spatial axes are kept in the order they are written in text, width first
(width, height, time); `Volume.shape` gives the frameworks' order, channels first.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnncalc.diagnostics import Place
    from cnncalc.layers.base import Layer

AXIS_NAMES = ("width", "height", "time")


class Volume(NamedTuple):
    """The numbers between two layers: `channels` maps of `spatial` extents.

    `spatial` is (width, height), (length,), (width, height, time), or () for a flat vector.
    """

    channels: int
    spatial: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers the volume holds."""
        return self.channels * prod(self.spatial)

    @property
    def positions(self) -> int:
        """How many spatial positions it has; 1 for a flat vector."""
        return prod(self.spatial)

    @property
    def shape(self) -> tuple[int, ...]:
        """Channels first, then time, height, width, as the frameworks order them."""
        return (self.channels, *reversed(self.spatial))

    @property
    def text(self) -> str:
        """The volume as the lecture writes it: `55x55x96`, `1000`."""
        return "x".join(map(str, (*self.spatial, self.channels)))

    def __str__(self) -> str:
        return self.text


class Weight(NamedTuple):
    """One weight tensor of a layer, its shape in the frameworks' layout."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers the tensor holds."""
        return prod(self.shape)


class Frame(NamedTuple):
    """One step of the way a layer came into the graph: a block, a loop's turn, a group."""

    label: str
    place: Place | None


class Node(NamedTuple):
    """One executed layer, or (with kind `input`) one input of the network.

    `inputs` are indexes into `Graph.nodes`; `volume` is None where it could not be worked out.
    `shares` is the index of the node whose weights this one uses. `scope` lists the scopes it lies in, outermost first.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index
    name: str
    kind: str
    layer: Layer | None
    inputs: tuple[int, ...]
    volume: Volume | None
    weights: tuple[Weight, ...] = ()
    shares: int | None = None
    place: Place | None = None
    scope: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    note: str = ""

    @property
    def parameters(self) -> int:
        """Learned numbers of this layer; 0 where it shares another layer's weights."""
        if self.shares is not None:
            return 0
        return sum(weight.size for weight in self.weights if weight.trainable)

    @property
    def non_trainable(self) -> int:
        """Stored numbers that training does not change by gradient."""
        if self.shares is not None:
            return 0
        return sum(weight.size for weight in self.weights if not weight.trainable)


class Output(NamedTuple):
    """One output of the network: its name and the node that computes it."""

    name: str
    node: int


class Graph(NamedTuple):
    """Nodes in execution order (the inputs first) and the network's outputs.

    `complete` is false where a limit or a fault kept part of the specification from becoming nodes.
    """

    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    complete: bool = True

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The input nodes."""
        return tuple(node for node in self.nodes if node.kind == "input")

    @property
    def layers(self) -> tuple[Node, ...]:
        """Every executed layer, in execution order."""
        return tuple(node for node in self.nodes if node.kind != "input")

    def volumes_into(self, node: Node) -> tuple[Volume, ...]:
        """The volumes a node reads.

        Raises:
            ValueError: if one of them is unknown.
        """
        nodes = self.nodes
        if len(node.inputs) == 1 and (only := nodes[node.inputs[0]].volume) is not None:
            return (only,)
        volumes = [nodes[index].volume for index in node.inputs]
        known = tuple(volume for volume in volumes if volume is not None)
        if len(known) != len(volumes):
            raise ValueError(f"the input of {node.name} is unknown")
        return known

    def last_readers(self) -> list[int]:
        """For every node the index of the last that reads it: its own where nobody does, beyond the end for outputs."""
        last = [node.index for node in self.nodes]
        for node in self.nodes:
            for index in node.inputs:
                last[index] = node.index
        for output in self.outputs:
            last[output.node] = len(self.nodes)
        return last
