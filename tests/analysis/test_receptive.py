"""Receptive fields: against published ones, and against what changes when an executed network's input changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.analysis.measured import LayerView
from cnncalc.backend.runner import prepare
from cnncalc.graph import Graph, Output


def last_with_maps(network: cnncalc.Network) -> LayerView:
    """The last layer before positions are averaged away or seen all at once."""
    seen = [layer for layer in network.layers if layer.receptive_field and not _averages(layer)]
    return seen[-1]


def _averages(layer: LayerView) -> bool:
    return bool(layer.volume) and layer.volume.positions == 1  # type: ignore[union-attr]


# Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks" (Distill), table of the
# appendix, for the networks of TF-Slim, whose bottlenecks have the stride in the 3x3; with it in the 1x1 of the
# paper's own networks the fields of ResNet-50 and ResNet-101 are 483 and 1027. AlexNet's is that of the paper.
PUBLISHED = [
    ("alexnet", 195, 32),
    ("vgg16", 212, 32),
    ("resnet50-v1", 483, 32),
    ("resnet101-v1", 1027, 32),
    ("resnet50", 427, 32),
    ("resnet101", 971, 32),
    ("inceptionv3", 1311, 32),
    ("mobilenetv1", 315, 32),
]


@pytest.mark.parametrize(("name", "size", "stride"), PUBLISHED)
def test_published_fields(name: str, size: int, stride: int) -> None:
    field = last_with_maps(cnncalc.load(name)).receptive_field
    assert field is not None
    assert field.size == (size, size)
    assert field.stride == (stride, stride)


def up_to(graph: Graph, index: int) -> Graph:
    """The graph without what comes after a node, whose output becomes the network's."""
    return Graph(graph.nodes[: index + 1], (Output("out", index),))


def seen(runner: Any, baseline: Any, x: Any, columns: slice, cell: int) -> bool:
    """Whether a cell of the middle row changes when the given columns of the input do."""
    changed = x.copy()
    changed[..., columns] += np.random.default_rng(1).normal(size=changed[..., columns].shape)
    return not np.array_equal(runner(changed)[..., cell], baseline[..., cell])


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("alexnet", "259x67x3"),
        ("vgg11", "192x32x3"),
        ("resnet18", "480x8x3"),
        ("resnet50-v1", "512x8x3"),
        ("googlenet-torchvision", "800x32x3"),
        ("mobilenetv1", "352x8x3"),
        ("squeezenet1-1", "227x33x3"),
    ],
)
def test_the_field_is_the_columns_that_change_the_output(name: str, size: str) -> None:
    network = cnncalc.load(name, input=size)
    layer = last_with_maps(network)
    field, volume = layer.receptive_field, layer.volume
    assert field is not None
    assert volume is not None
    width = network.inputs["input"].spatial[0]
    cell = volume.spatial[0] // 2
    first = cell * field.stride[0] - field.padding[0]
    last = first + field.size[0] - 1
    # Double precision: the outermost column contributes one path of many.
    runner = prepare(up_to(network.graph, layer.node.index), dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(1, 3, *reversed(network.inputs["input"].spatial)))
    baseline = runner(x)
    if first > 0:
        assert not seen(runner, baseline, x, slice(0, first), cell)
    if first >= 0:
        assert seen(runner, baseline, x, slice(first, first + 1), cell)
    if last + 1 < width:
        assert not seen(runner, baseline, x, slice(last + 1, width), cell)
    if last < width:
        assert seen(runner, baseline, x, slice(last, last + 1), cell)
    assert first >= 0 or last < width, "the input is too small to show either end"


def test_a_dilated_chain_by_hand() -> None:
    network = cnncalc.loads(
        "input: 64x64x1\nlayers:\n  - conv: {filters: 1, kernel: 3, dilation: 4, pad: 1}\n  - maxpool: 2\n"
        "  - conv: {filters: 1, kernel: 5x3, pad: {left: 2, right: 2}}\n"
    )
    # Width: 1 + 2·4 = 9; 9 + 1·1 = 10; 10 + 4·2 = 18. Height: 9, 10, 10 + 2·2 = 14.
    assert network.layers[-1].receptive_field == ((18, 14), (2, 2), (1 + 2 * 2, 1))


def test_branches_that_do_not_line_up_have_no_field() -> None:
    network = cnncalc.loads("input: 8x8x2\nlayers:\n  - add:\n      - [maxpool: 2, upsample: 2]\n      - []\n")
    assert network.layers[-1].receptive_field is None
    assert network.layers[-1].receptive_field_reason
