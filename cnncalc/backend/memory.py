"""How much memory an execution will need, from the predicted volumes, before anything is allocated."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from cnncalc.backend.errors import MemoryLimitError
from cnncalc.backend.kernels import FORMULAS
from cnncalc.graph import Graph, Node, Volume

DEFAULT_LIMIT = 8_000_000_000

CONSTANT = 6 << 20
"""The pool of random numbers and what every execution has besides its arrays."""

_TILES = 5 << 20
_IN_PLACE = frozenset(
    (
        "add", "multiply", "scale", "rescale", "softmax", "log_softmax", "prelu", *FORMULAS,
        "batchnorm", "layernorm", "groupnorm", "instancenorm", "grn", "l2norm", "lrn",
    )
)  # fmt: skip
_ALIASES = frozenset(("dropout", "drop_path", "identity"))
_STREAMED = frozenset(("fc", "rbf"))


class Estimate(NamedTuple):
    """The most bytes held at once, and the layer during which they are."""

    peak: int
    layer: str


def check(graph: Graph, limit: int, *, batch: int, itemsize: int = 4, threads: int = 1, keep: bool = False) -> Estimate:
    """The estimate, if it is within the limit.

    Raises:
        MemoryLimitError: if it is not.
    """
    found = estimate(graph, batch=batch, itemsize=itemsize, threads=threads, keep=keep)
    if found.peak > limit:
        raise MemoryLimitError(found.peak, limit, found.layer)
    return found


def estimate(graph: Graph, *, batch: int, itemsize: int = 4, threads: int = 1, keep: bool = False) -> Estimate:
    """Live activations, the layer's working set, and the weights: the layer's own, or with `keep` all layers'.

    What is kept is kept for a runner, which holds weights as they are and as its kernels want them.
    """
    readers = graph.last_readers()
    shared = {node.shares for node in graph.nodes if node.shares is not None}
    size = [_bytes(node.volume, batch, itemsize) for node in graph.nodes]
    kept = sum(_weights(node, itemsize) for node in graph.nodes if keep or node.index in shared)
    kept += sum(_derived(node, itemsize) for node in graph.nodes if keep)
    live, peak, layer = 0, 0, ""
    for node in graph.nodes:
        dying = [index for index in dict.fromkeys(node.inputs) if readers[index] == node.index]
        in_place = node.kind in _ALIASES or (
            node.kind in _IN_PLACE and any(size[index] == size[node.index] for index in dying)
        )
        own = 0 if keep or node.index in shared else _weights(node, itemsize)
        if node.kind in _STREAMED:
            own = min(own, 1 << 20)
        held = live + size[node.index] * (not in_place) + own + kept + _working(node, graph, batch, itemsize, threads)
        if keep and node.kind == "conv" and prod(vars(node.layer)["kernel"]) == 1:
            held += 2 * size[node.inputs[0]]  # an expansion pads its own input, in a buffer up to twice as large
        if held + CONSTANT > peak:
            peak, layer = held + CONSTANT, node.name
        live += size[node.index] - sum(size[index] for index in dying)
    return Estimate(peak, layer)


def _bytes(volume: Volume | None, batch: int, itemsize: int) -> int:
    return 0 if volume is None else volume.size * batch * itemsize


def _weights(node: Node, itemsize: int) -> int:
    return 0 if node.shares is not None else sum(weight.size for weight in node.weights) * itemsize


def _derived(node: Node, itemsize: int) -> int:
    """What a runner makes of a convolution's weights besides: a folded copy, and Winograd's 36 for every kernel."""
    if node.kind not in ("conv", "depthwise", "transposed_conv"):
        return 0
    hyper = vars(node.layer)
    winograd = node.kind == "conv" and hyper["stride"] == (1, 1) and hyper["groups"] == 1
    taps: int = prod(hyper["kernel"])
    return _weights(node, itemsize) * (1 + (36 // taps + 1 if winograd else 0))


def _working(node: Node, graph: Graph, batch: int, itemsize: int, threads: int) -> int:
    """What a kernel holds besides its inputs, its output and its weights."""
    hyper = vars(node.layer) if node.layer is not None else {}
    if node.kind == "transposed_conv":
        return _bytes(node.volume, batch, itemsize) + _TILES
    if node.kind in ("conv", "depthwise"):
        volume = graph.nodes[node.inputs[0]].volume
        padded = 0 if volume is None else _padded(volume, hyper) * batch * itemsize
        tile = min(_TILES // 2 * threads, _columns(node, volume, batch, itemsize))
        return padded + tile
    if node.kind in ("maxpool", "avgpool", "subsample"):
        return 1 << 20
    if node.kind == "blurpool":
        volume = graph.nodes[node.inputs[0]].volume
        return 0 if volume is None else 4 * max(volume.size, _padded(volume, hyper)) * batch * itemsize
    if node.kind in ("groupnorm", "instancenorm", "upsample", "pad"):
        return _bytes(node.volume, batch, itemsize)
    return 0


def _columns(node: Node, volume: Volume | None, batch: int, itemsize: int) -> int:
    """The windows of all positions side by side, which bounds the tiles of small layers."""
    if node.volume is None or volume is None:
        return 0
    taps: int = prod(vars(node.layer)["kernel"])
    return node.volume.positions * batch * taps * volume.channels * itemsize


def _padded(volume: Volume, hyper: dict[str, Any]) -> int:
    """Numbers in the padded copy of the input; 0 where there is no padding."""
    pad = hyper["pad"]
    if isinstance(pad, tuple):
        sums: list[int] = [before + after for before, after in pad]
    elif pad == "valid":
        sums = [0] * len(volume.spatial)
    else:
        dilation = hyper.get("dilation", (1,) * len(volume.spatial))
        sums = [d * (f - 1) for f, d in zip(hyper["kernel"], dilation, strict=True)]
    if not any(sums):
        return 0
    return volume.channels * prod(n + more for n, more in zip(volume.spatial, sums, strict=True))
