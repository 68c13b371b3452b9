"""How large a network's input must be for a window deep in it to fit: the arithmetic of its windows backwards."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.graph import Node, Volume
from cnncalc.layers import MERGES
from cnncalc.layers.base import POINT, Layer


def least_input(nodes: Sequence[Node], layer: Layer, before: int) -> Volume | None:
    """The smallest input volume at which `layer`, reading node `before`, has a window that fits.

    None where the way to the input is no chain of windows (branches are followed along their first), or where the
    layer reads the input itself.
    """
    node = nodes[before]
    if node.kind == "input" or node.volume is None:
        return None
    wanted: tuple[int, ...] | None = _back(layer, (node.volume,), (1,) * len(node.volume.spatial))
    while wanted is not None and node.kind != "input":
        volumes = tuple(nodes[index].volume for index in node.inputs)
        if node.layer is None or not volumes or None in volumes:
            return None
        if node.kind not in MERGES:
            wanted = _back(node.layer, volumes[:1], wanted)  # type: ignore[arg-type]
        node = nodes[node.inputs[0]]
    if wanted is None or node.volume is None or len(wanted) != len(node.volume.spatial):
        return None
    return Volume(node.volume.channels, tuple(map(max, zip(wanted, node.volume.spatial, strict=True))))


def _back(layer: Layer, inputs: tuple[Volume, ...], wanted: tuple[int, ...]) -> tuple[int, ...] | None:
    """The least extents that a layer must read to give those wanted; None where that cannot be said."""
    rules = getattr(layer, "rules", None)
    if rules is None:
        points = layer.windows(inputs)
        return wanted if not isinstance(points, str) and all(point == POINT for point in points) else None
    if layer.kind == "transposed_conv":
        return None
    if getattr(layer, "pad", None) == "same":
        return tuple((n - 1) * rule.stride + 1 for n, rule in zip(wanted, rules(inputs), strict=True))
    return tuple(
        max(1, (n - 1) * rule.stride + rule.effective - rule.before - rule.after)
        for n, rule in zip(wanted, rules(inputs), strict=True)
    )
